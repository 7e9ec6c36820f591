import { createAnswer } from '../answer.ts'
import { groupBy } from '../groupBy.ts'
import type { StoredHit } from '../hit.ts'
import { createMarks } from '../marks.ts'
import { addImported, type CountedDay } from '../imported/addImported.ts'
import type { Pruning } from '../pruning.ts'
import type { Query, QueryResult } from '../query.ts'
import type { SiteMemory } from '../siteMemory.ts'
import { hasLater, knownLeft, takesVisible } from './hitsLeft.ts'
import { makeKept, rollupOf, type KeptSpan } from './keptSums.ts'
import type { SplitHits } from './splitKnown.ts'
import { canTellDay, compileKept, isInRange, prunedBefore } from './tellsKept.ts'

/** Sums that pruning leaves, as the hits themselves: see `StoreOptions.keepSums`. */
export interface ReferenceKept {
  /** Before a pruning is added. */
  keep(pruning: Pruning): Promise<void>
  query(query: Query, imported: readonly CountedDay[]): Promise<QueryResult>
  /** Whether the sums of a day were kept. */
  has(day: string): boolean
  /** What `QueryResult.prunedBefore` says to a question that no sums answer. */
  prunedBefore(range: Query['range'], timezone: string): number | undefined
}

interface KeptHits extends SplitHits {
  whole: KeptSpan
  at: number
  /** How many persons had been erased. */
  erasures: number
}

/** What `keepSums` means: which questions the sums answer is decided as in the store, and what they say is counted from the hits. */
export function createReferenceKept(site: SiteMemory): ReferenceKept {
  const kept = new Map<string, KeptHits>()
  const marksNow = () => createMarks(site.state)
  const factsOf = (day: string) => site.state.facts.get(day) ?? new Map<string, StoredHit[]>()

  function halvesOf({ whole: { day }, anonymous, known, at, erasures }: KeptHits): StoredHit[][] {
    if (known.length === 0 || erasures === site.state.erasures.length) return [anonymous, known]
    return [anonymous, knownLeft(factsOf(day), marksNow(), at)]
  }

  return {
    async keep(pruning) {
      for (const [day, facts] of site.state.facts) {
        if (kept.has(day) || !takesVisible(facts, marksNow(), pruning)) continue
        const made = await makeKept(day, site.hits().filter((hit) => hit.day === day))
        if (made !== undefined) kept.set(day, { whole: made.whole, ...made.hits, at: pruning.at, erasures: site.state.erasures.length })
      }
    },
    has: (day) => kept.has(day),
    async query(query, imported) {
      const answer = createAnswer(query)
      const queries = compileKept(answer.asked)
      const days = groupBy(site.hits(), ({ day }) => day)
      const untold: KeptSpan[] = []
      for (const its of kept.values()) {
        const { whole, at } = its
        if (!isInRange(whole, query.range) || hasLater(factsOf(whole.day), marksNow(), at)) continue
        const halves = halvesOf(its)
        const rollups = (await Promise.all(halves.map((hits) => rollupOf(whole.day, hits)))).filter((rollup) => rollup !== undefined)
        let isTold = canTellDay(queries, whole)
        for (const each of queries ?? []) if (isTold) isTold = (await each.addTo(new Map(), rollups)).length === 0
        if (!isTold) {
          untold.push(whole)
          continue
        }
        days.delete(whole.day)
        for (const hits of halves) answer.addHits(hits)
      }
      for (const [, hits] of [...days].toSorted(([a], [b]) => (a < b ? -1 : 1))) answer.addHits(hits)
      const before = prunedBefore(untold, query.timezone)
      const said = addImported(answer, query, imported)
      return { ...answer.result(), ...(before !== undefined && { prunedBefore: before }), ...said }
    },
    prunedBefore(range, timezone) {
      const counting = [...kept.values()].filter(({ whole, at }) => isInRange(whole, range) && !hasLater(factsOf(whole.day), marksNow(), at))
      return prunedBefore(counting.map(({ whole }) => whole), timezone)
    },
  }
}
