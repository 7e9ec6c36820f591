import { open, opendir, readdir, rmdir, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { codeOf, NoFolderError, unlessMissing } from './fsError.ts'
import { makeDirectory } from './makeDirectory.ts'
import { segmentPattern } from './segmentPattern.ts'

/** The directories below one base. */
export interface Directories {
  /** Calls `make`, which makes the file `path`, once its directory is there. */
  around<T>(path: string, make: () => Promise<T>): Promise<T>
  /** Makes the entry of `path` durable, and those of the directories on the way to it. */
  sync(path: string): Promise<void>
  /** Removes the directory of `path` and those above it, as far as they are empty. */
  prune(path: string): Promise<void>
}

/** @param synced false to leave it to the operating system when entries reach the disk */
export function createDirectories(base: string, synced: boolean): Directories {
  const isBelowBase = (path: string) => path.startsWith(base + sep)

  async function rethrow(cause: unknown): Promise<never> {
    throw codeOf(cause) === 'ENOTDIR' && !(await isDirectory(base)) ? new NoFolderError(base, cause) : cause
  }

  return {
    async around(path, make) {
      for (let attempt = 1; ; attempt++) {
        const made = await makeDirectory(dirname(path)).catch(rethrow)
        // What lies above the base is not synced later: it is done only by whoever has just made it.
        if (synced && made !== undefined && !isBelowBase(made)) await syncUp(base, dirname(made))
        try {
          return await make()
        } catch (error) {
          // Another process may have removed the directory as empty.
          if (codeOf(error) !== 'ENOENT' || attempt === 3) throw error
        }
      }
    },
    // All the way up, although they may be old: another process may have made them a moment ago and not have synced yet.
    async sync(path) {
      if (synced) await syncUp(dirname(path), base)
    },
    async prune(path) {
      for (let at = dirname(path); isBelowBase(at); at = dirname(at)) {
        try {
          await rmdir(at)
        } catch {
          return
        }
      }
    },
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path)))?.isDirectory() === true
}

/** The keys of the files below a directory. What vanishes meanwhile is left out; links are not followed. */
export async function listFiles(directory: string, prefix: string): Promise<string[]> {
  const entries = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []
  const lists = entries.map(async (entry) => {
    if (!segmentPattern.test(entry.name)) return []
    if (entry.isDirectory()) return listFiles(join(directory, entry.name), `${prefix}${entry.name}:`)
    return entry.isFile() ? [prefix + entry.name] : []
  })
  return (await Promise.all(lists)).flat()
}

/** The first two parts of the keys below a directory that have more, as `shop:batch:`. */
export async function listFolders(directory: string): Promise<string[]> {
  const lists = (await listDirectories(directory)).map(async (first) => {
    const names = await listDirectories(join(directory, first))
    const found = await Promise.all(names.map((name) => holdsFile(join(directory, first, name))))
    return names.flatMap((name, index) => (found[index] === true ? `${first}:${name}:` : []))
  })
  return (await Promise.all(lists)).flat()
}

async function listDirectories(directory: string): Promise<string[]> {
  const entries = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []
  return entries.flatMap((entry) => (entry.isDirectory() && segmentPattern.test(entry.name) ? entry.name : []))
}

/** Looks no further than the first. */
async function holdsFile(directory: string): Promise<boolean> {
  for await (const entry of (await unlessMissing(opendir(directory))) ?? []) {
    if (!segmentPattern.test(entry.name)) continue
    if (entry.isFile() || (entry.isDirectory() && (await holdsFile(join(directory, entry.name))))) return true
  }
  return false
}

/** The paths of the files below a directory whose names match; links are not followed. */
export async function findFiles(directory: string, pattern: RegExp): Promise<string[]> {
  const entries = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? []
  const lists = entries.map(async (entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && segmentPattern.test(entry.name)) return findFiles(path, pattern)
    return entry.isFile() && pattern.test(entry.name) ? [path] : []
  })
  return (await Promise.all(lists)).flat()
}

async function syncUp(from: string, to: string): Promise<void> {
  // Windows cannot open a directory, and NTFS keeps a journal of its entries.
  if (process.platform === 'win32') return
  for (let at = from; at.length >= to.length; at = dirname(at)) {
    await unlessMissing(syncDirectory(at))
    if (at === dirname(at)) return
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
