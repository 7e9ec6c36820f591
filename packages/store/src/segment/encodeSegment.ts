import type { FileMetaData, RowGroup } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import type { StoredHit } from '../hit.ts'
import { finish, type Steps } from '../steps.ts'
import type { Rows } from './column.ts'
import { encodeRowGroup } from './encodeRowGroup.ts'
import { createFactColumns, type FactColumns } from './factColumns.ts'
import { rowGroupSize, schema } from './schema.ts'
import { sortRows } from './sortRows.ts'

/** Of what the columns mean. A later one is refused, never guessed at. */
export const segmentVersion = 1
/** Key of the version in the metadata of the file. */
export const versionKey = 'treadlight.segment'

/** `PAR1`, at both ends of the file. */
const magic = 0x31524150

/**
 * Writes the facts of one site and one home day as a Parquet file. It sorts them itself: by visitor, session, time, id
 * and origin.
 *
 * Numbers are kept as JSON has them: NaN and infinities become null, -0 becomes 0.
 */
export function encodeSegment(facts: readonly StoredHit[]): Uint8Array {
  const [first] = facts
  const columns = createFactColumns(first?.site.toWellFormed() ?? '', first?.day.toWellFormed() ?? '')
  return finish(encodeInSteps(columns, Uint32Array.from(facts, columns.add)))
}

/** The same of rows that are in columns, a millisecond or two at a time. */
export function* encodeInSteps(facts: FactColumns, rows: Rows): Steps<Uint8Array> {
  const sorted = yield* sortRows(facts, rows)
  const writer = new ByteWriter(sorted.length * 40 + 8192)
  writer.appendUint32(magic)
  const groups: RowGroup[] = []
  for (let start = 0; start < sorted.length; start += rowGroupSize) {
    groups.push(yield* encodeRowGroup(writer, facts, sorted.subarray(start, start + rowGroupSize)))
  }
  writeMetadata(writer, metadataOf(sorted.length, groups, facts))
  writer.appendUint32(magic)
  return writer.getBytes().slice()
}

function metadataOf(rows: number, groups: RowGroup[], { site, day }: Pick<FactColumns, 'site' | 'day'>): FileMetaData {
  return {
    version: 2,
    created_by: 'treadlight',
    schema: schemaOf(groups),
    num_rows: BigInt(rows),
    row_groups: groups,
    key_value_metadata: [
      { key: versionKey, value: String(segmentVersion) },
      { key: 'site', value: site },
      { key: 'day', value: day },
    ],
    // Of the type, but not written: the writer counts the bytes itself.
    metadata_length: 0,
  }
}

/** A column may be wider than most of its kind are, in all of its groups. */
function schemaOf(groups: readonly RowGroup[]): FileMetaData['schema'] {
  const types = new Map(groups[0]?.columns.map(({ meta_data }) => [meta_data!.path_in_schema[0], meta_data!.type]))
  return schema.map((element) => (element.type === 'INT32' && types.get(element.name) === 'INT64' ? { ...element, type: 'INT64' } : element))
}
