import { crc32 } from 'node:zlib'
import type { Batch } from './batch.ts'
import { nameHit } from './erasure.ts'
import { addToDay, addToSet, type DayFacts, type FactSet } from './factSet.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import { formatStamp } from './keys.ts'
import { addFact } from './merge.ts'
import { commitLimit, coverRuns, encodeManifest, timeSpan, type Manifest, type SegmentFile } from './manifest.ts'
import type { Marks } from './marks.ts'
import { encodeInSteps } from './segment/encodeSegment.ts'
import type { SiteLog } from './siteLog.ts'
import { finishInTurns } from './steps.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem } from './values.ts'

export type CompactionOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce' | 'compactAt'>

/** What is to become segments, and what these then stand for. */
export interface CompactionInput {
  days: AsyncIterable<readonly [day: string, facts: DayFacts]> | Iterable<readonly [day: string, facts: DayFacts]>
  /**
   * Whether `days` have all facts of every hit. Only then can be told what was pruned; that somebody was erased, one fact
   * can tell.
   */
  whole?: boolean
  covers?: readonly Batch[]
  /** Read when `days` are through. */
  replaces?: readonly SegmentFile[]
}

/** A day is closed when it has ended in every time zone, and an hour for what was on its way. ms since its start in UTC */
const closedAfter = 37 * 3_600_000
/** More values than this are compacted whatever is in them: listing and opening them takes too long. */
const maxBatches = 4096
/** Days of which the segments are being written while the next one is read: small ones take longer to sync than to encode. */
const parallelDays = 4

export function isClosed(day: string, now: number): boolean {
  return now >= Date.parse(day) + closedAfter
}

/**
 * The batches to compact now: those of which most facts belong to closed days. So a day is written once, when it has
 * ended, and what comes late waits for the day on which it came. All that nobody adds to any more, if memory or listings
 * get long.
 */
export function chooseBatches(log: SiteLog, { now, compactAt }: CompactionOptions, force: boolean): Batch[] {
  const isErased = log.marks.hasErasures ? log.marks.erases : () => false
  const settled = [...log.batches.values()].filter((batch) => {
    if (!log.isSettled(batch)) return false
    // Something damaged is left for somebody to look at, unless an erased person is in what is whole of it.
    return !batch.damaged || batch.facts.some(isErased)
  })
  const facts = settled.reduce((sum, batch) => sum + batch.facts.length, 0)
  if (force || facts >= compactAt || settled.length >= maxBatches) return settled
  const closed = new Set([...log.fresh.keys()].filter((day) => isClosed(day, now())))
  if (closed.size === 0 && !log.marks.hasErasures) return settled.filter(({ facts }) => facts.length === 0)
  return settled.filter(({ facts }) => {
    // What is of an erased person does not wait for the day to end.
    return 2 * facts.reduce((count, { day }) => (closed.has(day) ? count + 1 : count), 0) >= facts.length || facts.some(isErased)
  })
}

/**
 * The facts of batches by day. Of a closed day all that are in memory, although some may be in other batches and be written
 * once more with these: to sort them out takes longer than that.
 */
export function factsOf(log: SiteLog, batches: readonly Batch[], now: number): FactSet {
  if (batches.length === log.batches.size) return log.fresh
  const set: FactSet = new Map()
  const isWhole = new Map([...log.fresh.keys()].map((day) => [day, isClosed(day, now)]))
  for (const { facts } of batches) {
    for (const fact of facts) {
      if (isWhole.get(fact.day) !== true) addToSet(set, fact)
      else if (!set.has(fact.day)) set.set(fact.day, log.fresh.get(fact.day)!)
    }
  }
  return set
}

export function uniteDay(facts: Iterable<StoredHit>): DayFacts {
  const day: DayFacts = new Map()
  for (const fact of facts) addToDay(day, fact)
  return day
}

/**
 * Writes segments, and then the manifest that makes them count. A crash before it leaves segments that nobody reads.
 *
 * @returns how many facts were written; undefined if something was erased or pruned meanwhile, or it took too long: then it
 *   is to be done anew
 */
