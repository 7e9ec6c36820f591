import type { Storage } from 'unstorage'
import type { ByteCache } from './byteCache.ts'
import { isPartDriver } from './drivers/storeDriver.ts'
import { readBytes } from './values.ts'

/** A value, or a part of one, of which pieces are read as they are needed. */
export interface ValueSource {
  /** Bytes. */
  readonly size: number
  /**
   * The bytes of `[start, end)`; nobody changes them.
   * @throws ValueGone, ValueTorn; RangeError for a piece that is not inside
   */
  read(start: number, end: number): Promise<Uint8Array>
}

/** A value is not there any more: it was swept, or replaced by another one. */
export class ValueGone extends Error {}

/** A value is shorter than it should be. */
export class ValueTorn extends Error {}

const readErrors = new WeakSet<Error>()

/** Whether it is the storage that failed, whatever the value is like. */
export function isReadError(error: unknown): boolean {
  return error instanceof Error && readErrors.has(error)
}

/** Values up to this are read as a whole, bytes: one call costs more than they do. */
const smallValue = 64 * 1024
/** Pieces as near as this to each other are read together, bytes. */
const smallGap = 32 * 1024

interface Piece {
  start: number
  end: number
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

/** Bytes that are in memory. */
export function sourceOf(bytes: Uint8Array): ValueSource {
  return { size: bytes.length, read: async (start, end) => cut(bytes, start, end) }
}

/**
 * The source behind its first `offset` bytes.
 * @param head how it begins, which is not read again
 */
export function behind(source: ValueSource, offset: number, head: Uint8Array): ValueSource {
  return {
    size: source.size - offset,
    read: async (start, end) => (start >= 0 && end + offset <= head.length ? head.subarray(start + offset, end + offset) : source.read(start + offset, end + offset)),
  }
}

/**
 * A value of the storage. Pieces that are asked for at once are read at once; where the driver cannot read parts, all of
 * it, which is kept in `cache`.
 *
 * @param size what the value should have, bytes
 */
export function openValue(storage: Storage, key: string, size: number, cache: ByteCache): ValueSource {
  const { driver, base } = storage.getMount(key)
  const readPart = isPartDriver(driver) && size > smallValue ? driver.readPart.bind(driver, key.slice(base.length)) : undefined
  let waiting: Piece[] = []

  async function readWhole(): Promise<Uint8Array> {
    return check(await note(readBytes(storage, key)), size)
  }

  function check(bytes: Uint8Array | undefined | null, expected: number): Uint8Array {
    if (bytes === undefined || bytes === null) throw new ValueGone(key)
    if (bytes.length !== expected) throw new ValueTorn(`[treadlight store] ${key} is not whole`)
    return bytes
  }

  async function readRun(pieces: readonly Piece[]): Promise<void> {
    const [first] = pieces
    const end = Math.max(...pieces.map((piece) => piece.end))
    try {
      const bytes = check(await note(readPart!(first!.start, end)), end - first!.start)
      for (const piece of pieces) piece.resolve(bytes.subarray(piece.start - first!.start, piece.end - first!.start))
    } catch (error) {
      for (const piece of pieces) piece.reject(error)
    }
  }

  function readWaiting(): void {
    const runs = findRuns(waiting)
    waiting = []
    for (const run of runs) void readRun(run)
  }

  return {
    size,
    async read(start, end) {
      if (readPart === undefined) return cut(await cache.get(`${key} whole`, readWhole, ({ length }) => length), start, end)
      checkInside(size, start, end)
      return new Promise<Uint8Array>((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(readWaiting)
        waiting.push({ start, end, resolve, reject })
      })
    },
  }
}

async function note<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error) readErrors.add(error)
    throw error
  }
}

function findRuns(pieces: readonly Piece[]): Piece[][] {
  const runs: Piece[][] = []
  let end = -Infinity
  for (const piece of pieces.toSorted((a, b) => a.start - b.start)) {
    if (piece.start <= end + smallGap) runs.at(-1)!.push(piece)
    else runs.push([piece])
    end = Math.max(end, piece.end)
  }
  return runs
}

function cut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  checkInside(bytes.length, start, end)
  return bytes.subarray(start, end)
}

function checkInside(size: number, start: number, end: number): void {
  if (start < 0 || end < start || end > size) throw new RangeError(`[treadlight store] [${start}, ${end}) is not inside ${size} bytes`)
}
