import { Buffer } from 'node:buffer'
import { csvLine, type Cell } from '../csv.ts'

/** Columns, and rows as they come, in batches: an empty one says that the work goes on. */
export interface Table {
  columns: readonly string[]
  batches: AsyncIterable<readonly (readonly Cell[])[]>
}

/** A part of a file. */
export interface Piece {
  bytes: Uint8Array
  /** Rows or lines that it has. */
  rows: number
}

/** A table as CSV, its head first; or as a JSON array with an object a line. */
export async function* writeTable({ columns, batches }: Table, format: 'csv' | 'json'): AsyncGenerator<Piece> {
  const isCsv = format === 'csv'
  yield { bytes: Buffer.from(isCsv ? csvLine(columns) : '['), rows: 0 }
  let separator = '\n'
  for await (const rows of batches) {
    let text = ''
    for (const row of rows) {
      text += isCsv ? csvLine(row) : separator + JSON.stringify(Object.fromEntries(columns.map((column, index) => [column, row[index]])))
      separator = ',\n'
    }
    yield { bytes: Buffer.from(text), rows: rows.length }
  }
  if (!isCsv) yield { bytes: Buffer.from('\n]\n'), rows: 0 }
}
