import type { ColumnChunk, RowGroup } from 'hyparquet'
import type { ByteWriter } from 'hyparquet-writer'
import type { Steps } from '../steps.ts'
import type { Rows } from './column.ts'
import type { FactColumns } from './factColumns.ts'
import { columns } from './schema.ts'
import { writeChunk } from './writeChunk.ts'

/** Rows of which a column is not worth a turn of its own. */
const smallGroup = 2560

/** Writes rows in the order in which they stand, at most `rowGroupSize` of them. */
export function* encodeRowGroup(writer: ByteWriter, facts: FactColumns, rows: Rows): Steps<RowGroup> {
  const start = writer.offset
  const chunks: ColumnChunk[] = []
  for (const column of columns) {
    chunks.push(writeChunk(writer, column, facts.encode(column.name, rows)))
    if (rows.length > smallGroup) yield
  }
  return {
    columns: chunks,
    num_rows: BigInt(rows.length),
    total_byte_size: chunks.reduce((bytes, { meta_data }) => bytes + meta_data!.total_uncompressed_size, 0n),
    total_compressed_size: BigInt(writer.offset - start),
  }
}
