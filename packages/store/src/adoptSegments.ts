import { crc32 } from 'node:zlib'
import { commitManifest, type CompactionOptions } from './compaction.ts'
import { parseStamp } from './keys.ts'
import { timeSpan, type SegmentFile } from './manifest.ts'
import { decodeColumns } from './segment/decodeSegment.ts'
import type { SiteLog } from './siteLog.ts'
import { listKeys, readBytes } from './values.ts'

const segmentPattern = /:segment:(\d{4}-\d\d-\d\d)-[^:]*-(anon|user)\.parquet$/

/**
 * Makes up for a manifest that is not whole, whether a crash cut it off or a disk changed it: segments that no other
 * manifest names are whole hits all the same, and to have them count once more than needed is harmless. What was erased or
 * pruned stays hidden by its mark.
 */
export async function adoptSegments(log: SiteLog, options: CompactionOptions & { grace: number }): Promise<void> {
  if (log.damagedManifests.size === 0) return
  const { storage, now, grace } = options
  const files: SegmentFile[] = []
  for (const key of await listKeys(storage, `${log.site}:segment:`)) {
    // One that is younger may be about to get its manifest.
    if (log.catalog.knows(key) || (parseStamp(key)?.time ?? Infinity) + grace > now()) continue
    const file = await describe(key, await readBytes(storage, key))
    if (file !== undefined) files.push(file)
  }
  const damaged = [...log.damagedManifests].filter((key) => (parseStamp(key)?.time ?? Infinity) + grace <= now())
  if (damaged.length === 0) return
  if (files.length > 0) await commitManifest(log, options, { time: now(), files, covers: {}, replaces: [] })
  for (const key of damaged) await storage.removeItem(key)
  log.forget(damaged)
}

/** Undefined where it is damaged as well. */
async function describe(key: string, bytes: Uint8Array | undefined): Promise<SegmentFile | undefined> {
  const [, day, kind] = segmentPattern.exec(key) ?? []
  if (bytes === undefined || day === undefined || (kind !== 'anon' && kind !== 'user')) return undefined
  try {
    const { id, time } = await decodeColumns(bytes, ['id', 'time'])
    return {
      key,
      day,
      kind,
      bytes: bytes.length,
      crc: crc32(bytes),
      facts: id.length,
      hits: new Set(id).size,
      ...timeSpan(time),
    }
  } catch {
    return undefined
  }
}
