import { crc32 } from 'node:zlib'
import { nameValue } from './laterFormat.ts'
import { timeSpan, type SegmentFile } from './manifest.ts'
import { decodeSegment } from './segment/decodeSegment.ts'
import { SegmentError } from './segment/openSegment.ts'

const segmentPattern = /^([a-z0-9_-]{1,64}):segment:(\d{4}-\d\d-\d\d)-[^:]*-(anon|user)\.parquet$/
/** How a Parquet value ends. */
const magic = 'PAR1'

/**
 * What a manifest says of a segment, for one that no manifest names. All of it is read: once it is named, its checksum
 * says that these are the bytes that were written.
 *
 * @returns undefined where it is damaged
 * @throws Error for a format of a later version
 */
export async function describeSegment(key: string, bytes: Uint8Array): Promise<SegmentFile | undefined> {
  const [, site, day, kind] = segmentPattern.exec(key) ?? []
  if (site === undefined || day === undefined || (kind !== 'anon' && kind !== 'user')) return undefined
  try {
    const facts = await decodeSegment(bytes)
    if (!facts.every((fact) => fact.day === day && fact.site === site)) return undefined
    return {
      key,
      day,
      kind,
      bytes: bytes.length,
      crc: crc32(bytes),
      facts: facts.length,
      hits: new Set(facts.map(({ id }) => id)).size,
      ...timeSpan(facts.map(({ time }) => time)),
    }
  } catch (error) {
    if (error instanceof SegmentError) return undefined
    throw nameValue(error, key)
  }
}

/** Whether the end of it is missing, as a crash leaves it on drivers that show half a value: then nothing can have named it. */
export function isTornSegment(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(-magic.length)) !== magic
}
