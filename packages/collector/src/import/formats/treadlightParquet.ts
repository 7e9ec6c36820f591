import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { exportColumns, type ColumnKind } from '../../export/columns.ts'
import type { ImportFile, ImportFormat, ImportPiece, ImportRow } from '../importFormat.ts'
import { readStored, requiredTexts } from '../readStored.ts'
import { addField, placeOf } from './treadlightCsv.ts'

/** `treadlight export --format parquet`: a row group at a time. Positions are rows. */
export const treadlightParquet: ImportFormat = {
  name: 'treadlight-parquet',
  title: 'treadlight export --format parquet',
  detects: ({ head }) => head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31,
  async *read({ files, from }) {
    for (const [index, file] of files.entries()) {
      if (index < (from?.file ?? 0) || !treadlightParquet.detects(file)) continue
      const done = index === from?.file ? from.offset : 0
      for await (const { rows, next } of readGroups(file, done)) {
        if (index > 0) for (const row of rows) row.file = index
        yield { rows, next: { ...next, file: index } }
      }
    }
  },
}

const kinds = new Map<string, ColumnKind>(exportColumns.map(({ name, kind }) => [name, kind]))
/** Digits behind the point of an amount: see `parquetSchema`. */
const scale = 6

async function* readGroups(file: ImportFile, done: number): AsyncGenerator<ImportPiece> {
  const buffer = await bufferOf(file)
  const metadata = keepDecimals(await parquetMetadataAsync(buffer))
  const missing = ['site', 'id', 'origin', 'time'].find((name) => !metadata.schema.some((element) => element.name === name))
  if (missing !== undefined) throw new Error(`[treadlight import] ${file.name}: has no column ${missing}: it is no export of treadlight`)
  let start = 0
  for (const { num_rows: count } of metadata.row_groups) {
    const end = start + Number(count)
    if (end > done) {
      const first = Math.max(start, done)
      const objects = await readRows(buffer, metadata, first, end)
      const rows = objects.map((object, index) => readRow(object, first + index + 1))
      yield { rows, next: { file: 0, offset: end, line: end } }
    }
    start = end
  }
}

async function bufferOf(file: ImportFile): Promise<AsyncBuffer> {
  // Where it is packed, its length is known once it was unpacked.
  let byteLength = file.size
  if (byteLength === undefined) {
    byteLength = 0
    for await (const chunk of file.bytes()) byteLength += chunk.byteLength
  }
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const { buffer, byteOffset, byteLength: length } = await file.part(start < 0 ? byteLength + start : start, end)
      return buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer
    },
  }
}

/** hyparquet makes floating-point numbers of decimals, in which cents get lost: bytes it hands on as they are. */
function keepDecimals(metadata: FileMetaData): FileMetaData {
  for (const element of metadata.schema) {
    if (element.converted_type !== 'DECIMAL') continue
    delete element.converted_type
    delete element.logical_type
  }
  return metadata
}

function readRows(file: AsyncBuffer, metadata: FileMetaData, rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    parquetRead({ file, metadata, rowStart, rowEnd, rowFormat: 'object', onComplete: (rows) => resolve(rows as Record<string, unknown>[]) }).catch(reject)
  })
}

/** Fields that a hit has, in its order: see `hitFields` of the store. */
const names = exportColumns.map(({ name }) => name as string).toSorted((a, b) => placeOf(a) - placeOf(b))

function readRow(row: Record<string, unknown>, line: number): ImportRow {
  const object: Record<string, unknown> = {}
  for (const name of names) {
    const value = row[name]
    if (value !== undefined && value !== null) addField(object, name, valueOf(kinds.get(name)!, value))
    else if (requiredTexts.has(name)) object[name] = ''
  }
  const hit = readStored(object)
  return typeof hit === 'string' ? { problem: hit, line } : { stored: hit, line }
}

function valueOf(kind: ColumnKind, value: unknown): unknown {
  if (kind === 'time') return value instanceof Date ? value.getTime() : Number(value)
  if (kind === 'day') return value instanceof Date ? value.toISOString().slice(0, 10) : value
  return kind === 'decimal' && value instanceof Uint8Array ? decimalOf(value) : value
}

/** Of millionths in two's complement, the first byte highest. */
function decimalOf(bytes: Uint8Array): string {
  let unscaled = 0n
  for (const byte of bytes) unscaled = (unscaled << 8n) | BigInt(byte)
  unscaled = BigInt.asIntN(8 * bytes.length, unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const decimals = digits.slice(-scale).replace(/0+$/, '')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}${decimals === '' ? '' : `.${decimals}`}`
}
