import { Buffer } from 'node:buffer'
import { createLineFields, linesField, overrun, type LineField } from './lineFields.ts'
import { openSegment, orDamaged, type SegmentGroup } from './openSegment.ts'
import { readText } from './readChunk.ts'
import { readHits } from './readHits.ts'

/** Bytes of a piece, unless a single line may be longer. */
const pieceSize = 64 * 1024

/**
 * The facts of a segment as NDJSON: what `JSON.stringify` makes of each that `decodeSegment` answers, in pieces of whole
 * lines. It puts together what the distinct values of the columns look like as JSON instead of making hits.
 *
 * @throws Error for damaged bytes, and for a format of a later version
 */
export async function* segmentLines(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (const group of openSegment(bytes).groups) {
    const line = orDamaged('lines', () => lineOf(group))
    for (let row = 0; row < group.rows; ) {
      const piece = Buffer.allocUnsafeSlow(Math.max(pieceSize, line.limit) + overrun)
      const out = new DataView(piece.buffer)
      let end = 0
      while (row < group.rows && end + line.limit + overrun <= piece.length) end = line.write(row++, out, end)
      yield piece.subarray(0, end)
    }
  }
}

function lineOf(group: SegmentGroup): LineField {
  const fields = createLineFields(group)
  const plain: LineField = {
    limit: fields.reduce((bytes, { limit }) => bytes + limit, 0),
    write(row, out, at) {
      let end = at
      for (let index = 0; index < fields.length; index++) end = fields[index]!.write(row, out, end)
      return end
    },
  }
  const extra = readText(group, 'extra')
  if (extra.values.length === 1 && extra.values[0] === undefined) return plain
  return withExtras(group, plain, (row) => extra.values[extra.codes[row]!] !== undefined)
}

/** Rows with an extra are rare, and told from whole hits. */
function withExtras(group: SegmentGroup, plain: LineField, hasExtra: (row: number) => boolean): LineField {
  const lines = readHits(group).map((hit, row) => (hasExtra(row) ? Buffer.from(`${JSON.stringify(hit)}\n`) : undefined))
  const whole = linesField(lines)
  return {
    limit: Math.max(plain.limit, whole.limit),
    write: (row, out, at) => (hasExtra(row) ? whole : plain).write(row, out, at),
  }
}
