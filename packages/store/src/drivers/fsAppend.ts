import { constants, fstatSync, writeSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Directories } from './fsDirectories.ts'

/** Files that are appended to, kept open. */
export interface AppendFiles {
  append(path: string, bytes: Uint8Array): Promise<void>
  /** Makes a file, empty, so that what is appended to it need not wait for directories to be on the disk. */
  prepare(path: string): Promise<void>
  close(path: string): Promise<void>
  closeAll(): Promise<void>
}

interface OpenFile {
  handle: FileHandle
  busy: boolean
  /** Whether the directories on the way to it are on the disk. */
  rooted: boolean
}

/**
 * Linux can write and wait for the disk in one call, which saves the way through the thread pool and back. Elsewhere the flag
 * is missing, or promises less than fdatasync (macOS).
 */
const writesSynced = process.platform === 'linux'

/**
 * Up to so many bytes are written without a thread where nobody waits for the disk: they are in the cache of the system
 * before one is awake.
 */
const mostAtOnce = 256 * 1024

/** One per site that is written to at the same time. */
const maxOpenFiles = 16

export function createAppendFiles(directories: Directories, synced: boolean): AppendFiles {
  /** By path, the one used last at the end. */
  const files = new Map<string, OpenFile>()

  async function openFile(path: string): Promise<OpenFile> {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (synced && writesSynced ? constants.O_DSYNC : 0)
    const handle = await directories.around(path, () => open(path, flags, 0o600))
    return { handle, busy: false, rooted: false }
  }

  const isQuick = (bytes: Uint8Array): boolean => !synced && bytes.length <= mostAtOnce

  async function write(path: string, file: OpenFile, bytes: Uint8Array): Promise<void> {
    file.busy = true
    try {
      // The length is part of what is synced: without it the bytes could not be read back.
      for (let at = 0; at < bytes.length; ) at += isQuick(bytes) ? writeSync(file.handle.fd, bytes, at) : (await file.handle.write(bytes, at)).bytesWritten
      if (synced && !writesSynced) await file.handle.datasync()
      // Somebody has removed it under us: nothing that goes into it is ever read.
      if (fstatSync(file.handle.fd).nlink === 0) throw Object.assign(new Error(`${path} was removed`), { code: 'ENOENT' })
      await root(path, file)
    } finally {
      file.busy = false
    }
  }

  async function root(path: string, file: OpenFile): Promise<void> {
    if (!file.rooted) await directories.sync(path)
    file.rooted = true
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
    async prepare(path) {
      const file = await openFile(path)
      files.set(path, file)
      await root(path, file)
    },
    close,
    async closeAll() {
      await Promise.all([...files.keys()].map(close))
    },
  }
}
