import { Buffer } from 'node:buffer'
import { crc32, gunzipSync } from 'node:zlib'
import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { DataReader } from 'hyparquet/src/types.js'
import { unpackDeltas } from './deltas.ts'
import { readHybrid, type Codes } from './hybrid.ts'
import { orDamaged, type SegmentGroup } from './openSegment.ts'
import type { ColumnName } from './schema.ts'

/** Deflate makes at most that many bytes of one. */
const mostInflated = 1032

/** A column of which each row has one of a few values; null is undefined, and the last of them if there is one. */
export interface TextColumn {
  values: (string | undefined)[]
  /** Always of 16 bits: code that sees one kind of array is faster. */
  codes: Uint16Array
}

interface ChunkPages {
  meta: ColumnMetaData
  dictionary: Buffer | undefined
  /** Of the dictionary. */
  count: number
  /** Behind the levels. */
  data: DataReader
  /** For each row: 1 if there is a value. Undefined if there is one in every row. */
  levels: Uint8Array | undefined
}

/** The same as bytes. */
export interface CodedTexts {
  /** The values, each behind its length: see `eachText`. */
  dictionary: Buffer
  count: number
  hasNull: boolean
  /** `count` for null. */
  codes: Uint16Array
}

/** Reads a column of texts; a column that is missing has no values. */
export function readText(group: SegmentGroup, name: ColumnName): TextColumn {
  const coded = readCodedTexts(group, name)
  if (group.picked !== undefined) return pickTexts(coded, group.picked)
  const { dictionary, count, hasNull, codes } = coded
  const values: (string | undefined)[] = []
  eachText(dictionary, count, (start, end) => values.push(dictionary.toString('utf8', start, end)))
  if (hasNull) values.push(undefined)
  return { values, codes }
}

/** The values of some rows: of a dictionary of thousands only these become strings. */
function pickTexts({ dictionary, count, codes }: CodedTexts, rows: readonly number[]): TextColumn {
  const distinct = [...new Set(rows.map((row) => codes[row]!))].toSorted((a, b) => a - b)
  const places = new Map(distinct.map((code, place) => [code, place]))
  const values: (string | undefined)[] = []
  let offset = 0
  for (let code = 0; values.length < distinct.length && code < count; code++) {
    const start = offset + 4
    offset = start + dictionary.readUInt32LE(offset)
    if (offset > dictionary.length) throw new Error('a text is longer than its dictionary')
    if (code === distinct[values.length]) values.push(dictionary.toString('utf8', start, offset))
  }
  if (values.length < distinct.length) values.push(undefined)
  return { values, codes: Uint16Array.from(rows, (row) => places.get(codes[row]!)!) }
}

/** Reads a column of texts without making strings of them: of all rows. */
export function readCodedTexts(group: SegmentGroup, name: ColumnName): CodedTexts {
  return once(group, name, () => decodeTexts(group, name))
}

/** Reads a column unless it is kept. */
function once<T>({ kept }: SegmentGroup, name: string, read: () => T): T {
  if (kept?.has(name)) return kept.get(name) as T
  const column = read()
  kept?.set(name, column)
  return column
}

function decodeTexts(group: SegmentGroup, name: ColumnName): CodedTexts {
  const pages = readPages(group, name, 'RLE_DICTIONARY')
  if (pages === undefined || (pages.levels !== undefined && !pages.levels.includes(1))) {
    return { dictionary: Buffer.alloc(0), count: 0, hasNull: true, codes: new Uint16Array(group.rows) }
  }
  const { dictionary, count, data, levels } = pages
  if (dictionary === undefined) throw new Error(`column ${name} has no dictionary`)
  const codes = readCodes(data, countValues(group, levels))
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= count) throw new Error(`column ${name} has a code without a value`)
  return { dictionary, count, hasNull: levels !== undefined, codes: levels === undefined ? codes : spread(codes, levels, count) }
}

/** Reads a column of integers or times; null is NaN. */
export function readNumbers(group: SegmentGroup, name: ColumnName): Float64Array {
  const numbers = once(group, name, () => readAllNumbers(group, name))
  return group.picked === undefined ? numbers : Float64Array.from(group.picked, (row) => numbers[row]!)
}

