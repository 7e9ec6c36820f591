import { parquetMetadata, type ColumnMetaData, type FileMetaData, type RowGroup } from 'hyparquet'
import { segmentVersion, versionKey } from './encodeSegment.ts'
import type { ChunkPages } from './readChunk.ts'
import { mostRows } from './schema.ts'

/** A segment of which the footer has been read. */
export interface Segment {
  bytes: Uint8Array
  site: string
  day: string
  groups: SegmentGroup[]
}

export interface SegmentGroup {
  segment: Segment
  rows: number
  /** By name. */
  columns: ReadonlyMap<string, ColumnMetaData>
  /** The rows that are wanted, in order: what is read of the group is read as if it had no others. All by default. */
  picked?: readonly number[]
  /** Pages of columns that were read, by name: whoever opens a segment to ask it again and again gives a map to keep them in. */
  kept?: Map<string, ChunkPages>
}

/** A segment that cannot be read since it is damaged, or none. */
export class SegmentError extends Error {}

/** A segment that cannot be read since it is of a later version. */
class LaterFormat extends Error {}

/** @throws SegmentError if the bytes are damaged or no segment, LaterFormat */
export function openSegment(bytes: Uint8Array): Segment {
  return orDamaged('footer', () => {
    const { key_value_metadata, row_groups } = readFooter(bytes)
    const entries = new Map(key_value_metadata?.map(({ key, value }) => [key, value]))
    checkVersion(entries.get(versionKey))
    const segment: Segment = { bytes, site: entries.get('site') ?? '', day: entries.get('day') ?? '', groups: [] }
    segment.groups.push(...row_groups.map((group) => openGroup(segment, group)))
    return segment
  })
}

/**
 * Damaged bytes make any kind of error; it becomes the cause of one that says what to do.
 * @param what the part that is being read
 */
export function orDamaged<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof SegmentError || cause instanceof LaterFormat) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SegmentError(`[treadlight store] segment is damaged: ${what}: ${why}; restore it from a backup`, { cause })
  }
}

function readFooter(bytes: Uint8Array): FileMetaData {
  return parquetMetadata(bytes, { geoparquet: false })
}

function openGroup(segment: Segment, { num_rows, columns }: RowGroup): SegmentGroup {
  const rows = Number(num_rows)
  if (!(rows > 0 && rows <= mostRows)) throw new RangeError(`a row group of ${rows} rows`)
  const metas = columns.flatMap(({ meta_data }) => meta_data ?? [])
  return { segment, rows, columns: new Map(metas.map((meta) => [meta.path_in_schema[0] ?? '', meta])) }
}

function checkVersion(version: string | undefined): void {
  if (version === undefined) throw new Error('it says no version')
  if (Number(version) === segmentVersion) return
  throw new LaterFormat(
    `[treadlight store] segment format ${version} is later than this version's (${segmentVersion}): upgrade treadlight; nothing was changed`,
  )
}
