import { createFsDriver, encodeFrame, readFrames } from '@treadlight/store'
import type { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { readdir, rename, rmdir, stat, unlink, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** A file of hits: `{writer}/hits-{ms since 1970, 12 hex}-{random}`, frames of one or more hits, a line for each. */
export interface OutboxFile {
  /** Below the process's own folder. */
  name: string
  hits: number
  bytes: number
}

export interface OutboxFolderOptions {
  /** Folder that several processes of one app may share; made if missing. */
  folder: string
  /** How long a process may give no sign of life before others deliver what it has left, ms. */
  takeOverAfter: number
}

/**
 * What several processes keep in one folder, each in one of its own. Who takes files of a process that gives no sign of life moves
 * them, so only one has them; and who appends looks behind it whether the file was still its own. So no clock and no process that
 * was held up for minutes loses a hit: at worst one is sent twice, and the collector knows its id.
 */
export interface OutboxFolder {
  create(): OutboxFile
  /** Resolves once they are on the disk: false if another process has taken the file, so that they belong into another one. */
  append(file: OutboxFile, texts: readonly string[]): Promise<boolean>
  /** The hits, as JSON; undefined for a file that another process has taken. @param onDamage told how many places are unreadable */
  read(file: OutboxFile, onDamage: (places: number) => void): Promise<string[] | undefined>
  remove(file: OutboxFile): Promise<void>
  /** Gives a sign of life; makes the folder if it is missing. */
  touch(): Promise<void>
  /** Moves here what processes have left that are no more. */
  takeOver(): Promise<OutboxFile[]>
  /** Lets others take what is left, at once. */
  close(): Promise<void>
}

const writerPattern = /^[0-9a-f]{12}$/
const filePattern = /^hits-[0-9a-f]{12}-[0-9a-f]{12}$/
const alive = 'alive'

export function createOutboxFolder({ folder, takeOverAfter }: OutboxFolderOptions): OutboxFolder {
  const base = resolve(folder)
  const driver = createFsDriver({ base })
  const writer = randomBytes(6).toString('hex')
  const keyOf = (name: string): string => `${writer}:${name}`
  let last = 0

  async function touch(): Promise<void> {
    const now = new Date()
    await utimes(join(base, writer, alive), now, now).catch(() => driver.setItem!(keyOf(alive), '', {}))
  }

  async function isGone(other: string): Promise<boolean> {
    const stats = await stat(join(base, other, alive)).catch(() => undefined)
    return stats === undefined || Math.abs(Date.now() - stats.mtimeMs) > takeOverAfter
  }

  async function takeFrom(other: string): Promise<string[]> {
    const names = await readdir(join(base, other)).catch(() => [])
    const taken: string[] = []
    for (const name of names) {
      if (name.startsWith(alive)) await unlink(join(base, other, name)).catch(() => undefined)
      if (!filePattern.test(name)) continue
      // Else somebody was faster.
      const isMine = await rename(join(base, other, name), join(base, writer, name)).then(() => true, () => false)
      if (isMine) taken.push(name)
    }
    await rmdir(join(base, other)).catch(() => undefined)
    return taken
  }

  async function read({ name }: OutboxFile, onDamage: (places: number) => void): Promise<string[] | undefined> {
    const bytes = (await driver.getItemRaw!(keyOf(name), {})) as Buffer | null
    if (bytes === null) return undefined
    const { payloads, problems } = readFrames(bytes)
    // What is torn at the end was being written as its process ended: nobody was told that it is kept.
    const damaged = problems.filter(({ reason }) => reason !== 'torn').length
    if (damaged > 0) onDamage(damaged)
    return payloads.flatMap((payload) => payload.toString().split('\n'))
  }

  return {
    touch,
    read,
    create() {
      last = Math.max(Date.now(), last + 1)
      return { name: `hits-${last.toString(16).padStart(12, '0')}-${randomBytes(6).toString('hex')}`, hits: 0, bytes: 0 }
    },
    async append(file, texts) {
      const frame = encodeFrame(texts.join('\n'))
      const wasMade = file.bytes > 0
      try {
        await driver.append(keyOf(file.name), frame)
      } catch (error) {
        // It was taken, delivered and removed.
        if (wasMade && (error as { code?: string }).code === 'ENOENT') return false
        throw error
      }
      file.hits += texts.length
      file.bytes += frame.length
      // Who takes a file moves it before reading it: a file that is still here now has not been read without this.
      return driver.hasItem(keyOf(file.name), {})
    },
    remove: async ({ name }) => driver.removeItem!(keyOf(name), {}),
    async takeOver() {
      const names = await readdir(base)
      const taken: string[] = []
      for (const other of names) if (other !== writer && writerPattern.test(other) && (await isGone(other))) taken.push(...(await takeFrom(other)))
      const files: OutboxFile[] = []
      for (const name of taken) {
        const file = { name, hits: 0, bytes: (await stat(join(base, writer, name))).size }
        files.push({ ...file, hits: (await read(file, () => {}).catch(() => undefined))?.length ?? 0 })
      }
      return files
    },
    async close() {
      await driver.dispose!()
      await unlink(join(base, writer, alive)).catch(() => undefined)
      await rmdir(join(base, writer)).catch(() => undefined)
    },
  }
}
