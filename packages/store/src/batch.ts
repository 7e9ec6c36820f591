import { Buffer, isAscii } from 'node:buffer'
import type { Storage } from 'unstorage'
import { isAppendDriver } from './batchWriter.ts'
import type { FactTable } from './factTable.ts'
import { encodeFrame, readFrames, type FrameProblem } from './frame.ts'
import type { StoredHit } from './hit.ts'
import type { BatchKey } from './keys.ts'
import { readNamed } from './laterFormat.ts'
import { readBytes } from './values.ts'

/** One value of arrivals, as far as it was read. */
export interface Batch {
  key: string
  name: BatchKey
  /** Where its facts are. */
  rows: Map<FactTable, number[]>
  /** How many facts, and when the first of them was received, ms since 1970. */
  count: number
  oldest: number
  /** Bytes read, and where the last intact frame ended. */
  size: number
  end: number
  /** Whether that is all there will be: nobody but this process may still append to the value. */
  settled: boolean
  /** Whether some of it changed after it was written. What is intact counts; the value is left for somebody to look at. */
  damaged: boolean
}

export function createBatch(key: string, name: BatchKey): Batch {
  return { key, name, rows: new Map(), count: 0, oldest: Infinity, size: 0, end: 0, settled: false, damaged: false }
}

/** Says where another of its facts is. */
export function addToBatch(batch: Batch, { received }: Pick<StoredHit, 'received'>, table: FactTable, row: number): void {
  const rows = batch.rows.get(table)
  if (rows === undefined) batch.rows.set(table, [row])
  else rows.push(row)
  batch.count++
  if (received < batch.oldest) batch.oldest = received
}

/** The same of facts that are one behind the other, and counted already. */
export function addRun(batch: Batch, table: FactTable, first: number, length: number): void {
  const rows = batch.rows.get(table) ?? []
  for (let row = first; row < first + length; row++) rows.push(row)
  batch.rows.set(table, rows)
}

/** Where all that several batches have is. */
export function joinBatches(batches: readonly Batch[]): Pick<Batch, 'rows' | 'count' | 'oldest'> {
  const rows = new Map<FactTable, number[]>()
  for (const batch of batches) for (const [table, its] of batch.rows) rows.set(table, [...(rows.get(table) ?? []), ...its])
  const count = batches.reduce((sum, batch) => sum + batch.count, 0)
  return { rows, count, oldest: Math.min(...batches.map(({ oldest }) => oldest)) }
}

export function encodeBatch(facts: readonly StoredHit[]): Buffer {
  return encodeFrame(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
}

/** Whether the value may hold more than `batch` does. */
export async function hasGrown(storage: Storage, batch: Batch): Promise<boolean> {
  const { driver } = storage.getMount(batch.key)
  // Without append a value is written once; then all there is to wait for is the rest of a half-written one.
  // Some drivers show nothing, or half of it, while they write.
  if (!isAppendDriver(driver)) return batch.size === 0 || batch.end < batch.size
  const { size } = await storage.getMeta(batch.key, { nativeOnly: true })
  return size !== batch.size
}

/** Whether the value has this length, as far as that can change: without append it is written once. */
export async function hasBytes(storage: Storage, key: string, bytes: number): Promise<boolean> {
  const { driver } = storage.getMount(key)
  return !isAppendDriver(driver) || (await storage.getMeta(key, { nativeOnly: true })).size === bytes
}

/** What a value holds behind what was read of it. */
export interface BatchEnd {
  /** To be gone through once, by whoever keeps none of them: all at once are more than a garbage collector can let die young. */
  facts: Iterable<StoredHit>
  problems: FrameProblem[]
  /** As in `Batch`, with it. */
  size: number
  end: number
}

/**
 * Reads on where `batch` ended; undefined if the value is gone.
 * @throws Error for a format of a later version
 */
export async function readBatch(storage: Storage, batch: Batch): Promise<BatchEnd | undefined> {
  const bytes = await readBytes(storage, batch.key)
  if (bytes === undefined) return undefined
  const { payloads, end, problems } = readNamed(batch.key, () => readFrames(bytes, batch.end))
  return { facts: parseAll(payloads), problems, size: bytes.length, end }
}

function* parseAll(payloads: readonly Buffer[]): Generator<StoredHit> {
  for (const payload of payloads) yield* parseLines(payload)
}

const [newline, comma, openBracket, closeBracket] = [0x0a, 0x2c, 0x5b, 0x5d]
/** For frames of the usual size, of which thousands are read in a row. */
const scratch = Buffer.alloc(256 * 1024)

/**
 * The checksum has shown that these are the very bytes of `encodeBatch` or the writer, so they are not decoded anew. All
 * lines at once, as an array: within JSON a line break is escaped.
 */
function parseLines(lines: Buffer): StoredHit[] {
  if (lines.length === 0) return []
  // A copy: the storage may go on using its own.
  const json = lines.length < scratch.length ? scratch.subarray(0, lines.length + 1) : Buffer.allocUnsafe(lines.length + 1)
  json.set(lines, 1)
  json[0] = openBracket
  for (let at = json.indexOf(newline); at !== -1; at = json.indexOf(newline, at + 1)) json[at] = comma
  json[json.length - 1] = closeBracket
  // Several times as fast as UTF-8 where nothing needs it.
  return JSON.parse(json.toString(isAscii(json) ? 'latin1' : 'utf8')) as StoredHit[]
}
