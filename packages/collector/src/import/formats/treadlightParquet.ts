import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type ColumnData, type FileMetaData } from 'hyparquet'
import { exportColumns, type ColumnKind } from '../../export/columns.ts'
import type { ImportFile, ImportFormat, ImportPiece, ImportRow } from '../importFormat.ts'
import { readStored } from '../readStored.ts'
import { emptyFields, setField } from '../storedFields.ts'
import { placeOf } from './treadlightCsv.ts'

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

/** So many rows are handed on at a time. */
const pieceRows = 2000
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
      const columns = await readColumns(buffer, metadata, start, end)
      for (let from = first; from < end; from += pieceRows) {
        const to = Math.min(end, from + pieceRows)
        const rows = Array.from({ length: to - from }, (_, index) => readRow(columns, from + index - start, from + index + 1))
        yield { rows, next: { file: 0, offset: to, line: to } }
      }
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

/** A column of a row group. */
interface GroupColumn {
  name: keyof typeof setField
  kind: ColumnKind
  values: ArrayLike<unknown>
}

/** Columns that exports have, in the order of a hit's fields: see `hitFields` of the store. */
const ordered = exportColumns.toSorted((a, b) => placeOf(a.name) - placeOf(b.name))

/** Of a row group those that an export has. As columns: rows of objects would take several times the time and memory. */
async function readColumns(file: AsyncBuffer, metadata: FileMetaData, rowStart: number, rowEnd: number): Promise<GroupColumn[]> {
  const pages = new Map<string, ArrayLike<unknown>[]>()
  const onChunk = ({ columnName, columnData }: ColumnData): void => {
    const known = pages.get(columnName)
    if (known === undefined) pages.set(columnName, [columnData])
    else known.push(columnData)
  }
  const present = new Set(metadata.schema.map(({ name }) => name))
  const columns = ordered.filter(({ name }) => present.has(name))
  await parquetRead({ file, metadata, rowStart, rowEnd, columns: columns.map(({ name }) => name), onChunk })
  return columns.map(({ name, kind }) => ({ name, kind, values: join(pages.get(name) ?? []) }))
}

function join(pages: readonly ArrayLike<unknown>[]): ArrayLike<unknown> {
  return pages.length === 1 ? pages[0]! : pages.flatMap((page) => Array.from(page))
}

/** @param row in the group @param line in the file */
function readRow(columns: readonly GroupColumn[], row: number, line: number): ImportRow {
  const fields = emptyFields()
  for (const { name, kind, values } of columns) {
    const value = values[row]
    if (value !== undefined && value !== null) setField[name](fields, valueOf(kind, value))
  }
  const hit = readStored(fields)
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
