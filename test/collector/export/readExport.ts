import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createExport, type ExportOptions } from '../../../packages/collector/src/export/createExport.ts'
import type { AnyStore } from '../../../packages/collector/src/openStore.ts'
import { readCsv } from '../readCsv.ts'

export type Row = Record<string, unknown>

/** An export as a whole, and how many rows its pieces said that they have. */
export async function collectExport(store: AnyStore, options: ExportOptions): Promise<{ bytes: Buffer; rows: number }> {
  const pieces = []
  for await (const piece of createExport(store, options)) pieces.push(piece)
  return { bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)), rows: pieces.reduce((sum, { rows }) => sum + rows, 0) }
}

export function readNdjson(bytes: Buffer): StoredHit[] {
  return bytes.toString().split('\n').slice(0, -1).map((line) => JSON.parse(line) as StoredHit)
}

/** Rows of CSV by the names of their columns. */
export function readCsvRows(bytes: Buffer): Record<string, string>[] {
  const [names = [], ...rows] = readCsv(bytes.toString())
  return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index]!])))
}

/** By hyparquet: only what every reader knows is used. */
export async function readParquet(bytes: Buffer): Promise<Row[]> {
  const file = await temporaryFile('export.parquet', bytes)
  return parquetReadObjects({ file: await asyncBufferFromFile(file) })
}

export async function temporaryFile(name: string, bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-export-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  await writeFile(file, bytes)
  return file
}

/** A store on a storage in memory that has these hits: half of them in segments where `compacted`. */
export async function storeOf(hits: readonly StoredHit[], { compacted = true }: { compacted?: boolean } = {}): Promise<AnyStore> {
  const { storage } = await openStorage({ driver: 'memory' })
  const store = await createStore({ storage, durability: 'volatile' })
  onTestFinished(() => store.close())
  const half = compacted ? Math.ceil(hits.length / 2) : 0
  for (const [from, to] of [[0, half], [half, hits.length]] as const) {
    for (let start = from; start < to; start += 1000) await store.append(hits.slice(start, Math.min(to, start + 1000)))
    if (from === 0 && half > 0) await store.maintain({ force: true })
  }
  return store
}