function readAllNumbers(group: SegmentGroup, name: ColumnName): Float64Array {
  const numbers = new Float64Array(group.rows)
  const pages = readPages(group, name, 'DELTA_BINARY_PACKED')
  if (pages === undefined) return numbers.fill(NaN)
  const { meta, data, levels } = pages
  const { base, offsets } = unpackDeltas(restOf(data), countValues(group, levels))
  // Differences of 32-bit integers wrap around, and their sum has to as well.
  const isShort = meta.type === 'INT32'
  for (let row = 0, at = 0; row < numbers.length; row++) {
    if (levels !== undefined && levels[row] === 0) numbers[row] = NaN
    else numbers[row] = isShort ? (base + offsets[at++]!) | 0 : base + offsets[at++]!
  }
  return numbers
}

/** UUIDs, 16 bytes for each row that has one. */
export interface UuidColumn {
  bytes: Uint8Array
  /** For each row: 1 if there is a value. Undefined if there is one in every row. */
  levels: Uint8Array | undefined
}

/** Reads a column of UUIDs. */
export function readUuids(group: SegmentGroup, name: ColumnName): UuidColumn {
  const column = once(group, name, () => readAllUuids(group, name))
  return group.picked === undefined ? column : pickUuids(column, group.picked)
}

function readAllUuids(group: SegmentGroup, name: ColumnName): UuidColumn {
  const pages = readPages(group, name, 'PLAIN')
  if (pages === undefined) return { bytes: new Uint8Array(), levels: new Uint8Array(group.rows) }
  return { bytes: takeValues(pages, countValues(group, pages.levels) * 16), levels: pages.levels }
}

function pickUuids({ bytes, levels }: UuidColumn, rows: readonly number[]): UuidColumn {
  const picked = new Uint8Array(16 * rows.length)
  let end = 0
  /** Values before row `at`. */
  let before = 0
  let at = 0
  for (const row of rows) {
    if (levels === undefined) before = row
    else for (; at < row; at++) before += levels[at]!
    if (levels?.[row] === 0) continue
    picked.set(bytes.subarray(16 * before, 16 * before + 16), end)
    end += 16
  }
  return { bytes: picked.subarray(0, end), levels: levels && Uint8Array.from(rows, (row) => levels[row]!) }
}

/** Reads a column of flags: 0, 1, or 2 for null; undefined if all are null. */
export function readBooleans(group: SegmentGroup, name: ColumnName): Codes | undefined {
  const flags = once(group, name, () => readAllBooleans(group, name))
  return group.picked === undefined || flags === undefined ? flags : Uint8Array.from(group.picked, (row) => flags[row]!)
}

function readAllBooleans(group: SegmentGroup, name: ColumnName): Codes | undefined {
  const pages = readPages(group, name, 'PLAIN')
  const count = pages && countValues(group, pages.levels)
  if (!pages || !count) return undefined
  const bits = takeValues(pages, Math.ceil(count / 8))
  const flags = Uint8Array.from({ length: count }, (_, at) => (bits[at >> 3]! >> (at & 7)) & 1)
  return pages.levels === undefined ? flags : spread(flags, pages.levels, 2)
}

/** The bytes of a column, its pages still compressed, checked against the length of the file. */
function readPages(group: SegmentGroup, name: ColumnName, encoding: Encoding): ChunkPages | undefined {
  const meta = group.columns.get(name)
  if (meta === undefined) return undefined
  return orDamaged(name, () => parsePages(group, meta, encoding))
}

function readerOf({ segment }: SegmentGroup, meta: ColumnMetaData): DataReader {
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset)
  const size = Number(meta.total_compressed_size)
  const { bytes } = segment
  if (!(start >= 0 && size >= 0 && start + size <= bytes.length)) throw new Error('it lies outside of the file')
  return { view: new DataView(bytes.buffer, bytes.byteOffset + start, size), offset: 0 }
}

