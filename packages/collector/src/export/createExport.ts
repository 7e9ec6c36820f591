import { Buffer } from 'node:buffer'
import type { AnyStore } from '../openStore.ts'
import type { Piece } from '../reports/table.ts'
import { createAnonymizer } from './anonymizer.ts'
import { csvPieces } from './csvPieces.ts'
import type { ExportFormat } from './formats.ts'
import { hitBatches, type HitBatch } from './hitBatches.ts'
import { countLines, hitLines, type HitSelection } from './hitLines.ts'
import { parquetPieces } from './parquetPieces.ts'

export interface ExportOptions extends HitSelection {
  format: ExportFormat
  /** Nothing that leads to a person: see `createAnonymizer`. @default false */
  anonymize?: boolean
}

/**
 * The hits of a site as a file, piece by piece: what the CLI, the API and the page's downloads are made of. Day by day,
 * within a day in no order. Whoever takes no more pieces has it read no further, and in memory is what a day of the
 * storage takes, or a row group of Parquet.
 *
 * @example
 * for await (const { bytes } of createExport(store, { site: 'default', format: 'csv' })) await write(bytes)
 */
export function createExport(store: AnyStore, { format, anonymize = false, ...filter }: ExportOptions): AsyncIterable<Piece> {
  // As they lie in the storage, without a look at them.
  if (format === 'ndjson' && !anonymize) return linePieces(hitLines(store, filter))
  const batches = anonymize ? anonymized(hitBatches(store, filter)) : hitBatches(store, filter)
  if (format === 'csv') return csvPieces(batches)
  return format === 'parquet' ? parquetPieces(batches) : ndjsonPieces(batches)
}

/** How many rows it will have, about; undefined where the store cannot tell without reading all of them. */
export async function countRows(store: AnyStore, { person, ...range }: HitSelection): Promise<number | undefined> {
  return person === undefined ? store.countAbout?.(range) : undefined
}

async function* anonymized(batches: AsyncIterable<HitBatch>): AsyncGenerator<HitBatch> {
  const anonymize = createAnonymizer()
  for await (const { hits, size } of batches) yield { hits: hits.map(anonymize), size }
}

async function* linePieces(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  for await (const bytes of lines) yield { bytes, rows: countLines(bytes) }
}

async function* ndjsonPieces(batches: AsyncIterable<HitBatch>): AsyncGenerator<Piece> {
  for await (const { hits } of batches) {
    yield { bytes: Buffer.from(hits.map((hit) => `${JSON.stringify(hit)}\n`).join('')), rows: hits.length }
  }
}
