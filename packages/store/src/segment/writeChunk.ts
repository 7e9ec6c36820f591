import type { Buffer } from 'node:buffer'
import { constants, crc32, gzipSync, type ZlibOptions } from 'node:zlib'
import type { ColumnChunk, CompressionCodec, Encoding, PageHeader, ParquetType, Statistics } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeHybrid } from './hybrid.ts'
import { schema, type Column } from './schema.ts'

/** The values of one column in one row group, encoded. */
export interface ChunkData {
  /** For each row: 1 if there is a value, 0 for null. */
  levels: Uint8Array
  /** How `values` is encoded. */
  encoding: Encoding
  values: Uint8Array
  /** The distinct values, PLAIN. */
  dictionary?: { bytes: Uint8Array; count: number }
  statistics?: Statistics
  /** Where it is another than the schema's. */
  type?: ParquetType
}

/** Below that many bytes a gzip header and a reader's call of zlib cost more than they save. */
const smallest = 200

/** Writes the pages of a column: the dictionary, if there is one, and one page of data. */
export function writeChunk(writer: ByteWriter, column: Column, data: ChunkData): ColumnChunk {
  const { dictionary, encoding, levels } = data
  const page = encodePage(data)
  const { codec, bytes } = compress(dictionary ? [dictionary.bytes, page] : [page], effortOf(data))
  const start = writer.offset
  let uncompressed = 0
  if (dictionary) {
    uncompressed += writePage(writer, bytes[0]!, dictionary.bytes.length, {
      type: 'DICTIONARY_PAGE',
      dictionary_page_header: { num_values: dictionary.count, encoding: 'PLAIN' },
    })
  }
  const dataStart = writer.offset
  uncompressed += writePage(writer, bytes.at(-1)!, page.length, {
    type: 'DATA_PAGE',
    data_page_header: {
      num_values: levels.length,
      encoding,
      definition_level_encoding: 'RLE',
      repetition_level_encoding: 'RLE',
    },
  })
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: data.type ?? schema.find(({ name }) => name === column.name)!.type!,
      encodings: [...new Set<Encoding>(['PLAIN', 'RLE', encoding])],
      path_in_schema: [column.name],
      codec,
      num_values: BigInt(levels.length),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - start),
      data_page_offset: BigInt(dataStart),
      ...(dictionary && { dictionary_page_offset: BigInt(start) }),
      ...(data.statistics && { statistics: data.statistics }),
    },
  }
}

/** The levels with their length before them, then the values: a page of version 1, which all readers know. */
function encodePage({ levels, values }: ChunkData): Uint8Array {
  const writer = new ByteWriter(levels.length + values.length + 16)
  writer.appendUint32(0)
  writeHybrid(writer, levels, 1)
  writer.view.setUint32(0, writer.offset - 4, true)
  writer.appendBytes(values)
  return writer.getBytes()
}

/** The bytes that are left, with the header. The checksum is Parquet's own; our reader insists on it. */
function writePage(writer: ByteWriter, bytes: Uint8Array, size: number, header: Omit<PageHeader, 'crc' | `${string}_page_size`>): number {
  const start = writer.offset
  writePageHeader(writer, { ...header, uncompressed_page_size: size, compressed_page_size: bytes.length, crc: crc32(bytes) | 0 })
  const headerSize = writer.offset - start
  writer.appendBytes(bytes)
  return headerSize + size
}

function compress(pages: Uint8Array[], effort: ZlibOptions): { codec: CompressionCodec; bytes: Uint8Array[] } {
  const size = sum(pages)
  if (size < smallest) return { codec: 'UNCOMPRESSED', bytes: pages }
  // Room for the whole at once: otherwise zlib hands it over in pieces of 16 KiB that are joined afterwards.
  const zipped = pages.map((page): Buffer => gzipSync(page, { ...effort, chunkSize: page.length + 1024 }))
  return sum(zipped) < size * 0.95 ? { codec: 'GZIP', bytes: zipped } : { codec: 'UNCOMPRESSED', bytes: pages }
}

/**
 * Ids and packed differences do not repeat: all that can be saved is that some bytes are more common than others, and
 * looking for more takes three times as long and saves 1.6 bytes a hit. For codes level 6 takes four times as long as 4
 * and saves 2 %.
 */
function effortOf({ encoding }: ChunkData): ZlibOptions {
  return encoding === 'RLE_DICTIONARY' ? { level: 4 } : { strategy: constants.Z_HUFFMAN_ONLY }
}

function sum(pages: readonly Uint8Array[]): number {
  return pages.reduce((bytes, page) => bytes + page.length, 0)
}
