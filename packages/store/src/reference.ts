import { addToReport, createHitSet, type HitSet } from './hitSet.ts'
import { checkLink, checkSite } from './keys.ts'
import { listHits } from './listHits.ts'
import { runQuery } from './runQuery.ts'
import type { HitStore } from './store.ts'

export interface ReferenceStoreOptions {
  /** ms since 1970. @default Date.now */
  now?: () => number
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
  const sites = new Map<string, HitSet>()
  let closed = false

  return {
    durability: 'volatile',
    async append(hits) {
      assertOpen()
      for (const hit of hits) checkSite(hit.site)
      return hits.map((hit) => hitsOf(hit.site).add({ ...hit }))
    },
    async query(query) {
      return runQuery(hitsOf(query.site).visible(), query)
    },
    async *hits(filter) {
      // Copies, so that nobody changes the store's own.
      for (const hit of listHits(hitsOf(filter.site).visible(), filter)) yield { ...hit }
    },
    async identify(link) {
      checkLink(link)
      return hitsOf(link.site).link(link)
    },
    async erase(subject) {
      const hits = hitsOf(subject.site)
      const erasure = hits.createErasure(subject, now())
      hits.addErasure(erasure)
      return { erased: erasure.ids.length }
    },
    async prune(policy, pruning = {}) {
      assertOpen()
      const report = { anonymous: 0, authenticated: 0, others: 0 }
      for (const site of pruning.site === undefined ? sites.keys() : [pruning.site]) {
        const hits = hitsOf(site)
        const { anonymous, authenticated } = hits.expired(policy, pruning.now ?? now())
        addToReport(report, hits, anonymous, authenticated)
        if (pruning.dryRun !== true) hits.remove(new Set([...anonymous, ...authenticated]))
      }
      return report
    },
    async maintain() {
      assertOpen()
      for (const hits of sites.values()) hits.remove(hits.erasedIds())
    },
    async close() {
      closed = true
    },
  }

  function hitsOf(site: string): HitSet {
    assertOpen()
    checkSite(site)
    const hits = sites.get(site) ?? createHitSet()
    sites.set(site, hits)
    return hits
  }

  function assertOpen(): void {
    if (closed) throw new Error('[treadlight store] is closed')
  }
}
