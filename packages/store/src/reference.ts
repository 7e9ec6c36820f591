import { runFunnel, runJourneys } from './funnels/runVisits.ts'
import type { VisitQuestion } from './funnels/visitQuestion.ts'
import { createReferenceKept, type ReferenceKept } from './kept/referenceKept.ts'
import type { CountedDay } from './imported/addImported.ts'
import { createReferenceImports, type ReferenceImports } from './imported/referenceImports.ts'
import { listHits } from './listHits.ts'
import { findHit } from './explorer/nearness.ts'
import { pageHits } from './explorer/pageHits.ts'
import { runQuery } from './runQuery.ts'
import { createSiteMemory, type SiteMemory } from './siteMemory.ts'
import type { Query } from './query.ts'
import type { HitStore } from './store.ts'

export interface ReferenceStoreOptions {
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** See `StoreOptions`. @default false */
  keepSums?: boolean
}

/**
 * The contract in its plainest form: everything in memory, every answer computed from every hit. It says what each
 * method of a `HitStore` means; every other store is held to it on random histories.
 *
 * @example
 * const store = createReferenceStore()
 * await store.append(hits)
 */
export function createReferenceStore(options: ReferenceStoreOptions = {}): HitStore {
  const now = options.now ?? Date.now
  const sites = new Map<string, SiteMemory>()
  const kept = new Map<string, ReferenceKept>()
  const imports = new Map<string, ReferenceImports>()
  let closed = false

  return {
    durability: 'volatile',
    async append(hits) {
      const withSites = hits.map((hit) => [siteOf(hit.site), hit] as const)
      return withSites.map(([site, hit]) => site.addHit(hit))
    },
    async query(query) {
      const imported = importedDays(query)
      return options.keepSums === true ? keptOf(query.site).query(query, imported) : runQuery([siteOf(query.site).hits()], query, imported)
    },
    async funnel(query) {
      return { ...(await runFunnel([siteOf(query.site).hits()], query)), ...pruned(query) }
    },
    async journeys(query) {
      return { ...(await runJourneys([siteOf(query.site).hits()], query)), ...pruned(query) }
    },
    async *hits(filter) {
      // Copies, so that nobody changes the store's own.
      for (const hit of listHits(siteOf(filter.site).hits(), filter)) yield { ...hit }
    },
    async page(filter) {
      return pageHits(siteOf(filter.site).hits(), filter)
    },
    async find(site, id) {
      return findHit(siteOf(site).hits(), id)
    },
    async identify(link) {
      return siteOf(link.site).addLink(link)
    },
    async erase(subject, { dryRun = false } = {}) {
      const site = siteOf(subject.site)
      const { erasure, report } = site.planErasure(subject, now())
      if (!dryRun) site.addErasure(erasure)
      return report
    },
    async prune(policy, pruning = {}) {
      assertOpen()
      const total = { anonymous: 0, authenticated: 0, others: 0 }
      for (const name of pruning.site === undefined ? sites.keys() : [pruning.site]) {
        const site = siteOf(name)
        const planned = site.planPruning(policy, pruning.now ?? now(), now())
        if (pruning.dryRun !== true) {
          if (options.keepSums === true) await keptOf(name).keep(planned.pruning)
          site.addPruning(planned.pruning)
        }
        for (const kind of ['anonymous', 'authenticated', 'others'] as const) total[kind] += planned.report[kind]
      }
      return total
    },
    async importSums(site, sums) {
      return importsOf(site).add(sums, now()) ? 'stored' : 'duplicate'
    },
    async imports(site) {
      return importsOf(site).list()
    },
    async removeImport(site, id) {
      return importsOf(site).remove(id)
    },
    async maintain() {
      assertOpen()
      return { compacted: 0, rewritten: 0, deleted: 0 }
    },
    async close() {
      closed = true
    },
  }

  /** No sums are kept of what visits did. */
  function pruned({ site, range, timezone = 'UTC' }: VisitQuestion): { prunedBefore?: number } {
    const before = options.keepSums === true ? keptOf(site).prunedBefore(range, timezone) : undefined
    return before === undefined ? {} : { prunedBefore: before }
  }

  /** A day with hits of its own is told by these alone; so is one that had them, as far as their sums are kept. */
  function importedDays({ site, range, imports: isAsked }: Query): CountedDay[] {
    if (isAsked !== true) return []
    const own = new Set(siteOf(site).hits().map(({ day }) => day))
    return importsOf(site).find(range, (day) => own.has(day) || (options.keepSums === true && keptOf(site).has(day)))
  }

  function importsOf(name: string): ReferenceImports {
    siteOf(name)
    const its = imports.get(name) ?? createReferenceImports()
    imports.set(name, its)
    return its
  }

  function siteOf(name: string): SiteMemory {
    assertOpen()
    const site = sites.get(name) ?? createSiteMemory(name)
    sites.set(name, site)
    return site
  }

  function keptOf(name: string): ReferenceKept {
    const its = kept.get(name) ?? createReferenceKept(siteOf(name))
    kept.set(name, its)
    return its
  }

  function assertOpen(): void {
    if (closed) throw new Error('[treadlight store] is closed')
  }
}
