import { hashPerson, nameHit, subjectOf, type Erasure } from './erasure.ts'
import { addToSet, readDay, type FactSet } from './factSet.ts'
import type { StoredHit } from './hit.ts'
import { checkLink, checkSite } from './keys.ts'
import { listHits } from './listHits.ts'
import { createMarks, type Marks } from './marks.ts'
import { addToReport, afterAll, createPruning } from './pruning.ts'
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
  const sites = new Map<string, { facts: FactSet; marks: Marks }>()
  let closed = false

  return {
    durability: 'volatile',
    async append(hits) {
      assertOpen()
      for (const hit of hits) checkSite(hit.site)
      return hits.map((hit) => {
        const { facts, marks } = siteOf(hit.site)
        const known = facts.get(hit.day)?.get(hit.id)
        addToSet(facts, { ...hit })
        return (known && marks.keep(known).length > 0) || marks.hasErased(hit) ? 'duplicate' : 'stored'
      })
    },
    async query(query) {
      return runQuery([visible(query.site)], query)
    },
    async *hits(filter) {
      // Copies, so that nobody changes the store's own.
      for (const hit of listHits(visible(filter.site), filter)) yield { ...hit }
    },
    async identify(link) {
      checkLink(link)
      return siteOf(link.site).marks.addLink(link)
    },
    async erase(subject) {
      const { kind, value } = subjectOf(subject)
      const { facts, marks } = siteOf(subject.site)
      const before = visible(subject.site)
      const sessions = kind === 'user' ? marks.linkedSessions(value).map((session) => hashPerson('session', session)) : []
      const erasure: Erasure = { kind, hash: hashPerson(kind, value), time: now(), sessions, hits: [] }
      marks.addErasure(erasure)
      const gone = before.filter(({ day, id }) => marks.read(facts.get(day)?.get(id) ?? []) === undefined)
      marks.addErasure({ ...erasure, hits: gone.map(nameHit) })
      return { erased: gone.length }
    },
    async prune(policy, pruning = {}) {
      assertOpen()
      const report = { anonymous: 0, authenticated: 0, others: 0 }
      for (const site of pruning.site === undefined ? sites.keys() : [pruning.site]) {
        const hits = visible(site)
        const newest = policy.newest === undefined ? undefined : listHits(hits, { site, limit: policy.newest })
        const oldest = newest && newest.length < hits.length ? (newest.at(-1) ?? afterAll) : undefined
        const mark = createPruning(policy, pruning.now ?? now(), now(), oldest)
        addToReport(report, hits, mark)
        if (pruning.dryRun !== true) siteOf(site).marks.addPruning(mark)
      }
      return report
    },
    async maintain() {
      assertOpen()
      return { compacted: 0, rewritten: 0, deleted: 0 }
    },
    async close() {
      closed = true
    },
  }

  function siteOf(site: string): { facts: FactSet; marks: Marks } {
    assertOpen()
    checkSite(site)
    const known = sites.get(site) ?? { facts: new Map(), marks: createMarks() }
    sites.set(site, known)
    return known
  }

  function visible(site: string): StoredHit[] {
    const { facts, marks } = siteOf(site)
    return [...facts.values()].flatMap((day) => readDay(day, marks))
  }

  function assertOpen(): void {
    if (closed) throw new Error('[treadlight store] is closed')
  }
}
