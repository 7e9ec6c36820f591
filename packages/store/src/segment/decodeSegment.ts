import type { StoredHit } from '../hit.ts'
import { openSegment, orDamaged } from './openSegment.ts'
import { readHits } from './readHits.ts'

export { decodeColumns, type SegmentColumns } from './decodeColumns.ts'

/**
 * The facts of a segment, exactly as they were encoded, by visitor, session, time, id and origin. What they have in
 * common is held once: a text that many hits share is one string.
 *
 * @throws Error for damaged bytes, and for a format of a later version
 */
export async function decodeSegment(bytes: Uint8Array): Promise<StoredHit[]> {
  const { groups } = openSegment(bytes)
  const parts = orDamaged('hits', () => groups.map(readHits))
  return parts.length === 1 ? parts[0]! : parts.flat()
}
