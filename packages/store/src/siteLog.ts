import { createBatch, hasGrown, readBatch, type Batch } from './batch.ts'
import type { BatchWriter } from './batchWriter.ts'
import { hashText, type Erasure } from './erasure.ts'
import type { StoredHit } from './hit.ts'
import { createHitSet, type HitSet } from './hitSet.ts'
import { minuteTime, parseBatchKey } from './keys.ts'
import { createRefresher, type Refresher } from './refresher.ts'
import { assertGone, replaceBatch } from './replaceBatch.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import type { AppendOutcome, Link } from './store.ts'
import { createValues, ensureValue, listKeys } from './values.ts'

/** What the storage has of one site, and its hits in memory. To refresh it is to take up what other processes have written. */
export interface SiteLog extends Refresher {
  readonly hits: HitSet
  /**
   * Whether appending the hit would change nothing: this process has itself made durable a fact of its id and origin,
   * and the one that is kept stays. What was only read may rest in the cache of a system that is about to fail.
   */
  holds(hit: StoredHit): boolean
  /** Takes up hits that this process has written to `key`. */
  record(key: string, facts: readonly StoredHit[]): AppendOutcome[]
  /** Takes it that nobody knows what `key` holds, since a write to it has failed. */
  doubt(key: string): void
  /** Resolves when the link is durable, with the number of hits that changed hands. */
  link(link: Link): Promise<number>
  /** Resolves when the erasure is durable. */
  erase(erasure: Erasure): Promise<void>
  /** Those of `ids` that can be deleted now: not those with a fact in a value that somebody may still append to. */
  deletable(ids: Iterable<string>): Set<string>
  /** Deletes hits from the storage. Call it at once with what was `deletable`: with anything between, a value may have grown. */
  delete(ids: ReadonlySet<string>): Promise<void>
}

export interface SiteLogOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'refreshMs' | 'onProblem'> {
  site: string
  writer: Pick<BatchWriter, 'nextKey' | 'isOpen'>
}

/** A writer appends to a value for a minute; the rest is for clocks that differ. ms */
const settleTime = 10 * 60_000
/** Reads under way at once: without a bound, drivers run out of file handles or connections. */
const parallelReads = 32
/** How often somebody who deletes may overtake a listing. */
const maxListings = 10

