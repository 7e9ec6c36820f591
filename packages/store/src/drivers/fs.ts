import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rmdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Driver } from 'unstorage'

export interface FsDriverOptions {
  /** Folder that everything lives in; made if missing. */
  base: string
  /**
   * Waits until the disk has what was written. Without it a crash of the process loses nothing, a power failure may.
   * @default true
   */
  sync?: boolean
}

/** A driver that can add to the end of a value. */
export interface AppendDriver extends Driver {
  /** Resolves once the bytes are durable. After a rejection it is unknown what the value ends with: never append to it again. */
  append(key: string, bytes: Uint8Array): Promise<void>
}

interface OpenFile {
  handle: FileHandle
  /** Appends under way. */
  busy: number
  /** Whether the directories on the way to it are on the disk. */
  rooted: boolean
}

/**
 * No dot at the end: that refuses `.` and `..`, and Windows would drop it. Everything else that could mean
 * something to a file system, among it the `~` of our temporary files, is not in the alphabet.
 */
const segmentPattern = /^[A-Za-z0-9._-]*[A-Za-z0-9_-]$/
/** One per site that is written to at the same time. */
const maxOpenFiles = 16

const remedies: Record<string, string> = {
  EACCES: 'give this user write access to it',
  EPERM: 'give this user write access to it, on a file system with hard links',
  ENOTSUP: 'use a file system with hard links',
  EROFS: 'mount it writable or choose another folder',
  ENOSPC: 'free some space on the disk',
  EDQUOT: 'raise the quota or free some space',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  EEXIST: 'values are written once: choose another key',
  ENOTDIR: 'a key cannot be both a value and the beginning of another',
  EISDIR: 'a key cannot be both a value and the beginning of another',
  ENAMETOOLONG: 'shorten the key',
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
export function createFsDriver(options: FsDriverOptions): AppendDriver {
  const base = resolve(options.base)
  const sync = options.sync ?? true
  /** By path, the one used last at the end. */
  const openFiles = new Map<string, OpenFile>()

  return {
    name: 'treadlight-fs',
    options,
    async hasItem(key) {
      return (await statFile(key))?.isFile() ?? false
    },
    // Keys that end in $ are unstorage's metadata of other keys; we keep none.
    getItem: async (key) => (key.endsWith('$') ? null : ((await read(key))?.toString() ?? null)),
    getItemRaw: async (key) => (await read(key)) ?? null,
    setItem: (key, value) => create(key, Buffer.from(value)),
    setItemRaw: (key, value: string | Uint8Array) => create(key, Buffer.from(value)),
    append,
    async getMeta(key) {
      const stats = await statFile(key)
      return stats === undefined ? null : { size: stats.size, mtime: stats.mtime, atime: stats.atime }
    },
    async getKeys(prefix = '') {
      const scope = prefix.replace(/:$/, '')
      return listFiles(scope === '' ? base : pathOf(scope), scope === '' ? '' : `${scope}:`)
    },
    removeItem: remove,
    async dispose() {
      await Promise.all([...openFiles.keys()].map(closeFile))
    },
  }

  function pathOf(key: string): string {
    const segments = key.split(':')
    const bad = segments.find((segment) => !segmentPattern.test(segment))
    if (bad === undefined) return join(base, ...segments)
    throw new RangeError(`[treadlight fs] key ${JSON.stringify(key)}: ${JSON.stringify(bad)} must match ${segmentPattern.source}`)
  }

  async function statFile(key: string): Promise<Stats | undefined> {
    const path = pathOf(key)
    return unlessMissing(stat(path)).catch((error: unknown) => fail('look at', path, error))
  }

  async function read(key: string): Promise<Buffer | undefined> {
    const path = pathOf(key)
    return unlessMissing(readFile(path)).catch((error: unknown) => fail('read', path, error))
  }

  async function create(key: string, bytes: Buffer): Promise<void> {
    const path = pathOf(key)
    const aside = `${path}~${randomBytes(6).toString('hex')}`
    try {
      await inDirectory(path, async () => writeFile(aside, bytes))
      // Unlike rename, link never replaces.
      await link(aside, path)
    } catch (error) {
      fail('write', path, error)
    } finally {
      await unlessMissing(unlink(aside)).catch(() => undefined)
    }
    await syncDirectories(path)
  }

  async function writeFile(path: string, bytes: Buffer): Promise<void> {
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      if (sync) await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  async function append(key: string, bytes: Uint8Array): Promise<void> {
    const path = pathOf(key)
    try {
      const file = await openFile(path)
      file.busy++
      try {
        await file.handle.appendFile(bytes)
        if (sync) await file.handle.datasync()
        if (!file.rooted) await syncDirectories(path)
        file.rooted = true
      } finally {
        file.busy--
      }
    } catch (error) {
      await closeFile(path).catch(() => undefined)
      fail('append to', path, error)
    }
    await closeOldFiles()
  }

  async function openFile(path: string): Promise<OpenFile> {
    const known = openFiles.get(path)
    openFiles.delete(path)
    const file = known ?? { handle: await inDirectory(path, () => open(path, 'a', 0o600)), busy: 0, rooted: false }
    openFiles.set(path, file)
    return file
  }

  async function closeFile(path: string): Promise<void> {
    const file = openFiles.get(path)
    openFiles.delete(path)
    await file?.handle.close()
  }

  async function closeOldFiles(): Promise<void> {
    for (const [path, file] of openFiles) {
      if (openFiles.size <= maxOpenFiles) return
      if (file.busy === 0) await closeFile(path)
    }
  }

  async function remove(key: string): Promise<void> {
    const path = pathOf(key)
    try {
      await closeFile(path)
      await unlessMissing(unlink(path))
      await syncDirectories(path)
      await removeEmptyDirectories(dirname(path))
    } catch (error) {
      fail('remove', path, error)
    }
  }

  /** Else every listing would walk through them for ever. */
  async function removeEmptyDirectories(directory: string): Promise<void> {
    for (let at = directory; isBelowBase(at); at = dirname(at)) {
      try {
        await rmdir(at)
      } catch {
        return
      }
    }
  }

  /** Makes the directory of `path`, again if it is removed as empty before `make` has put something into it. */
  async function inDirectory<T>(path: string, make: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      try {
        const result = await make()
        // What lies above the base is ours to sync only if we have just made it.
        if (made !== undefined && !isBelowBase(made)) await syncDirectories(path, dirname(made))
        return result
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === 3) throw error
      }
    }
  }

  /**
   * Makes the entry of `path` durable, and those of the directories that lead to it: another process may have made
   * them a moment ago and not have come to syncing them.
   */
  async function syncDirectories(path: string, upTo = base): Promise<void> {
    // Windows cannot open a directory, and NTFS keeps a journal of entries.
    if (!sync || process.platform === 'win32') return
    for (let at = dirname(path); ; at = dirname(at)) {
      await unlessMissing(syncDirectory(at))
      if (at === upTo || at === dirname(at)) return
    }
  }

  function isBelowBase(path: string): boolean {
    return path.startsWith(base + sep)
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The keys of the files below a directory. What vanishes meanwhile is left out; links are not followed. */
async function listFiles(directory: string, prefix: string): Promise<string[]> {
  const entries = await unlessMissing(readdir(directory, { withFileTypes: true })).catch((error: unknown) => fail('list', directory, error))
  const lists = (entries ?? []).map(async (entry) => {
    if (!segmentPattern.test(entry.name)) return []
    if (entry.isDirectory()) return listFiles(join(directory, entry.name), `${prefix}${entry.name}:`)
    return entry.isFile() ? [prefix + entry.name] : []
  })
  return (await Promise.all(lists)).flat()
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** @throws always: an error that names the path and the remedy, with the code and the cause of `error` */
function fail(action: string, path: string, error: unknown): never {
  const code = codeOf(error)
  const remedy = remedies[code] ?? 'check the disk and the folder'
  const message = `[treadlight fs] could not ${action} ${path} (${code || String(error)}): ${remedy}`
  throw Object.assign(new Error(message, { cause: error }), { code })
}
