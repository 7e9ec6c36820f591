import { open, type FileHandle } from 'node:fs/promises'
import type { Directories } from './fsDirectories.ts'

/** Files that are appended to, kept open. */
export interface AppendFiles {
  append(path: string, bytes: Uint8Array): Promise<void>
  close(path: string): Promise<void>
  closeAll(): Promise<void>
}

interface OpenFile {
  handle: FileHandle
  busy: boolean
  /** Whether the directories on the way to it are on the disk. */
  rooted: boolean
}

/** One per site that is written to at the same time. */
const maxOpenFiles = 16

export function createAppendFiles(directories: Directories, synced: boolean): AppendFiles {
  /** By path, the one used last at the end. */
  const files = new Map<string, OpenFile>()

  async function openFile(path: string): Promise<OpenFile> {
    const handle = await directories.around(path, () => open(path, 'a', 0o600))
    return { handle, busy: false, rooted: false }
  }

  async function write(path: string, file: OpenFile, bytes: Uint8Array): Promise<void> {
    file.busy = true
    try {
      await file.handle.appendFile(bytes)
      // The length is part of what fdatasync writes: without it the bytes could not be read back.
      const [{ nlink }] = await Promise.all([file.handle.stat(), synced && file.handle.datasync()])
      // Somebody has removed it under us: nothing that goes into it is ever read.
      if (nlink === 0) throw Object.assign(new Error(`${path} was removed`), { code: 'ENOENT' })
      if (!file.rooted) await directories.sync(path)
      file.rooted = true
    } finally {
      file.busy = false
    }
  }

  async function close(path: string): Promise<void> {
    const file = files.get(path)
    files.delete(path)
    await file?.handle.close()
  }

  async function closeOldest(): Promise<void> {
    for (const [path, { busy }] of files) {
      if (files.size <= maxOpenFiles) return
      if (!busy) await close(path)
    }
  }

  return {
    async append(path, bytes) {
      const file = files.get(path) ?? (await openFile(path))
      files.delete(path)
      files.set(path, file)
      try {
        await write(path, file, bytes)
      } catch (error) {
        await close(path).catch(() => undefined)
        throw error
      }
      await closeOldest()
    },
    close,
    async closeAll() {
      await Promise.all([...files.keys()].map(close))
    },
  }
}