function parsePages(group: SegmentGroup, meta: ColumnMetaData, encoding: Encoding): ChunkPages {
  const { rows } = group
  const reader = readerOf(group, meta)
  let { header, page } = readPage(reader, meta)
  const dictionaryHeader = header.dictionary_page_header
  const dictionary = dictionaryHeader && page
  if (dictionaryHeader) ({ header, page } = readPage(reader, meta))
  const { num_values, encoding: its } = header.data_page_header ?? {}
  if (num_values !== rows) throw new Error('it does not have the rows of its group')
  if (its !== encoding) throw new Error(`it is encoded as ${its}`)
  const data: DataReader = { view: new DataView(page.buffer, page.byteOffset, page.length), offset: 0 }
  return { meta, dictionary, count: dictionaryHeader?.num_values ?? 0, data, levels: readLevels(data, rows) }
}

function readPage(reader: DataReader, { codec }: ColumnMetaData): { header: PageHeader; page: Buffer } {
  const header = parquetHeader(reader)
  const { compressed_page_size: size, uncompressed_page_size: fullSize } = header
  const { buffer, byteOffset, byteLength } = reader.view
  if (!(size >= 0 && size <= byteLength - reader.offset)) throw new Error('a page is longer than its column')
  const bytes = Buffer.from(buffer, byteOffset + reader.offset, size)
  reader.offset += size
  if (header.crc === undefined || crc32(bytes) !== header.crc >>> 0) throw new Error('a checksum is wrong')
  if (!(fullSize >= 0 && fullSize <= size * mostInflated + 64)) throw new Error('a page is longer than it can be')
  const page = codec === 'GZIP' ? gunzipSync(bytes, { chunkSize: fullSize + 64, maxOutputLength: fullSize + 64 }) : bytes
  if (page.length !== fullSize) throw new Error('a page has another length than it says')
  return { header, page }
}

function readLevels(reader: DataReader, rows: number): Uint8Array | undefined {
  const end = reader.view.getUint32(reader.offset, true) + 4
  reader.offset += 4
  const levels = new Uint8Array(rows)
  readHybrid(reader, levels, 1)
  if (reader.offset !== end) throw new Error('its levels have another length than they say')
  return levels.includes(0) ? levels : undefined
}

function countValues({ rows }: SegmentGroup, levels: Uint8Array | undefined): number {
  if (levels === undefined) return rows
  if (!levels.includes(1)) return 0
  let count = 0
  for (let row = 0; row < rows; row++) count += levels[row]!
  return count
}

function readCodes(reader: DataReader, count: number): Uint16Array {
  const width = reader.view.getUint8(reader.offset++)
  if (width !== 8 && width !== 16) throw new Error(`codes of ${width} bits`)
  const codes = new Uint16Array(count)
  readHybrid(reader, codes, width)
  return codes
}

/** Gives each row its code; `missing` where there is none. */
function spread(codes: Codes, levels: Uint8Array, missing: number): Uint16Array {
  const spread = new Uint16Array(levels.length)
  for (let row = 0, at = 0; row < levels.length; row++) spread[row] = levels[row] === 1 ? codes[at++]! : missing
  return spread
}

function takeValues({ data }: ChunkPages, size: number): Uint8Array {
  const values = restOf(data)
  if (values.length !== size) throw new Error('a page has not the bytes of its values')
  return values
}

function restOf({ view, offset }: DataReader): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, view.byteLength - offset)
}

/** The distinct texts of a column, without its rows: see `CodedTexts`. */
export function readDictionary(group: SegmentGroup, name: ColumnName): Pick<CodedTexts, 'dictionary' | 'count'> {
  const column = group.kept?.get(name)
  if (column !== undefined) return column as CodedTexts
  const meta = group.columns.get(name)
  if (meta?.dictionary_page_offset === undefined) return { dictionary: Buffer.alloc(0), count: 0 }
  return orDamaged(name, () => {
    const { header, page } = readPage(readerOf(group, meta), meta)
    return { dictionary: page, count: header.dictionary_page_header?.num_values ?? 0 }
  })
}

/** Says where the texts of a dictionary stand, each of which may be many rows'. */
export function eachText(dictionary: Buffer, count: number, take: (start: number, end: number) => void): void {
  let offset = 0
  for (let index = 0; index < count; index++) {
    const end = offset + 4 + dictionary.readUInt32LE(offset)
    if (end > dictionary.length) throw new Error('a text is longer than its dictionary')
    take(offset + 4, end)
    offset = end
  }
}
