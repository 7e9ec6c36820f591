import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { link, lstat, open, readFile, stat, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Driver } from 'unstorage'
import { createAppendFiles } from './fsAppend.ts'
import { createDirectories, findFiles, listFiles, listFolders } from './fsDirectories.ts'
import { attempt, unlessMissing } from './fsError.ts'
import { readFilePart } from './fsReadPart.ts'
import { segmentPattern } from './segmentPattern.ts'
import { checkPart, type PartDriver } from './storeDriver.ts'

/** A key's last segment with what `createFile` adds to it while the value has no name yet. */
const asidePattern = /^[A-Za-z0-9._-]*[A-Za-z0-9_-]~[0-9a-f]{12}$/

export interface FsDriverOptions {
  /** Folder that everything lives in; made if missing, for this user only. */
  base: string
  /**
   * Waits until the disk has what was written. Without it a crash of the process loses nothing, a power failure may.
   * @default true
   */
  sync?: boolean
}

/** A driver that can add to the end of a value. */
export interface AppendDriver extends Driver {
  /**
   * Resolves once the bytes are durable. One call at a time for a key. After a rejection it is unknown what the
   * value ends with: never append to it again.
   */
  append(key: string, bytes: Uint8Array): Promise<void>
  /** Makes an empty value, so that the first `append` to it takes no longer than those behind. A driver whose values need no making has none. */
  prepare?(key: string): Promise<void>
}

/** A driver that can tell how keys begin without listing all of them. */
export interface FolderDriver extends Driver {
  /** The first two parts of the keys that have more, as `shop:batch:`, each once. */
  getFolders(): Promise<string[]>
}

/** A driver that may have left-overs of writes that were cut off: a killed process cannot tidy up. */
export interface SweepDriver extends Driver {
  /** Removes left-overs that nobody has touched for `age` ms. */
  sweep(age: number): Promise<void>
}

/**
 * An unstorage driver on files that never overwrites and never shows half a value: `setItem` writes aside, syncs and
 * links, and fails if the key exists. unstorage's own truncates in place, so that a crash loses the old value too.
 *
 * It comes without `defineDriver`, which does nothing and whose type would hide `append`.
 *
 * @example
 * const storage = createStorage({ driver: createFsDriver({ base: './data' }) })
 */
export function createFsDriver(options: FsDriverOptions): AppendDriver & SweepDriver & FolderDriver & PartDriver {
  const base = resolve(options.base)
  const synced = options.sync ?? true
  const directories = createDirectories(base, synced)
  const files = createAppendFiles(directories, synced)

  function pathOf(key: string): string {
    const segments = key.split(':')
    const bad = segments.find((segment) => !segmentPattern.test(segment))
    if (bad === undefined) return join(base, ...segments)
    throw new RangeError(`[treadlight fs] ${JSON.stringify(bad)} in key ${JSON.stringify(key)} must match ${segmentPattern.source}`)
  }

  const getStats = async (key: string) => attempt('look at', pathOf(key), (path) => unlessMissing(stat(path)))
  const read = async (key: string) => attempt('read', pathOf(key), (path) => unlessMissing(readFile(path)))
  const create = async (key: string, value: string | Uint8Array) =>
    attempt('write', pathOf(key), (path) => createFile(path, Buffer.from(value)))

  async function readPart(key: string, start: number, end: number): Promise<Buffer | null> {
    checkPart('fs', start, end)
    return (await attempt('read', pathOf(key), (path) => unlessMissing(readFilePart(path, start, end)))) ?? null
  }

  async function createFile(path: string, bytes: Buffer): Promise<void> {
    const aside = `${path}~${randomBytes(6).toString('hex')}`
    try {
      await directories.around(path, () => writeFile(aside, bytes))
      await linkNew(aside, path)
    } finally {
      await unlessMissing(unlink(aside))
    }
    await directories.sync(path)
  }

  /** Only what `createFile` names so, and of that no link and no directory. */
  async function sweep(age: number): Promise<void> {
    for (const path of await findFiles(base, asidePattern)) {
      const stats = await unlessMissing(lstat(path))
      if (stats?.isFile() !== true || stats.mtimeMs > Date.now() - age) continue
      await unlessMissing(unlink(path))
      await directories.sync(path)
    }
  }

  /** Unlike rename, link never replaces. */
  async function linkNew(from: string, to: string): Promise<void> {
    try {
      await link(from, to)
    } catch (cause) {
      // Left as EEXIST, a directory would pass for an existing value.
      if (!(await unlessMissing(stat(to)))?.isDirectory()) throw cause
      throw Object.assign(new Error(`${to} is a directory`, { cause }), { code: 'EISDIR' })
    }
  }

  async function writeFile(path: string, bytes: Buffer): Promise<void> {
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      if (synced) await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  return {
    name: 'treadlight-fs',
    options,
    hasItem: async (key) => (await getStats(key))?.isFile() ?? false,
    // Keys that end in $ are unstorage's metadata of other keys; we keep none.
    getItem: async (key) => (key.endsWith('$') ? null : ((await read(key))?.toString() ?? null)),
    getItemRaw: async (key) => (await read(key)) ?? null,
    readPart,
    setItem: create,
    setItemRaw: create,
    append: async (key, bytes) => attempt('append to', pathOf(key), (path) => files.append(path, bytes)),
    prepare: async (key) => attempt('make', pathOf(key), files.prepare),
    async getMeta(key) {
      const stats = await getStats(key)
      return stats === undefined ? null : { size: stats.size, mtime: stats.mtime, atime: stats.atime }
    },
    async getKeys(prefix = '') {
      const scope = prefix.replace(/:$/, '')
      const directory = scope === '' ? base : pathOf(scope)
      return attempt('list', directory, () => listFiles(directory, scope && `${scope}:`))
    },
    getFolders: async () => attempt('list', base, () => listFolders(base)),
    removeItem: async (key) =>
      attempt('remove', pathOf(key), async (path) => {
        await files.close(path)
        await unlessMissing(unlink(path))
        await directories.sync(path)
        // Else every listing would walk through them for ever.
        await directories.prune(path)
      }),
    sweep: async (age) => attempt('sweep', base, () => sweep(age)),
    dispose: files.closeAll,
  }
}
