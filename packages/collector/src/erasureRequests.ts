import type { Subject } from '@treadlight/store'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Erased } from './eraseNow.ts'
import { ConfigError } from './settings.ts'

/**
 * What the process that has a text file open is asked by another one. In a folder beside the file: whoever may write
 * there may write the file itself. A request names the person, and is gone when it is answered.
 */
export interface ErasureRequests {
  ask(id: string, subject: Subject): Promise<void>
  /**
   * Undefined if there is none yet.
   * @throws ConfigError of what the other process says that went wrong
   */
  takeAnswer(id: string): Promise<Erased | undefined>
  /** Leaves nothing behind of a request. */
  withdraw(id: string): Promise<void>
  /** Answers all that was asked. For the one process that has the file open. */
  answerAll(erase: (subject: Subject) => Promise<Erased>): Promise<void>
}

type Answer = Erased | { error: string }

/** After this time nobody waits for an answer any more, ms. */
const forgetAfter = 10 * 60_000

/** @param path of the text file */
export function createErasureRequests(path: string): ErasureRequests {
  const folder = `${path}.requests`
  const requestOf = (id: string) => join(folder, `${id}.json`)
  const answerOf = (id: string) => join(folder, `${id}.answer`)

  /** There as a whole or not at all. */
  async function put(file: string, value: object): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await mkdir(folder, { mode: 0o700 }).catch(ignore('EEXIST'))
      try {
        await writeFile(`${file}~`, JSON.stringify(value), { mode: 0o600 })
        return await rename(`${file}~`, file)
      } catch (error) {
        // Whoever had its answer has removed the folder as empty.
        if ((error as { code?: string }).code !== 'ENOENT' || attempt === 3) throw error
      }
    }
  }

  async function answer(name: string, erase: (subject: Subject) => Promise<Erased>): Promise<void> {
    const file = join(folder, name)
    const text = await readFile(file, 'utf8').catch(ignore('ENOENT'))
    if (text === undefined) return
    const said = await attempt(() => erase(JSON.parse(text) as Subject))
    await put(answerOf(name.slice(0, -'.json'.length)), said)
    await rm(file, { force: true })
  }

  async function forgetOld(name: string): Promise<void> {
    const stats = await stat(join(folder, name)).catch(ignore('ENOENT'))
    if (stats !== undefined && stats.mtimeMs < Date.now() - forgetAfter) await rm(join(folder, name), { force: true })
  }

  return {
    ask: (id, subject) => put(requestOf(id), subject),
    async takeAnswer(id) {
      const text = await readFile(answerOf(id), 'utf8').catch(ignore('ENOENT'))
      if (text === undefined) return undefined
      const said = JSON.parse(text) as Answer
      if ('error' in said) throw new ConfigError(said.error)
      return said
    },
    async withdraw(id) {
      for (const file of [requestOf(id), answerOf(id)]) await rm(file, { force: true })
      await rmdir(folder).catch(ignore('ENOENT', 'ENOTEMPTY', 'EEXIST'))
    },
    async answerAll(erase) {
      for (const name of (await readdir(folder).catch(ignore('ENOENT'))) ?? []) {
        if (name.endsWith('.json')) await answer(name, erase)
        else await forgetOld(name)
      }
    },
  }
}

async function attempt(act: () => Promise<Erased>): Promise<Answer> {
  try {
    return await act()
  } catch (error) {
    return { error: (error as Error).message.replace(/^\[treadlight [\w-]+\] /, '') }
  }
}

/** For `catch`: undefined for errors of these codes. */
function ignore(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes((error as { code?: string }).code ?? '')) throw error
    return undefined
  }
}
