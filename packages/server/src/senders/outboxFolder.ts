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

export interface OutboxContent {
  /** Hits as JSON. */
  texts: string[]
  bytes: number
  /** How many places of the file are unreadable. */
  damaged: number
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
  /** Undefined for a file that another process has taken. */
  read(name: string): Promise<OutboxContent | undefined>
  remove(name: string): Promise<void>
  /** Gives a sign of life; makes the folder if it is missing. */
  touch(): Promise<void>
  /** Moves here what processes have left that are no more, and answers what is here then, by name. */
  takeOver(): Promise<string[]>
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
    const make = async (): Promise<unknown> => driver.setItem!(keyOf(alive), '', {})
    // Whoever is held up in the midst of it may find that another has tidied up here meanwhile.
    await utimes(join(base, writer, alive), now, now).catch(make).catch(make)
  }

  /** Undefined for a file that is not there. */
  async function isOld(path: string): Promise<boolean | undefined> {
    const stats = await stat(path).catch(() => undefined)
    return stats && Math.abs(Date.now() - stats.mtimeMs) > takeOverAfter
  }

  /** One that was closed takes its sign of life along; one that begins has none yet, and no hits. */
  async function isGone(other: string): Promise<boolean> {
    return (await isOld(join(base, other, alive))) !== false
  }

  async function takeFrom(other: string): Promise<void> {
    // Before the look at its sign of life: one that begins gives it before it has a file.
    const names = await readdir(join(base, other)).catch(() => [])
    if (!(await isGone(other))) return
    for (const name of names) {
      const path = join(base, other, name)
      // And what was to become a sign of life, but not that of a process that begins now.
      if (name.startsWith(alive) && (await isOld(path))) await unlink(path).catch(() => undefined)
      // If it fails, somebody was faster.
      if (filePattern.test(name)) await rename(path, join(base, writer, name)).catch(() => undefined)
    }
    await rmdir(join(base, other)).catch(() => undefined)
  }

  async function read(name: string): Promise<OutboxContent | undefined> {
    const bytes = (await driver.getItemRaw!(keyOf(name), {})) as Buffer | null
    if (bytes === null) return undefined
    const { payloads, problems } = readFrames(bytes)
    return {
      texts: payloads.flatMap((payload) => payload.toString().split('\n')),
      bytes: bytes.length,
      // What is torn at the end was being written as its process ended: nobody was told that it is kept.
      damaged: problems.filter(({ reason }) => reason !== 'torn').length,
    }
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
    remove: async (name) => driver.removeItem!(keyOf(name), {}),
    async takeOver() {
      for (const other of await readdir(base)) if (other !== writer && writerPattern.test(other)) await takeFrom(other)
      return (await readdir(join(base, writer)).catch(unlessTaken)).filter((name) => filePattern.test(name))
    },
    async close() {
      await driver.dispose!()
      await unlink(join(base, writer, alive)).catch(() => undefined)
      await rmdir(join(base, writer)).catch(() => undefined)
    },
  }
}

/** A process that was held up for longer than `takeOverAfter` finds its folder gone: another has what was in it. */
function unlessTaken(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
