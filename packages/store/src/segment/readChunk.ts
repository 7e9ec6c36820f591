import { Buffer } from 'node:buffer'
import { crc32, gunzipSync } from 'node:zlib'
import type { ColumnMetaData, Encoding, PageHeader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import type { DataReader } from 'hyparquet/src/types.js'
import { unpackDeltas } from './deltas.ts'
import { readHybrid, readHybridAt, readOnlyRun, type Codes } from './hybrid.ts'
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

/** The pages of a column, not compressed any more. */
export interface ChunkPages {
  meta: ColumnMetaData
  dictionary: Buffer | undefined
  /** Of the dictionary. */
  count: number
  /** Behind the levels. */
  data: DataReader
  /** For each row: 1 if there is a value. Undefined if there is one in every row. */
  levels: Uint8Array | undefined
  /** What was made of the data where these are numbers: each follows from the one before. */
  numbers?: Float64Array
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

/**
 * Reads a column of texts; a column that is missing has no values.
 * @param into where the codes of all rows are written: as many zeros
 */
export function readText(group: SegmentGroup, name: ColumnName, into?: Uint16Array): TextColumn {
  if (group.picked !== undefined) return pickTexts(group, name, group.picked)
  const { dictionary, count, hasNull, codes } = readCodedTexts(group, name, into)
  const values: (string | undefined)[] = []
  eachText(dictionary, count, (start, end) => values.push(dictionary.toString('utf8', start, end)))
  if (hasNull) values.push(undefined)
  return { values, codes }
}

/** The values of some rows: of thousands of rows and texts only these are looked at. */
function pickTexts(group: SegmentGroup, name: ColumnName, rows: readonly number[]): TextColumn {
  const pages = readPages(group, name, 'RLE_DICTIONARY')
  if (pages === undefined || areAllNull(pages)) return { values: [undefined], codes: new Uint16Array(rows.length) }
  const { dictionary, count, data, levels } = pages
  if (dictionary === undefined) throw new Error(`column ${name} has no dictionary`)
  const picked = readHybridAt(data, placesOf(rows, levels), readWidth(data), count)
  const distinct = [...new Set(picked)].toSorted((a, b) => a - b)
  const values: (string | undefined)[] = []
  let offset = 0
  for (let code = 0; values.length < distinct.length && code < count; code++) {
    const start = offset + 4
    offset = start + dictionary.readUInt32LE(offset)
    if (offset > dictionary.length) throw new Error('a text is longer than its dictionary')
    if (code === distinct[values.length]) values.push(dictionary.toString('utf8', start, offset))
  }
  if (distinct.at(-1) === count) values.push(undefined)
  if (values.length < distinct.length) throw new Error(`column ${name} has a code without a value`)
  const places = new Map(distinct.map((code, place) => [code, place]))
  return { values, codes: Uint16Array.from(picked, (code) => places.get(code)!) }
}

/** Where among the values of a column those of some rows stand; -1 for null. @param rows in order */
function placesOf(rows: readonly number[], levels: Uint8Array | undefined): readonly number[] {
  if (levels === undefined) return rows
  let before = 0
  let at = 0
  return rows.map((row) => {
    for (; at < row; at++) before += levels[at]!
    return levels[row] === 0 ? -1 : before
  })
}

/**
 * Reads a column of texts without making strings of them: of all rows.
 * @param into where the codes are written: as many zeros
 */
export function readCodedTexts(group: SegmentGroup, name: ColumnName, into: Uint16Array = new Uint16Array(group.rows)): CodedTexts {
  const pages = readPages(group, name, 'RLE_DICTIONARY')
  if (pages === undefined || areAllNull(pages)) return { dictionary: Buffer.alloc(0), count: 0, hasNull: true, codes: into }
  const { dictionary, count, data, levels } = pages
  if (dictionary === undefined) throw new Error(`column ${name} has no dictionary`)
  const codes = readCodes(data, levels === undefined ? into : new Uint16Array(countValues(group, levels)))
  let largest = 0
  for (let row = 0; row < codes.length; row++) if (codes[row]! > largest) largest = codes[row]!
  if (largest >= count) throw new Error(`column ${name} has a code without a value`)
  if (levels !== undefined) spread(codes, levels, count, into)
  return { dictionary, count, hasNull: levels !== undefined, codes: into }
}

function areAllNull({ levels }: ChunkPages): boolean {
  return levels !== undefined && !levels.includes(1)
}

/** Reads a column of integers or times; null is NaN. */
export function readNumbers(group: SegmentGroup, name: ColumnName): Float64Array {
  const numbers = group.kept?.get(name)?.numbers ?? readAllNumbers(group, name, new Float64Array(group.rows))
  const kept = group.kept?.get(name)
  if (kept !== undefined) kept.numbers = numbers
  return group.picked === undefined ? numbers : Float64Array.from(group.picked, (row) => numbers[row]!)
}

/** The same of all rows. @param numbers where they are written */
export function readAllNumbers(group: SegmentGroup, name: ColumnName, numbers: Float64Array): Float64Array {
  const pages = readPages(group, name, 'DELTA_BINARY_PACKED')
  if (pages === undefined || areAllNull(pages)) return numbers.fill(NaN)
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
  const pages = readPages(group, name, 'PLAIN')
  if (pages === undefined) return { bytes: new Uint8Array(), levels: new Uint8Array(group.picked?.length ?? group.rows) }
  const column = { bytes: takeValues(pages, countValues(group, pages.levels) * 16), levels: pages.levels }
  return group.picked === undefined ? column : pickUuids(column, group.picked)
}

function pickUuids({ bytes, levels }: UuidColumn, rows: readonly number[]): UuidColumn {
  const places = placesOf(rows, levels)
  const present = places.filter((place) => place !== -1)
  const picked = new Uint8Array(16 * present.length)
  present.forEach((place, at) => picked.set(bytes.subarray(16 * place, 16 * place + 16), 16 * at))
  return { bytes: picked, levels: levels && Uint8Array.from(places, (place) => Number(place !== -1)) }
}

/** Reads a column of flags: 0, 1, or 2 for null; undefined if all are null. */
export function readBooleans(group: SegmentGroup, name: ColumnName): Codes | undefined {
  const pages = readPages(group, name, 'PLAIN')
  const count = pages && countValues(group, pages.levels)
  if (!pages || !count) return undefined
  const bits = takeValues(pages, Math.ceil(count / 8))
  const flagAt = (at: number) => (bits[at >> 3]! >> (at & 7)) & 1
  if (group.picked !== undefined) return Uint8Array.from(placesOf(group.picked, pages.levels), (place) => (place === -1 ? 2 : flagAt(place)))
  const flags = Uint8Array.from({ length: count }, (_, at) => flagAt(at))
  return pages.levels === undefined ? flags : spread(flags, pages.levels, 2)
}

/** The pages of a column: those that are kept, or read and checked against the length of the file. */
function readPages(group: SegmentGroup, name: ColumnName, encoding: Encoding): ChunkPages | undefined {
  const meta = group.columns.get(name)
  if (meta === undefined) return undefined
  const pages = group.kept?.get(name) ?? orDamaged(name, () => parsePages(group, meta, encoding))
  group.kept?.set(name, pages)
  // Whoever reads the data moves on in it.
  return { ...pages, data: { ...pages.data } }
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
  const run = readOnlyRun(reader, rows)
  // Most columns have a value in every row, or in none: they are told from the others without looking at each.
  if (run === 1 && reader.offset === end) return undefined
  const levels = new Uint8Array(rows)
  if (run === undefined) readHybrid(reader, levels, 1)
  else levels.fill(run)
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

function readCodes(reader: DataReader, codes: Uint16Array): Uint16Array {
  const width = readWidth(reader)
  readHybrid(reader, codes, width)
  return codes
}

function readWidth(reader: DataReader): 8 | 16 {
  const width = reader.view.getUint8(reader.offset++)
  if (width !== 8 && width !== 16) throw new Error(`codes of ${width} bits`)
  return width
}

/** Gives each row its code; `missing` where there is none. */
function spread(codes: Codes, levels: Uint8Array, missing: number, spread: Uint16Array = new Uint16Array(levels.length)): Uint16Array {
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
  const { dictionary, count = 0 } = group.kept?.get(name) ?? {}
  if (dictionary !== undefined) return { dictionary, count }
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
