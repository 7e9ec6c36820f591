import { commitManifest, type CompactionOptions } from './compaction.ts'
import { describeSegment, isTornSegment } from './describeSegment.ts'
import { parseStamp } from './keys.ts'
import { orphanAge, type SegmentFile } from './manifest.ts'
import { isNear, readRemains } from './manifestRemains.ts'
import type { SiteLog } from './siteLog.ts'
import { defaultGrace } from './storeOptions.ts'
import { listKeys, readBytes } from './values.ts'

/**
 * Makes up for a manifest that is not whole, whether a crash cut it off or a disk changed it: segments that no other
 * manifest names are whole hits all the same, and to have them count once more than needed is harmless. What was erased or
 * pruned stays hidden by its mark.
 *
 * The manifest goes then, unless there are segments that cannot be read: it may be all that tells of them.
 *
 * @returns how many facts count again, and how many values are gone
 */
export async function adoptSegments(log: SiteLog, options: CompactionOptions & { grace: number }): Promise<{ regained: number; deleted: number }> {
  if (log.damagedManifests.size === 0) return { regained: 0, deleted: 0 }
  const { storage, now, grace } = options
  const begun = now()
  const isYoung = (key: string) => oldFrom(key, grace) > begun
  const files: SegmentFile[] = []
  const unread = new Set<'torn' | 'checksum'>()
  const listed = await listKeys(storage, `${log.site}:segment:`)
  for (const key of listed) {
    if (log.catalog.knows(key) || isYoung(key)) continue
    const bytes = await readBytes(storage, key)
    if (bytes === undefined) continue
    const file = await describeSegment(key, bytes)
    if (file !== undefined) {
      files.push(file)
      continue
    }
    const reason = isTornSegment(bytes) ? 'torn' : 'checksum'
    unread.add(reason)
    log.report({ key, offset: 0, reason })
  }
  const replaces = unread.size > 0 ? [] : await findReplaced(log, options, listed)
  if (files.length + replaces.length > 0 && !(await commitManifest(log, options, { time: now(), files, covers: {}, replaces }))) return { regained: 0, deleted: 0 }
  // A crash leaves both cut off, but neither changed.
  const isSpent = (reason: 'torn' | 'checksum') => !unread.has('checksum') && (reason === 'torn' || !unread.has('torn'))
  const spent = [...log.damagedManifests].filter(([key, reason]) => isSpent(reason) && !isYoung(key)).map(([key]) => key)
  for (const key of spent) await storage.removeItem(key)
  log.forget(spent)
  return { regained: files.reduce((sum, { facts }) => sum + facts, 0), deleted: spent.length }
}

/**
 * From when on upkeep makes up for a damaged manifest, ms since 1970; undefined where `key` is none of a manifest. Whoever
 * wrote one that is younger may still name its segments, or begin anew and delete it.
 */
export function adoptionTime(key: string): number | undefined {
  return /^[^:]+:manifest:/.test(key) ? oldFrom(key, defaultGrace) : undefined
}

function oldFrom(key: string, grace: number): number {
  return (parseStamp(key)?.time ?? Infinity) + orphanAge + grace
}

/**
 * The segments that are missing since a damaged manifest had replaced them: without it they would pass for lost. But not of
 * a day of which something is lost indeed: what such a manifest named is neither there nor replaced.
 *
 * @param listed keys of the segments that are there
 */
async function findReplaced(log: SiteLog, { storage }: CompactionOptions, listed: readonly string[]): Promise<string[]> {
  const { catalog, damagedManifests, site } = log
  const there = new Set(listed)
  const missing = [...catalog.days.values()].flat().filter(({ key }) => !there.has(key))
  if (missing.length === 0) return []
  const values = await Promise.all([...damagedManifests.keys()].map((key) => readBytes(storage, key)))
  const remains = values.flatMap((bytes) => (bytes === undefined ? [] : readRemains(bytes, site)))
  const isReplaced = (key: string) => remains.some(({ replaced }) => replaced(key))
  const known = [...listed, ...[...catalog.manifests.values()].flatMap(({ replaces }) => replaces)]
  const isLost = (key: string) => !known.some((each) => isNear(each, key)) && !isReplaced(key)
  const lost = remains.flatMap(({ named }) => named.filter(isLost))
  const replaced = missing.filter(({ key, day }) => isReplaced(key) && !lost.some((each) => each.includes(`:${day}-`)))
  const seen = await Promise.all(replaced.map(({ key }) => storage.hasItem(key)))
  return replaced.filter((_, index) => seen[index] === false).map(({ key }) => key)
}
