import { createBatchWriter } from './batchWriter.ts'
import type { SweepDriver } from './drivers/fs.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import { addToReport, type HitSet } from './hitSet.ts'
import { checkLink, checkSite } from './keys.ts'
import { listHits } from './listHits.ts'
import { runQuery } from './runQuery.ts'
import { createSiteLog, type SiteLog } from './siteLog.ts'
import { resolveOptions, type StoreOptions } from './storeOptions.ts'
import type { AppendOutcome, HitStore } from './store.ts'
import { listKeys, type StorageProblem } from './values.ts'

/** A store on a storage. */
export interface Store extends HitStore {
  /** What is damaged in the storage and left out of the answers, as far as it was read; each once. */
  readonly problems: readonly StorageProblem[]
}

const siteKey = /^([a-z0-9_-]{1,64}):(?:batch|link|erasure):/
/** No write takes as long, ms. */
const leftOverAge = 10 * 60_000
/** What later versions turn batches into: without reading it, this one would count too little. */
const laterKey = /^[a-z0-9_-]{1,64}:(?:segment|manifest):/

/**
 * Opens the store in a storage: reads everything that is there, and answers from memory. Any number of processes may
 * have the same storage open; all they share is values that are written once and united by the ids of the hits.
 *
 * It does not dispose of the storage when it is closed: whoever made that may keep other things in it.
 *
 * @throws Error if a later version has written to the storage; nothing is changed
 * @example
 * const store = await createStore(openStorage({ driver: 'fs', base: './data' }))
 * await store.append(hits)
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const settings = resolveOptions(options)
  const { storage, now } = settings
  const logs = new Map<string, SiteLog>()
  const problems = new Map<string, StorageProblem>()
  const writer = createBatchWriter({
    ...settings,
    onDurable: (site, key, hits) => logOf(site).record(key, hits),
    onFailed: (site, key) => logOf(site).doubt(key),
  })
  let upkeep: Promise<unknown> = Promise.resolve()
  let closed = false

  await openSites()
  await sweep()

  return {
    durability: settings.durability,
    get problems() {
      return [...problems.values()]
    },
    async append(hits) {
      assertOpen()
      const bySite = groupBy(hits, ({ site }) => site)
      for (const site of bySite.keys()) checkSite(site)
      const written = [...bySite].map(async ([site, group]) => [site, (await appendTo(site, group)).values()] as const)
      const outcomes = new Map(await Promise.all(written))
      return hits.map(({ site }) => outcomes.get(site)?.next().value as AppendOutcome)
    },
    async query(query) {
      return runQuery((await freshHits(query.site)).visible(query.range), query)
    },
    async *hits(filter) {
      const hits = await freshHits(filter.site)
      const cursor = filter.after === undefined ? undefined : hits.find(filter.after)
      // Copies, so that nobody changes the store's own.
      for (const hit of listHits(hits.visible(filter), filter, cursor)) yield { ...hit }
    },
    async identify(link) {
      assertOpen()
      checkLink(link)
      await logOf(link.site).refreshNow()
      return logOf(link.site).link(link)
    },
    async erase(subject) {
      assertOpen()
      const log = logOf(subject.site)
      await log.refreshNow()
      const erasure = log.hits.createErasure(subject, now())
      await log.erase(erasure)
      return { erased: erasure.ids.length }
    },
    prune: (policy, pruning = {}) =>
      inTurn(async () => {
        const report = { anonymous: 0, authenticated: 0, others: 0 }
        const sites = pruning.site === undefined ? await openSites() : [pruning.site]
        for (const site of sites) {
          const log = await settle(site)
          const expired = log.hits.expired(policy, pruning.now ?? now())
          const anonymous = log.deletable(expired.anonymous)
          const authenticated = log.deletable(expired.authenticated)
          addToReport(report, log.hits, anonymous, authenticated)
          if (pruning.dryRun !== true) await log.delete(new Set([...anonymous, ...authenticated]))
        }
        return report
      }),
    maintain: () =>
      inTurn(async () => {
        for (const site of await openSites()) {
          const log = await settle(site)
          await log.delete(log.deletable(log.hits.erasedIds()))
        }
        await sweep()
      }),
    async close() {
      closed = true
      await upkeep
      await writer.flush()
    },
  }

  /** Writes what the site does not hold already, so that a hit sent again and again fills no disk. */
  async function appendTo(site: string, hits: readonly StoredHit[]): Promise<AppendOutcome[]> {
    const log = logOf(site)
    const held = new Set(hits.filter(log.holds))
    if (held.size === 0) return writer.append(site, hits)
    const news = hits.filter((hit) => !held.has(hit))
    const outcomes = news.length === 0 ? [] : await writer.append(site, news)
    const next = outcomes.values()
    return hits.map((hit) => (held.has(hit) ? 'duplicate' : (next.next().value as AppendOutcome)))
  }

  function logOf(site: string): SiteLog {
    checkSite(site)
    const log = logs.get(site) ?? createSiteLog({ ...settings, site, writer, onProblem: addProblem })
    logs.set(site, log)
    return log
  }

  /** Finds the sites that the storage has, and reads what is new of them. */
  async function openSites(): Promise<string[]> {
    const keys = await listKeys(storage, '')
    const later = keys.find((key) => laterKey.test(key))
    if (later !== undefined) {
      throw new Error(`[treadlight store] ${later} was written by a later version: upgrade treadlight; nothing was changed`)
    }
    const sites = new Set([...logs.keys(), ...keys.flatMap((key) => siteKey.exec(key)?.[1] ?? [])])
    for (const site of sites) await logOf(site).refreshNow()
    return [...sites]
  }

  /** What a killed process has left half-written may hold what was to be deleted since. */
  async function sweep(): Promise<void> {
    const drivers = storage.getMounts().map(({ driver }) => driver)
    for (const driver of drivers.filter(isSweepDriver)) await driver.sweep(leftOverAge)
  }

  async function freshHits(site: string): Promise<HitSet> {
    assertOpen()
    const log = logOf(site)
    await log.refresh()
    return log.hits
  }

  /** Makes what this process has written so far deletable: nothing will be appended to it. */
  async function settle(site: string): Promise<SiteLog> {
    const log = logOf(site)
    await log.refreshNow()
    await writer.rotate()
    return log
  }

  /** Two deletions at once could each bring back what the other deletes. */
  async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    assertOpen()
    const turn = upkeep.then(task)
    upkeep = turn.catch(() => undefined)
    return turn
  }

  function addProblem(problem: StorageProblem): void {
    const id = `${problem.key} ${problem.offset}`
    if (problems.has(id)) return
    problems.set(id, problem)
    settings.onProblem(problem)
  }

  function assertOpen(): void {
    if (closed) throw new Error('[treadlight store] is closed')
  }
}

function isSweepDriver(driver: object): driver is SweepDriver {
  return 'sweep' in driver
}