export function createSiteLog(options: SiteLogOptions): SiteLog {
  const { site, storage, writer, now, refreshMs, onProblem } = options
  const hits = createHitSet()
  const values = createValues(storage, { onProblem })
  const batches = new Map<string, Batch>()
  /** Facts of which this process has made one of the same id and origin durable, and which it is not deleting. */
  const durable = new WeakSet<StoredHit>()
  /** Keys of links and erasures that were taken up. */
  const taken = new Set<string>()
  const { refresh, refreshNow } = createRefresher(load, refreshMs)

  async function load(): Promise<void> {
    for (let listing = 1; listing <= maxListings; listing++) {
      const keys = await listKeys(storage, `${site}:`)
      if (await takeAll(keys)) return forgetVanished(new Set(keys))
      // What vanished was replaced: its survivors are under a key that this listing may lack.
    }
    throw new Error(`[treadlight store] the values of site ${site} kept vanishing while they were read: check the storage driver`)
  }

  /** False if a value vanished between the listing and the reading. */
  async function takeAll(keys: readonly string[]): Promise<boolean> {
    for (let start = 0; start < keys.length; start += parallelReads) {
      const found = await Promise.all(keys.slice(start, start + parallelReads).map(take))
      if (!found.every(Boolean)) return false
    }
    return true
  }

  async function take(key: string): Promise<boolean> {
    const minute = parseBatchKey(key)?.minute
    if (minute !== undefined) return takeBatch(key, minute)
    if (key.startsWith(`${site}:link:`)) await takeValue<Link>(key, hits.link)
    if (key.startsWith(`${site}:erasure:`)) await takeValue<Erasure>(key, hits.addErasure)
    return true
  }

  async function takeBatch(key: string, minute: string): Promise<boolean> {
    const batch = batches.get(key) ?? createBatch(key, false)
    // What this process is writing counts once it is durable: see `record`.
    if (batch.settled || writer.isOpen(key)) return true
    const settled = minuteTime(minute) + settleTime < now()
    if (!batches.has(key) || (await hasGrown(storage, batch))) {
      const problems = await readBatch(storage, batch, keep)
      if (problems === undefined) return false
      batches.set(key, batch)
      for (const problem of problems) {
        // The end of a value that is being written is no damage.
        if (settled || problem.reason !== 'torn') onProblem({ key, ...problem })
      }
    }
    batch.settled = settled
    return true
  }

  async function takeValue<T>(key: string, apply: (value: T) => void): Promise<void> {
    if (taken.has(key)) return
    const bytes = await values.read(key)
    if (bytes === undefined) return
    apply(JSON.parse(new TextDecoder().decode(bytes)) as T)
    taken.add(key)
  }

  /** Hits of values that others have deleted are gone, unless another value has them too. */
  async function forgetVanished(listed: ReadonlySet<string>): Promise<void> {
    let vanished = false
    for (const key of [...batches.keys()].filter((each) => !listed.has(each))) {
      // This process may have written it since, and some storages list late what they have.
      if (await storage.hasItem(key)) continue
      vanished = batches.delete(key) || vanished
    }
    if (vanished) resetHits()
  }

  function resetHits(): void {
    hits.reset([...batches.values()].flatMap((batch) => batch.facts))
  }

  /** Takes up a fact; answers the one that is kept of its id and origin, which need not be this one. */
  function keep(fact: StoredHit): StoredHit {
    hits.add(fact)
    return hits.keeps(fact) ?? fact
  }

  function holds(hit: StoredHit): boolean {
    const kept = hits.keeps(hit)
    return kept !== undefined && durable.has(kept)
  }

  function record(key: string, facts: readonly StoredHit[]): AppendOutcome[] {
    const batch = batches.get(key) ?? createBatch(key, true)
    batches.set(key, batch)
    return facts.map((fact) => {
      // The caller may go on changing its own.
      const own = { ...fact }
      const outcome = hits.add(own)
      const kept = hits.keeps(own) ?? own
      batch.facts.push(kept)
      durable.add(kept)
      return outcome
    })
  }

  /** A write that has failed may still arrive: for a while the value is read like that of another process. */
  function doubt(key: string): void {
    const batch = batches.get(key)
    if (batch === undefined) return
    Object.assign(batch, { settled: false, size: 0, end: 0 })
    forgetDurable(batch.facts)
  }

  function forgetDurable(facts: readonly StoredHit[]): void {
    for (const fact of facts) durable.delete(fact)
  }

  async function link(link: Link): Promise<number> {
    if (hits.knowsLink(link)) return 0
    const key = `${site}:link:${hashText(JSON.stringify([link.session, link.user, link.time]))}`
    await ensureValue(values, key, JSON.stringify(link))
    taken.add(key)
    return hits.link(link)
  }

  async function erase(erasure: Erasure): Promise<void> {
    const key = `${site}:erasure:${erasure.hash}-${erasure.time}`
    await ensureValue(values, key, JSON.stringify(erasure))
    taken.add(key)
    hits.addErasure(erasure)
  }

  function deletable(ids: Iterable<string>): Set<string> {
    const deletable = new Set(ids)
    for (const batch of batches.values()) {
      if (batch.settled && !writer.isOpen(batch.key)) continue
      for (const { id } of batch.facts) deletable.delete(id)
    }
    return deletable
  }

  async function deleteHits(ids: ReadonlySet<string>): Promise<void> {
    const touched = [...batches.values()].filter((batch) => batch.facts.some(({ id }) => ids.has(id)))
    if (touched.length === 0) return
    // A retry that comes meanwhile is a new hit, and must not be taken for one that is there.
    hits.remove(ids)
    for (const { facts } of touched) forgetDurable(facts.filter(({ id }) => ids.has(id)))
    try {
      for (const batch of touched) await deleteFrom(batch, ids)
    } finally {
      resetHits()
    }
    await assertGone(storage, `${site}:batch:`, touched.map(({ key }) => key))
  }

  async function deleteFrom(batch: Batch, ids: ReadonlySet<string>): Promise<void> {
    const survivors = batch.facts.filter(({ id }) => !ids.has(id))
    const key = writer.nextKey(site, parseBatchKey(batch.key)?.minute ?? '')
    const replacement = await replaceBatch(storage, batch, survivors, key)
    batches.delete(batch.key)
    if (replacement !== undefined) batches.set(key, replacement)
  }

  return { hits, refresh, refreshNow, holds, record, doubt, link, erase, deletable, delete: deleteHits }
}
