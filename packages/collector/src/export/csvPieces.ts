import type { StoredHit } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { csvCell, csvLine, type Cell } from '../csv.ts'
import type { Piece } from '../reports/table.ts'
import { exportColumns, type ColumnKind, type ExportColumn } from './columns.ts'
import type { HitBatch } from './hitBatches.ts'

/**
 * Hits as CSV by RFC 4180, UTF-8, the names of the columns first. No BOM: Excel alone wants one, and has it asked for in
 * its import; for everything else it would become part of the first column's name.
 */
export async function* csvPieces(batches: AsyncIterable<HitBatch>): AsyncGenerator<Piece> {
  yield { bytes: Buffer.from(csvLine(exportColumns.map(({ name }) => name))), rows: 0 }
  const cells = exportColumns.map(createCellWriter)
  for await (const { hits } of batches) {
    let text = ''
    for (const hit of hits) {
      text += cells[0]!(hit)
      for (let index = 1; index < cells.length; index++) text += `,${cells[index]!(hit)}`
      text += '\r\n'
    }
    yield { bytes: Buffer.from(text), rows: hits.length }
  }
}

/** Most columns say of a hit what they said of the one before: then it is not looked at again. */
function createCellWriter({ kind, valueOf }: ExportColumn): (hit: StoredHit) => string {
  let last: unknown
  let cell = ''
  return (hit) => {
    const value = valueOf(hit)
    if (value === last) return cell
    last = value
    cell = value === undefined || value === null ? '' : csvCell(writers[kind](value))
    return cell
  }
}

const asIs = (value: unknown): Cell => value as Cell

const writers: Readonly<Record<ColumnKind, (value: unknown) => Cell>> = {
  text: asIs,
  day: asIs,
  decimal: asIs,
  number: asIs,
  json: (value) => JSON.stringify(value),
  time: (value) => formatTime(value as number),
  boolean: String,
}

/** ISO 8601 in UTC; '' for what is no time, which only an import can have. */
function formatTime(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
