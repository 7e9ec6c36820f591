import { parseKeptKey, stampTime } from '../keys.ts'
import type { SiteLog } from '../siteLog.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { listKeys } from '../values.ts'
import { hashErasures } from './keptShelf.ts'

/** Whoever keeps sums writes their pruning within this, ms. */
const youngest = 3_600_000
/** Prunings are forgotten when they are a day older than this, ms, so the one of a younger value never came. */
const oldest = 8 * 86_400_000

/**
 * Deletes what was kept before a pruning that never came, and what is kept of known users once one more person was
 * erased: what is left of the hits tells the others.
 * @returns how many values are gone
 */
export async function sweepKept(log: SiteLog, { storage, now }: Pick<ResolvedStoreOptions, 'storage' | 'now'>): Promise<number> {
  const names = (await listKeys(storage, `${log.site}:kept:`)).flatMap((key) => parseKeptKey(key) === undefined ? [] : [{ key, ...parseKeptKey(key)! }])
  if (names.length === 0) return 0
  // Whatever was known to those who wrote them is read after they were listed.
  await log.refreshNow()
  const erasures = hashErasures(log)
  // An erasure that cannot be read just now may be one that was known.
  const isErased = (its: string | undefined) => its !== undefined && its !== erasures && log.damagedMarks.size === 0
  const isOrphan = (stamp: string) => {
    const pruning = `${log.site}:pruning:${stamp}`
    const age = now() - stampTime(stamp)
    return age > youngest && age < oldest && !log.prunings.has(pruning) && !log.damagedMarks.has(pruning)
  }
  const gone = names.filter((name) => isErased(name.erasures) || isOrphan(name.stamp)).map(({ key }) => key)
  for (const key of gone) await storage.removeItem(key)
  log.forgetKept(gone)
  return gone.length
}
