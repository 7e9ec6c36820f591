import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ConfigError } from '../settings.ts'
import type { ImportFile } from './importFormat.ts'
import { openZip } from './openZip.ts'

/** What somebody has named to be imported: a file, or the entries of a zip. */
export interface ImportSource {
  /** As it was named. */
  name: string
  files: ImportFile[]
  /** Tells it from others, and from itself once it has changed: of its size and how it begins. */
  print: string
  /** Bytes of it that have been read so far, as they lie there, and of how many; undefined where nobody knows. */
  read(): number
  size: number | undefined
  close(): Promise<void>
}

const headLength = 65_536
const gzip = Buffer.from([0x1f, 0x8b])
const zip = Buffer.from('PK\u0003\u0004', 'latin1')

/**
 * Opens a file, `-` being standard input. gzip and zip are told by their first bytes.
 * @throws ConfigError where it cannot be read
 */
export async function openSource(path: string): Promise<ImportSource> {
  const spooled = path === '-' ? await spool(Readable.from(process.stdin)) : undefined
  const handle = await openFile(spooled?.path ?? path, path)
  const { size } = await handle.stat()
  const head = await readPart(handle, 0, Math.min(size, headLength))
  const raw: RawFile = { path: spooled?.path ?? path, name: path === '-' ? '-' : basename(path), handle, size, read: 0 }
  const closers: (() => Promise<void>)[] = [() => handle.close(), async () => spooled?.remove()]
  const close = async (): Promise<void> => {
    for (const each of closers) await each()
  }
  const files = await filesOf(raw, head, closers).catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    name: path,
    files,
    print: createHash('sha256').update(`${size}\n`).update(head).digest('hex').slice(0, 24),
    read: () => raw.read,
    size,
    close,
  }
}

interface RawFile {
  path: string
  name: string
  handle: FileHandle
  size: number
  /** Bytes read so far. */
  read: number
}

async function openFile(path: string, named: string): Promise<FileHandle> {
  const isFolder = await stat(path).then((its) => its.isDirectory(), () => false)
  if (isFolder) throw new ConfigError(`${named}: is a folder; name the files in it`)
  return open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`${named}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`, { cause })
  })
}

async function filesOf(raw: RawFile, head: Buffer, closers: (() => Promise<void>)[]): Promise<ImportFile[]> {
  if (startsWith(head, zip)) return zipFiles(raw, closers)
  return [startsWith(head, gzip) ? await gzipFile(raw, closers) : plainFile(raw, head)]
}

function plainFile(raw: RawFile, head: Buffer): ImportFile {
  return {
    ...headOf(raw.name, head),
    size: raw.size,
    bytes: (from = 0) => rawBytes(raw, from),
    part: (start, end) => readPart(raw.handle, start, end),
  }
}

async function gzipFile(raw: RawFile, closers: (() => Promise<void>)[]): Promise<ImportFile> {
  const unzip = (): AsyncIterable<Uint8Array> => unpack(() => Readable.from(rawBytes(raw, 0)).pipe(createGunzip()), raw.name)
  return streamedFile(raw.name.replace(/\.gz$/i, ''), undefined, unzip, closers)
}

async function zipFiles(raw: RawFile, closers: (() => Promise<void>)[]): Promise<ImportFile[]> {
  const { entries, close } = await openZip(raw.path).catch((cause: unknown) => {
    throw brokenFile(raw.name, cause)
  })
  closers.unshift(close)
  const files: ImportFile[] = []
  for (const { name, size, packed, open: openEntry } of entries) {
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      const before = raw.read
      let done = 0
      for await (const chunk of unpack(openEntry, `${raw.name}: ${name}`)) {
        done += chunk.byteLength
        raw.read = before + Math.round((packed * done) / Math.max(size, 1))
        yield chunk
      }
    }
    files.push(await streamedFile(basename(name), size, bytes, closers))
    raw.read = 0
  }
  return files
}

/** What can be read from its beginning alone. */
async function streamedFile(name: string, size: number | undefined, open: () => AsyncIterable<Uint8Array>, closers: (() => Promise<void>)[]): Promise<ImportFile> {
  let spooled: Promise<{ handle: FileHandle }> | undefined
  const spoolOnce = async (): Promise<{ handle: FileHandle }> => {
    const { path, remove } = await spool(Readable.from(open()))
    const handle = await open_(path)
    closers.unshift(() => handle.close(), remove)
    return { handle }
  }
  return {
    ...headOf(name, await firstBytes(open())),
    size,
    bytes: (from = 0) => skip(open(), from),
    part: async (start, end) => readPart((await (spooled ??= spoolOnce())).handle, start, end),
  }
}

const open_ = (path: string): Promise<FileHandle> => open(path, 'r')

function headOf(name: string, head: Buffer): Pick<ImportFile, 'name' | 'head' | 'text'> {
  return { name, head, text: head.toString() }
}

async function* rawBytes(raw: RawFile, from: number): AsyncGenerator<Uint8Array> {
  raw.read = from
  for await (const chunk of createReadStream(raw.path, { start: from, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    raw.read += chunk.length
    yield chunk
  }
}

async function* unpack(open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await open()
  } catch (cause) {
    throw brokenFile(name, cause)
  }
}

function brokenFile(name: string, cause: unknown): Error {
  return new Error(`[treadlight import] ${name}: cannot be unpacked: ${(cause as Error).message.replace(/\.$/, '')}: is it whole?`, { cause })
}

async function* skip(chunks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of chunks) {
    if (chunk.byteLength <= left) left -= chunk.byteLength
    else {
      yield chunk.subarray(left)
      left = 0
    }
  }
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const head: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    head.push(chunk)
    length += chunk.byteLength
    if (length >= headLength) break
  }
  return Buffer.concat(head).subarray(0, headLength)
}

async function readPart(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
  return bytes.subarray(0, bytesRead)
}

/** Into a file of its own, to be read more than once, and from anywhere. */
async function spool(stream: Readable): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-import-'))
  const path = join(folder, 'spooled')
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  await pipeline(stream, createWriteStream(path, { mode: 0o600 })).catch(async (error: unknown) => {
    await remove()
    throw error
  })
  return { path, remove }
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic)
}
