import { Buffer } from 'node:buffer'
import type { Batch } from '../batch.ts'
import { createFactTable, type FactTable, type PackedTable } from '../factTable.ts'
import { encodeFrame, readFrames } from '../frame.ts'
import { formatStamp } from '../keys.ts'
import { isLaterFormat } from '../laterFormat.ts'
import { packedNames } from '../segment/factColumns.ts'
import { createSectionReader, createSectionWriter } from '../segment/sections.ts'
import type { Steps } from '../steps.ts'

/** A batch of which a packed value has all facts, and nobody adds to it any more. */
export interface PackedBatch {
  key: string
  /** Length of the batch's value. */
  bytes: number
  /** As in `Batch`. */
  count: number
  oldest: number
  /** Where its facts are: runs of rows, each the number of the table, the first row and how many. */
  runs: number[]
}

/** What a packed value says in front of its columns, as a line of JSON. */
interface PackedHead {
  version: number
  /** Of `packedNames`: with other columns it is another format, whatever its version says. */
  names: string
  batches: PackedBatch[]
  tables: PackedTable[]
}

/** What a value holds, and the tables for whoever asks for them. */
export interface PackedValue {
  head: PackedHead
  /** @throws Error where they are not what was packed */
  tables(site: string): FactTable[]
}

/** Of the head, and of what stands behind it. To be raised with any change of what `Column.pack` writes. */
const version = 1
const names = packedNames.join()

const keyPattern = /^([a-z0-9_-]{1,64}):packed:([0-9a-f]{12})-[0-9a-f]{12}-(\d+)$/

/** `{site}:packed:{when and nonce}-{bytes}` */
export function formatPackedKey(site: string, time: number, nonce: string, bytes: number): string {
  return `${site}:packed:${formatStamp(time, nonce)}-${bytes}`
}

/** When it was made, ms since 1970, and how long it is; undefined for a key that is none of ours. */
export function parsePackedKey(key: string): { time: number; bytes: number } | undefined {
  const [, , time, bytes] = keyPattern.exec(key) ?? []
  return time === undefined ? undefined : { time: Number.parseInt(time, 16), bytes: Number(bytes) }
}

/**
 * The facts of batches by the column, as they are held in memory: a frame of a line of JSON and of the columns, one behind
 * the other. Texts are those that these facts have and no others, so that nobody is in it who is not in the batches.
 *
 * @param batches with the bytes that each has
 */
export function* encodePacked(batches: readonly { batch: Batch; bytes: number }[]): Steps<Buffer> {
  const pieces: Uint8Array[] = []
  const out = createSectionWriter(pieces)
  const placed = new Map<FactTable, Placed>()
  // All at once: batches are put into other tables when some of them are in segments.
  const head: PackedHead = { version, names, batches: batches.map(({ batch, bytes }) => place(batch, bytes, placed)), tables: [] }
  for (const [table, { rows }] of placed) head.tables.push(yield* table.pack(Uint32Array.from(rows), out))
  return encodeFrame([Buffer.from(`${JSON.stringify(head)}\n`), ...pieces])
}

interface Placed {
  /** The number of the table in the value. */
  number: number
  /** Those of its rows that go into it, in that order. */
  rows: number[]
  /** For each row of the table where it is then, from 1. */
  places: Uint32Array
}

/** Finds a place for each row of a batch that has none, and says where its rows are. */
function place({ key, count, oldest, rows }: Batch, bytes: number, placed: Map<FactTable, Placed>): PackedBatch {
  const runs: number[] = []
  for (const [table, its] of rows) {
    let at = placed.get(table)
    if (at === undefined) placed.set(table, (at = { number: placed.size, rows: [], places: new Uint32Array(table.size) }))
    let next = -1
    for (const row of its) {
      const there = (at.places[row] ||= at.rows.push(row)) - 1
      if (there === next) runs[runs.length - 1]!++
      else runs.push(at.number, there, 1)
      next = there + 1
    }
  }
  return { key, bytes, count, oldest, runs }
}

/**
 * What a value holds; `'damaged'`, or `'later'` if another version has made it: then nobody here knows what is in it.
 * @param length that its name says
 */
export function decodePacked(bytes: Buffer, length: number): PackedValue | 'damaged' | 'later' {
  try {
    const { payloads, problems } = readFrames(bytes)
    const [payload] = payloads
    if (payload === undefined || payloads.length > 1 || problems.length > 0) return 'damaged'
    const end = payload.indexOf('\n')
    const head = JSON.parse(payload.toString('utf8', 0, end)) as PackedHead
    if (head.version !== version || head.names !== names) return 'later'
    if (bytes.length !== length) return 'damaged'
    return { head, tables: (site) => readTables(head, site, payload.subarray(end + 1)) }
  } catch (error) {
    return isLaterFormat(error) ? 'later' : 'damaged'
  }
}

function readTables(head: PackedHead, site: string, sections: Uint8Array): FactTable[] {
  const from = createSectionReader(sections)
  const tables = head.tables.map((said) => createFactTable(site, said.day, { said, from }))
  if (!from.isAtEnd()) throw new RangeError('[treadlight store] a packed value is longer than what it holds')
  return tables
}
