import { mkdir, open, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, DestinationBatch, DestinationRequest } from './destination.ts'
import { assertGiven, commonOf } from './options.ts'

export interface NdjsonFileOptions extends CommonOptions {
  /** Where the files are to be; made if missing. */
  folder: string
  /** Who may read the files: by default only whom the server runs as, for they hold what visitors did. @default 0o600 */
  mode?: number
}

/** One line, and the day it is of. */
export interface NdjsonLine {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  text: string
}

/**
 * Files of JSON lines, `hits-2026-11-21.ndjson`: one for each UTC day that hits were made on, so that a hit that is written twice
 * because of a crash is twice in one file, with the same id. A hit counts as sent once it is on the disk.
 *
 * Several processes may write into one folder. A line that a crash has cut is left alone, the next one begins on a line of its own.
 */
export function ndjsonFile({ folder, mode = 0o600, ...options }: NdjsonFileOptions): Destination<NdjsonLine> {
  assertGiven('ndjsonFile', 'folder', folder, 'where the files are to be')
  const base = resolve(folder)
  // One after the other: the look at how a file ends and the write behind it belong together.
  let last: Promise<unknown> = Promise.resolve()
  return defineDestination<NdjsonLine>({
    name: 'file',
    allowPrivate: true,
    maxBatch: 1000,
    ...commonOf('ndjsonFile', options),
    map: (hit) => ({ day: new Date(hit.time).toISOString().slice(0, 10), text: JSON.stringify(hit) }),
    batch: (lines) => byDay(lines, base),
    deliver(request) {
      const written = last.then(() => append(request, mode))
      last = written.catch(() => {})
      return written
    },
  })
}

function byDay(lines: readonly NdjsonLine[], base: string): DestinationBatch[] {
  const days = new Map<string, number[]>()
  for (const [index, { day }] of lines.entries()) days.set(day, [...(days.get(day) ?? []), index])
  return [...days].map(([day, indexes]) => ({
    request: { url: pathToFileURL(join(base, `hits-${day}.ndjson`)).href, body: indexes.map((index) => `${lines[index]!.text}\n`).join('') },
    indexes,
  }))
}

async function append({ url, body = '' }: DestinationRequest, mode: number): Promise<DestinationAnswer> {
  const path = fileURLToPath(url)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const isNew = await stat(path).then(
    () => false,
    () => true,
  )
  const file = await open(path, 'a+', mode)
  try {
    await file.appendFile((await isCut(file)) ? `\n${body}` : body)
    await file.datasync()
  } finally {
    await file.close()
  }
  if (isNew) await syncFolder(dirname(path))
  return { status: 200, header: () => '', body: '' }
}

async function isCut(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(new Uint8Array(1), 0, 1, size - 1)
  return buffer[0] !== 10
}

/** The name of a new file is on the disk once its folder is. Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}
