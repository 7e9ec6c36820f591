import type { StoredHit } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { csvLine, type Cell } from '../csv.ts'
import type { Piece } from '../reports/table.ts'
import { exportColumns, type ColumnKind } from './columns.ts'
import type { HitBatch } from './hitBatches.ts'

/**
 * Hits as CSV by RFC 4180, UTF-8, the names of the columns first. No BOM: Excel alone wants one, and has it asked for in
 * its import; for everything else it would become part of the first column's name.
 */
export async function* csvPieces(batches: AsyncIterable<HitBatch>): AsyncGenerator<Piece> {
  yield { bytes: Buffer.from(csvLine(exportColumns.map(({ name }) => name))), rows: 0 }
  for await (const { hits } of batches) {
    let text = ''
    for (const hit of hits) text += csvLine(cellsOf(hit))
    yield { bytes: Buffer.from(text), rows: hits.length }
  }
}

function cellsOf(hit: StoredHit): Cell[] {
  return exportColumns.map(({ kind, valueOf }) => {
    const value = valueOf(hit)
    return value === undefined || value === null ? '' : writers[kind](value)
  })
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
