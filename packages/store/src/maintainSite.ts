import { adoptSegments } from './adoptSegments.ts'
import type { Batch } from './batch.ts'
import type { BatchWriter } from './batchWriter.ts'
import { rewritePruned, rewriteSegments, type CleanMemory } from './clean.ts'
import { chooseBatches, compact, tablesOf } from './compaction.ts'
import { createErrands } from './errands.ts'
import { gatherBatches, gatherLinks } from './gather.ts'
import { writeCopies } from './manifestCopies.ts'
import { sweepKept } from './kept/sweepKept.ts'
import { packBatches } from './packed/packBatches.ts'
import { sweepPacked } from './packed/sweepPacked.ts'
import { foldPersons } from './persons/foldPersons.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import type { SiteShelf } from './siteShelf.ts'
import type { MaintainReport } from './store.ts'
import { sweep } from './sweep.ts'
import { listKeys } from './values.ts'

/** Prunings older than this have long been applied to everything, ms: nine days, as hits may be eight days late. */
const pruningAge = 9 * 86_400_000
/** How often leftovers are looked for where none are known, ms. */
const sweepRest = 3_600_000
/** What was erased or pruned in the middle of a compaction makes it begin anew. */
const maxAttempts = 5

/**
 * One round of upkeep: batches become segments, many pieces one, what was erased or pruned goes, and what is no longer
 * needed is deleted. Each of these may be done by another process at any time, so none needs that another has worked; and
 * on a full disk the last ones free what the first ones lack.
 *
 * @throws Error what went wrong first; all that could be done is done
 */
export async function maintainSite(
  log: SiteLog,
  options: ResolvedStoreOptions,
  writer: Pick<BatchWriter, 'rotate'>,
  memory: CleanMemory,
  shelf: Pick<SiteShelf, 'shelve' | 'noteClean' | 'sweep'>,
  force: boolean,
): Promise<MaintainReport> {
  await log.refreshNow()
  // Only what nobody adds to can be compacted.
  await writer.rotate(force || log.openErasures().length > 0)
  const errands = createErrands()
  const report: MaintainReport = { compacted: await errands.attempt(() => compactBatches(log, options, force), 0), rewritten: 0, deleted: 0 }
  const { storage } = options
  const areBatchesGathered = !isAppending(storage) && (await errands.attempt(() => gatherBatches(log, options), true))
  const areLinksGathered = await errands.attempt(() => gatherLinks(log, options), true)
  const adopted = await errands.attempt(() => adoptSegments(log, options), { regained: 0, deleted: 0 })
  report.deleted += adopted.deleted
  if (adopted.regained > 0) report.regained = adopted.regained
  const { facts, clean } = await errands.attempt(() => rewriteSegments(log, options, memory), { facts: 0, clean: false })
  const pruned = await errands.attempt(() => rewritePruned(log, options, memory), { facts: 0, clean: false })
  report.rewritten = facts + pruned.facts
  const indexed = await errands.attempt(() => shelf.shelve(force), 0)
  if (indexed > 0) report.indexed = indexed
  report.deleted += await errands.attempt(() => shelf.noteClean(false), 0)
  const isDone = areBatchesGathered || areLinksGathered || report.compacted + report.rewritten + indexed > 0 || errands.haveFailed()
  const isIdle = !isDone && !memory.waits && Math.abs(options.now() - memory.sweptAt) < sweepRest
  // Listings are what a quiet site pays for in an object store.
  if (force || !isIdle || log.openErasures().length > 0) {
    // Before an erasure can be said to be done: filters are to go with their segments.
    await errands.attempt(() => foldPersons(log, options), undefined)
    const swept = await sweep(log, options, memory)
    const packed = await errands.attempt(() => sweepPacked(log, options, memory.packed), { deleted: 0, waits: true, clean: false })
    const shelved = await errands.attempt(() => shelf.sweep(), { deleted: 0, waits: true, clean: false })
    report.deleted += swept.deleted + packed.deleted + shelved.deleted + (await errands.attempt(() => sweepKept(log, options), 0))
    memory.sweptAt = options.now()
    memory.waits = swept.waits || packed.waits || shelved.waits
    if (clean && swept.clean && packed.clean && shelved.clean && !errands.haveFailed()) await finishErasures(log)
    report.deleted += await errands.attempt(() => shelf.noteClean(true), 0)
  }
  report.deleted += await errands.attempt(() => packBatches(log, options, memory.packed), 0)
  report.deleted += await errands.attempt(() => writeCopies(log, options, memory), 0)
  errands.rethrow()
  if (pruned.clean) await forgetPrunings(log, options)
  return report
}

/** Moves what is due from batches into segments. */
export async function compactBatches(log: SiteLog, options: ResolvedStoreOptions, force: boolean): Promise<number> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const covers = chooseBatches(log, options, force)
    if (covers.length === 0) return 0
    log.seal(covers)
    const facts = await compact(log, options, { days: tablesOf(log, covers, options.now()), covers })
    if (facts !== undefined) return facts
  }
  return 0
}

function isAppending(storage: ResolvedStoreOptions['storage']): boolean {
  return 'append' in storage.getMount('').driver
}

/**
 * Says of erasures that nothing is left, once there is nothing but clean segments. In what is damaged the person may be
 * found by whoever mends it.
 */
async function finishErasures(log: SiteLog): Promise<void> {
  const open = log.openErasures()
  if (open.length === 0) return
  if (log.damagedMarks.size > 0 || log.damagedManifests.size > 0 || [...log.batches.values()].some(({ damaged }) => damaged)) return
  if ([...log.links.values()].some((links) => links.some(log.marks.isDead))) return
  const isLeft = [...log.fresh.keys()].some((day) => [...log.freshFacts(day).values()].some((facts) => log.marks.isErased(facts)))
  if (isLeft) return
  for (const key of open) await log.writeFinished(key)
}

/** A pruning counts until everything that it was about has been written anew, also what nobody can read at present. */
async function forgetPrunings(log: SiteLog, { storage, now }: ResolvedStoreOptions): Promise<void> {
  // By the clocks of others, too, what was kept before it counts by itself when it is gone.
  const named = new Set([...log.kept.values()].map(({ stamp }) => `${log.site}:pruning:${stamp}`))
  const ageOf = (key: string) => (named.has(key) ? pruningAge + 86_400_000 : pruningAge)
  const old = [...log.prunings].filter(([key, { at }]) => at < now() - ageOf(key)).map(([key]) => key)
  if (old.length === 0 || log.damagedManifests.size > 0) return
  const batches = await listKeys(storage, `${log.site}:batch:`)
  const mayHold = ({ oldest, damaged }: Batch) => damaged || oldest < now() - pruningAge
  if (batches.length > 0 && [...log.batches.values()].some(mayHold)) return
  for (const key of old) await storage.removeItem(key)
  log.forget(old)
}
