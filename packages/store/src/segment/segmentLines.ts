import { Buffer } from 'node:buffer'
import { createLineFields, type LineField } from './lineFields.ts'
import { openSegment, orDamaged, type SegmentGroup } from './openSegment.ts'
import { readText } from './readChunk.ts'
import { readHits } from './readHits.ts'

/** Lines of a piece; some 250 kB. */
const pieceRows = 512

/**
 * The facts of a segment as NDJSON: what `JSON.stringify` makes of each that `decodeSegment` answers, in pieces of whole
 * lines. It puts together what the distinct values of the columns look like as JSON instead of making hits.
 *
 * @throws Error for damaged bytes, and for a format of a later version
 */
export async function* segmentLines(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (const group of openSegment(bytes).groups) {
    const lineOf = orDamaged('lines', () => createLine(group))
    for (let start = 0; start < group.rows; start += pieceRows) {
      yield Buffer.from(joinLines(lineOf, start, Math.min(start + pieceRows, group.rows)), 'latin1')
    }
  }
}

function joinLines(lineOf: LineField, start: number, end: number): string {
  let lines = ''
  for (let row = start; row < end; row++) lines += lineOf(row)
  return lines
}

/** Rows with an extra are rare, and told from whole hits. */
function createLine(group: SegmentGroup): LineField {
  const fields = createLineFields(group)
  const extra = readText(group, 'extra')
  const plain = (row: number): string => {
    let line = ''
    for (const field of fields) line += field(row)
    return line
  }
  if (extra.values.length === 1 && extra.values[0] === undefined) return plain
  const hits = readHits(group)
  return (row) => (extra.values[extra.codes[row]!] === undefined ? plain(row) : toLatin1(`${JSON.stringify(hits[row])}\n`))
}

function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