export async function compact(log: SiteLog, options: CompactionOptions, input: CompactionInput): Promise<number | undefined> {
  const { version } = log
  const begun = options.now()
  const erased: string[] = []
  const writes: Promise<SegmentFile[]>[] = []
  /** Keys of segments that were begun. */
  const written: string[] = []
  try {
    for await (const [day, facts] of input.days) {
      const kept = keepOf(log.marks, facts, input.whole === true, erased)
      const writing = writeDay(log, options, day, kept, written)
      // Heard of below; until then Node.js would take it that nobody cares.
      writing.catch(() => undefined)
      writes.push(writing)
      await writes.at(-parallelDays)
    }
    await Promise.all(writes)
  } catch (error) {
    await Promise.allSettled(writes)
    // Else a full disk stays full for the hours that they would wait for a manifest. Later others may have adopted them.
    if (!isLate(options, begun)) await removeSegments(log, options, written).catch(() => undefined)
    throw error
  }
  const files = (await Promise.all(writes)).flat()
  if (files.length === 0 && (input.replaces ?? []).length === 0 && (input.covers ?? []).length === 0) return 0
  // An erasure that has come since must not find its person in a new place.
  await log.refreshNow()
  if (log.version !== version || isLate(options, begun)) {
    await removeSegments(log, options, written)
    return undefined
  }
  // Another process was faster.
  const covers = (input.covers ?? []).filter(({ name }) => log.catalog.coveredAt(name) === undefined)
  if (input.covers !== undefined && covers.length === 0) {
    await removeSegments(log, options, written)
    return 0
  }
  // Another origin may tell of the hit later, without the name.
  if (erased.length > 0) await log.writeErasedHits(erased)
  const manifest: Manifest = {
    time: options.now(),
    files,
    covers: coverRuns(covers.map(({ name }) => name)),
    replaces: (input.replaces ?? []).map(({ key }) => key),
  }
  if (!(await commitManifest(log, options, manifest))) return undefined
  return files.reduce((sum, file) => sum + file.facts, 0)
}

/**
 * From here on the segments count.
 *
 * @returns false if some of them are gone: it took hours, or somebody was erased since the last look for erasures
 */
export async function commitManifest(log: SiteLog, { storage, nonce }: CompactionOptions, manifest: Manifest): Promise<boolean> {
  const bytes = encodeManifest(manifest)
  const key = `${log.site}:manifest:${formatStamp(manifest.time, nonce())}-${bytes.length}`
  if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
  if (!(await areThere(storage, manifest.files))) {
    await storage.removeItem(key)
    return false
  }
  log.commit(key, manifest)
  return true
}

function isLate({ now }: CompactionOptions, begun: number): boolean {
  return Math.abs(now() - begun) > commitLimit
}

async function areThere(storage: CompactionOptions['storage'], files: readonly SegmentFile[]): Promise<boolean> {
  const found = await Promise.all(files.map(({ key }) => storage.hasItem(key)))
  return found.every(Boolean)
}

/** What is to be stored of a day. Puts into `erased` what goes that no erasure knows by its name. */
function keepOf(marks: Marks, day: DayFacts, whole: boolean, erased: string[]): (readonly StoredHit[])[] {
  const hits: (readonly StoredHit[])[] = []
  const { hasErasures } = marks
  for (const facts of day.values()) {
    const [only] = facts
    if (facts.length === 1 && only !== undefined && !hasErasures && !marks.mayBePruned(only)) {
      hits.push(facts)
      continue
    }
    if (marks.isErased(facts)) {
      const [first] = facts
      if (first !== undefined && !marks.hasErased(first)) erased.push(nameHit(first))
      continue
    }
    // A report that did not count may name an erased person all the same.
    const kept = (whole ? marks.keep(facts) : facts).filter((fact) => !marks.erases(fact))
    // Of a hit that may be pruned every fact is needed to tell what was known of it when.
    const mayBePruned = kept.some(marks.mayBePruned)
    if (kept.length > 0) hits.push(mayBePruned && !whole ? kept : kept.reduce<StoredHit[]>(addFact, []))
  }
  return hits
}

async function writeDay(
  log: SiteLog,
  options: CompactionOptions,
  day: string,
  hits: readonly (readonly StoredHit[])[],
  written: string[],
): Promise<SegmentFile[]> {
  const kinds = groupBy(hits, (facts) => (log.marks.userOf(facts) === '' ? 'anon' : 'user'))
  const stamp = formatStamp(options.now(), options.nonce())
  const keyOf = (kind: SegmentFile['kind']) => `${log.site}:segment:${day}-${stamp}-${kind}.parquet`
  written.push(...[...kinds.keys()].map(keyOf))
  const writes = [...kinds].map(([kind, its]) => writeSegment(options, keyOf(kind), day, kind, its))
  // Those that are still under way when one has failed are not to arrive later.
  await Promise.allSettled(writes)
  return Promise.all(writes)
}

async function writeSegment(
  { storage }: CompactionOptions,
  key: string,
  day: string,
  kind: SegmentFile['kind'],
  hits: readonly (readonly StoredHit[])[],
): Promise<SegmentFile> {
  const facts = hits.flat()
  // A day is a quarter of a second's work.
  const bytes = await finishInTurns(() => encodeInSteps(facts))
  const file: SegmentFile = {
    key,
    day,
    kind,
    bytes: bytes.length,
    crc: crc32(bytes),
    facts: facts.length,
    hits: hits.length,
    ...timeSpan(facts.map(({ time }) => time)),
  }
  // All that is held on to while it is written.
  if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
  return file
}

/** But not what somebody has adopted meanwhile. */
async function removeSegments(log: SiteLog, { storage }: CompactionOptions, keys: readonly string[]): Promise<void> {
  for (const key of keys) if (!log.catalog.knows(key)) await storage.removeItem(key)
}
