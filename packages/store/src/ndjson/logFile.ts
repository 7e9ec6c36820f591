import { Buffer } from 'node:buffer'
import { open, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createDirectories } from '../drivers/fsDirectories.ts'
import { attempt, unlessMissing } from '../drivers/fsError.ts'
import type { StorageProblem } from '../values.ts'
import { checkHeader, encodeLine, header, type Entry } from './lines.ts'
import { acquireLock } from './lock.ts'
import { readEntries } from './readEntries.ts'
import { readHead } from './readHead.ts'

export interface LogFileOptions {
  path: string
  /** Waits until the disk has what was written. */
  sync: boolean
  /** Told of what the file holds, in its order. */
  onEntry(entry: Exclude<Entry, { torn: unknown }>): void
  onProblem(problem: StorageProblem): void
}

/** A text file of sealed lines that one process appends to. One call at a time. */
export interface LogFile {
  /** Lines in it, those included that count for nothing. */
  readonly lines: number
  /** Whether it holds what nobody can read, or what a failed write has left: somebody may be named there. */
  readonly doubtful: boolean
  /** Resolves once the lines are durable. After a rejection it is unknown how many of them are there. */
  append(lines: string, count: number): Promise<void>
  /** Puts a new file of these lines in its place. After a rejection it is the old one still, or already the new one. */
  rewrite(lines: Iterable<string>): Promise<void>
  close(): Promise<void>
}

/** What is written at once during a rewrite, characters. */
const rewriteChunk = 1024 * 1024

/**
 * Opens the file, made if missing, and reads it.
 * @throws Error if another process has it open, or if it is no file of ours or of a later version; nothing is changed
 */
export async function openLogFile(options: LogFileOptions): Promise<LogFile> {
  // Under whatever name: a link to the file must not be a way around its lock.
  const path = (await unlessMissing(realpath(options.path))) ?? resolve(options.path)
  const directories = createDirectories(dirname(path), options.sync)
  const release = await directories.around(path, () => acquireLock(`${path}.lock`, options.sync))
  try {
    const log = await openLocked(path, options)
    return {
      ...log,
      get lines() {
        return log.lines
      },
      get doubtful() {
        return log.doubtful
      },
      async close() {
        await log.close().finally(release)
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}

async function openLocked(path: string, { sync, onEntry, onProblem }: LogFileOptions): Promise<LogFile> {
  const aside = `${path}.rewrite`
  const directories = createDirectories(dirname(path), sync)
  let handle: FileHandle | undefined
  let inode = 0
  let end = 0
  let lines = 0
  let doubtful = false
  /** Whether the last line has its newline. */
  let ended = true
  /** Where lines begin that were cut off, as long as no line says so. */
  let torn: readonly number[] = []
  /** A write that failed, until it is known how much of it is there. */
  let doubt: { start: number; bytes: Buffer; ending: number } | undefined
  /** Whether the disk knows that the name means this very file. */
  let named = false

  // What a killed rewrite has left may hold what was to be deleted.
  await unlessMissing(unlink(aside))
  const head = await attempt('read', path, readHead)
  // Nothing can have been stored behind a first line that is not whole.
  if (head.length < header.length && header.startsWith(head)) await rewrite([])
  else {
    checkHeader(head, path)
    await read()
  }
  return {
    get lines() {
      return lines
    },
    get doubtful() {
      return doubtful
    },
    append,
    rewrite,
    async close() {
      await handle?.close()
    },
  }

  async function read(): Promise<void> {
    const found = await attempt('read', path, () => readEntries(path, onEntry))
    ;({ end, lines, doubtful, ended, torn } = found)
    handle = await attempt('open', path, () => open(path, 'a'))
    inode = (await handle.stat()).ino
    // Whoever wrote this may have been killed before the disk had it, and what is here counts as durable from now on.
    if (sync) await handle.datasync()
    await nameIt()
    for (const problem of found.problems) onProblem(problem)
  }

  async function append(text: string, count: number): Promise<void> {
    await settle()
    await assertUntouched()
    await nameIt()
    const ending = Buffer.from(endTornLine())
    const bytes = Buffer.concat([ending, Buffer.from(text)])
    try {
      await attempt('append to', path, async () => {
        await writeAll(handle!, bytes)
        // The length is part of what fdatasync writes: without it the bytes could not be read back.
        if (sync) await handle!.datasync()
      })
    } catch (error) {
      doubt = { start: end, bytes, ending: ending.length }
      doubtful = true
      await settle().catch(() => undefined)
      throw error
    }
    end += bytes.length
    lines += count
    ended = true
    torn = []
  }

  /** So that at most the torn line is lost, and later readers know that nobody misses it. */
  function endTornLine(): string {
    return `${ended ? '' : '\n'}${torn.map((offset) => encodeLine({ torn: { offset } })).join('')}`
  }

  /** Finds out what a failed write has left. */
  async function settle(): Promise<void> {
    if (doubt === undefined) return
    const { start, bytes, ending } = doubt
    const { size } = await attempt('look at', path, () => handle!.stat())
    doubt = undefined
    // Another program has cut it or added to it: `assertUntouched` tells.
    if (size < start || size > start + bytes.length) return
    const written = bytes.subarray(0, size - start)
    const offset = start + written.lastIndexOf('\n') + 1
    if (written.length >= ending) torn = []
    if (written.length > 0) ended = offset === size
    if (offset < size) {
      torn = [...torn, offset]
      onProblem({ key: path, offset, reason: 'torn' })
    }
    end = size
  }

  /** A second writer, an editor or logrotate: what goes into a file that was moved away is never read. */
  async function assertUntouched(): Promise<void> {
    const found = await attempt('look at', path, (at) => unlessMissing(stat(at)))
    if (found?.ino === inode && found.size === end) return
    throw new Error(`[treadlight ndjson] ${path} was changed, moved or removed by another program: see to it that none does, then restart this one`)
  }

  async function rewrite(texts: Iterable<string>): Promise<void> {
    if (handle !== undefined) {
      await settle()
      await assertUntouched()
    }
    const next = await attempt('write', aside, () => open(aside, 'ax', 0o600))
    let written: { bytes: number; lines: number }
    try {
      // Whoever may read the log may do so afterwards.
      if (handle !== undefined) await next.chmod((await handle.stat()).mode & 0o777)
      written = await attempt('write', aside, () => writeLines(next, texts))
      if (sync) await next.sync()
      await attempt('replace', path, () => rename(aside, path))
    } catch (error) {
      await next.close()
      await unlessMissing(unlink(aside))
      throw error
    }
    const old = handle
    handle = next
    inode = (await next.stat()).ino
    end = written.bytes
    lines = written.lines
    ended = true
    torn = []
    doubtful = false
    named = false
    await old?.close()
    await nameIt()
  }

  /** Before that, a power failure may bring back the file that was replaced. */
  async function nameIt(): Promise<void> {
    if (!named) await attempt('sync the folder of', path, directories.sync)
    named = true
  }
}

async function writeLines(handle: FileHandle, texts: Iterable<string>): Promise<{ bytes: number; lines: number }> {
  const written = { bytes: 0, lines: 0 }
  let chunk = header
  for (const text of texts) {
    chunk += text
    written.lines++
    if (chunk.length < rewriteChunk) continue
    written.bytes += await writeAll(handle, Buffer.from(chunk))
    chunk = ''
  }
  written.bytes += await writeAll(handle, Buffer.from(chunk))
  return written
}

/** A disk that is nearly full may take a part only. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<number> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
  return bytes.length
}
