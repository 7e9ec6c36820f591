import type { CompactedIds } from './compactedIds.ts'
import { compact } from './compaction.ts'
import { createFactTable, type FactTable } from './factTable.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { StoreBusyError, type AppendOutcome } from './store.ts'

/** What was erased or pruned in the midst of it makes it begin anew. */
const maxAttempts = 5

/**
 * Writes facts of a site into segments at once, past the batches: what a compaction does with batches, of which this covers
 * none. It counts with its manifest, all of it; a crash before that leaves segments that nobody reads.
 *
 * @throws StoreBusyError where erasures or prunings came again and again meanwhile; nothing of the call counts then
 */
export async function loadFacts(log: SiteLog, compacted: CompactedIds, options: ResolvedStoreOptions, hits: readonly StoredHit[], dryRun: boolean): Promise<AppendOutcome[]> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    // Another process may have pruned what this one takes to be there.
    await log.refreshNow()
    const outcomes = new Map<StoredHit, AppendOutcome>()
    const tables: FactTable[] = []
    // A day at a time: the ids of a few days are kept.
    for (const [day, its] of groupBy(hits, (hit) => hit.day)) {
      await compacted.prepare(day)
      const table = takeUp(log, compacted, day, its, outcomes)
      if (table.size > 0) tables.push(table)
    }
    const facts = dryRun || tables.length === 0 ? 0 : await compact(log, options, { days: tables.map((table) => ({ table })) })
    if (facts !== undefined) return hits.map((hit) => outcomes.get(hit)!)
  }
  throw new StoreBusyError(`site ${log.site}: persons were erased, or hits pruned, whenever hits were to be written: try again`, 10)
}

/** What changes something of these hits of a day; and says of each what becomes of it, as `append` does. */
function takeUp(log: SiteLog, compacted: CompactedIds, day: string, hits: readonly StoredHit[], outcomes: Map<StoredHit, AppendOutcome>): FactTable {
  const table = createFactTable(log.site, day)
  const fresh = log.fresh.get(day) ?? []
  const isShown = (id: string) => fresh.length > 0 && log.marks.keep(fresh.flatMap((each) => each.factsOf(id))).length > 0
  for (const hit of hits) {
    const isKnown = table.rowsOf(hit.id).length > 0 || compacted.has(hit) || isShown(hit.id) || log.marks.hasErased(hit)
    outcomes.set(hit, isKnown ? 'duplicate' : 'stored')
    if (!isKnown || !(log.holds(hit) || compacted.holds(hit))) table.add(hit)
  }
  return table
}
