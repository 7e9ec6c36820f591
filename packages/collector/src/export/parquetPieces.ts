import type { ColumnChunk, RowGroup } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { snappyCompress } from 'hyparquet-writer/src/snappy.js'
import { setImmediate as turn } from 'node:timers/promises'
import type { Piece } from '../reports/table.ts'
import { exportColumns, type ExportColumn } from './columns.ts'
import type { HitBatch } from './hitBatches.ts'
import { parquetSchema, parquetValues } from './parquetSchema.ts'

/** Most rows of a group: what is in memory at a time, here and in a reader. */
const mostRows = 10_000
/** Bytes of its rows as lines, where they are long. */
const mostBytes = 32 * 1024 * 1024

/** `PAR1`, at both ends of the file. */
const magic = 0x31524150
const pageSize = 1024 * 1024

/**
 * Hits as a Parquet file, a row group at a time: Snappy, which every reader knows. Behind the last one stands the footer,
 * which says where each column of each group is: some 5 kB a group are kept for it until then.
 *
 * The columns are put together from the parts of hyparquet-writer: its own writer does a whole group at once, and a
 * collector that exports has others to answer in between.
 */
export async function* parquetPieces(batches: AsyncIterable<HitBatch>): AsyncGenerator<Piece> {
  const writer = new ByteWriter(4 * 1024 * 1024)
  const groups: RowGroup[] = []
  writer.appendUint32(magic)
  for await (const columns of collectColumns(batches)) {
    groups.push(await writeGroup(writer, columns))
    yield { bytes: takeBytes(writer), rows: Number(groups.at(-1)!.num_rows) }
  }
  writeMetadata(writer, {
    version: 2,
    created_by: 'treadlight',
    schema: parquetSchema,
    num_rows: groups.reduce((rows, { num_rows }) => rows + num_rows, 0n),
    row_groups: groups,
    // Of the type, but not written: the writer counts the bytes itself.
    metadata_length: 0,
  })
  writer.appendUint32(magic)
  yield { bytes: takeBytes(writer), rows: 0 }
}

/** The values of a row group, column by column: hits as objects would take several times the memory. */
async function* collectColumns(batches: AsyncIterable<HitBatch>): AsyncGenerator<unknown[][]> {
  let columns: unknown[][] = exportColumns.map(() => [])
  let size = 0
  for await (const batch of batches) {
    for (const hit of batch.hits) exportColumns.forEach(({ kind, valueOf }, index) => columns[index]!.push(toValue(kind, valueOf(hit))))
    size += batch.size
    if (columns[0]!.length < mostRows && size < mostBytes) continue
    yield columns
    columns = exportColumns.map(() => [])
    size = 0
  }
  if (size > 0) yield columns
}

function toValue(kind: ExportColumn['kind'], value: unknown): unknown {
  return value === undefined || value === null ? undefined : parquetValues[kind](value)
}

async function writeGroup(writer: ByteWriter, columns: readonly unknown[][]): Promise<RowGroup> {
  const start = writer.offset
  const chunks: ColumnChunk[] = []
  for (const [index, column] of exportColumns.entries()) {
    chunks.push(writeChunk(writer, column, index, columns[index]!))
    await turn()
  }
  return {
    columns: chunks,
    num_rows: BigInt(columns[0]!.length),
    total_byte_size: chunks.reduce((bytes, { meta_data }) => bytes + meta_data!.total_uncompressed_size, 0n),
    total_compressed_size: BigInt(writer.offset - start),
  }
}

function writeChunk(writer: ByteWriter, { name, kind }: ExportColumn, index: number, values: unknown[]): ColumnChunk {
  const element = parquetSchema[index + 1]!
  const { chunk } = writeColumn({
    writer,
    column: {
      columnName: name,
      element,
      schemaPath: [parquetSchema[0]!, element],
      codec: 'SNAPPY',
      compressors: { SNAPPY: snappyCompress },
      // Of texts they cost more than all the rest, and help nobody: rows are in no order of theirs.
      stats: kind === 'time' || kind === 'day' || kind === 'number',
      pageSize,
      columnIndex: false,
      offsetIndex: false,
    },
    pageData: { values, definitionLevels: values.map((value) => (value === undefined ? 0 : 1)), repetitionLevels: [], maxDefinitionLevel: 1 },
  })
  return chunk
}

/** What was written since the last time; offsets go on counting. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = new Uint8Array(writer.buffer.slice(0, writer.index))
  writer.index = 0
  return bytes
}
