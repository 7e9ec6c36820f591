import { commitManifest, type CompactionOptions } from './compaction.ts'
import { describeSegment, isTornSegment } from './describeSegment.ts'
import { parseStamp } from './keys.ts'
import { orphanAge, type SegmentFile } from './manifest.ts'
import type { SiteLog } from './siteLog.ts'
import { listKeys, readBytes } from './values.ts'

/**
 * Makes up for a manifest that is not whole, whether a crash cut it off or a disk changed it: segments that no other
 * manifest names are whole hits all the same, and to have them count once more than needed is harmless. What was erased or
 * pruned stays hidden by its mark.
 *
 * The manifest goes then, unless there are segments that cannot be read: it may be all that tells of them.
 */
export async function adoptSegments(log: SiteLog, options: CompactionOptions & { grace: number }): Promise<void> {
  if (log.damagedManifests.size === 0) return
  const { storage, now, grace } = options
  const begun = now()
  // Whoever wrote one that is younger may still name it, or begin anew and delete it.
  const isYoung = (key: string) => (parseStamp(key)?.time ?? Infinity) + orphanAge + grace > begun
  const files: SegmentFile[] = []
  const unread = new Set<'torn' | 'checksum'>()
  for (const key of await listKeys(storage, `${log.site}:segment:`)) {
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
  if (files.length > 0 && !(await commitManifest(log, options, { time: now(), files, covers: {}, replaces: [] }))) return
  // A crash leaves both cut off, but neither changed.
  const isSpent = (reason: 'torn' | 'checksum') => !unread.has('checksum') && (reason === 'torn' || !unread.has('torn'))
  const spent = [...log.damagedManifests].filter(([key, reason]) => isSpent(reason) && !isYoung(key)).map(([key]) => key)
  for (const key of spent) await storage.removeItem(key)
  log.forget(spent)
}
