import { StoreBusyError, type HitStore } from '@treadlight/store'

/** What is counted since the process began, and by what. */
type Total = 'hits' | 'dropped' | 'refused' | 'failedAppends' | 'stepFailures' | 'errors'

/** Counts for `/metrics`. Names are ours, never a visitor's: there are few of them. */
export interface Totals {
  add(total: Total, name: string, count?: number): void
  list(total: Total): ReadonlyMap<string, number>
  /** Hits that were handed to the store and are not answered yet. */
  waiting: number
}

export function createTotals(): Totals {
  const totals = new Map<Total, Map<string, number>>()
  const of = (total: Total): Map<string, number> => {
    let counts = totals.get(total)
    if (!counts) totals.set(total, (counts = new Map()))
    return counts
  }
  return {
    waiting: 0,
    list: of,
    add(total, name, count = 1) {
      const counts = of(total)
      counts.set(name, (counts.get(name) ?? 0) + count)
    },
  }
}

/** Counts what becomes of hits that are handed to a store. */
export function countAppends(store: Pick<HitStore, 'append'>, totals: Totals): Pick<HitStore, 'append'> {
  return {
    async append(hits) {
      totals.waiting += hits.length
      try {
        const outcomes = await store.append(hits)
        let stored = 0
        for (const outcome of outcomes) if (outcome === 'stored') stored++
        if (stored > 0) totals.add('hits', 'stored', stored)
        if (outcomes.length > stored) totals.add('hits', 'duplicate', outcomes.length - stored)
        return outcomes
      } catch (error) {
        // A full buffer is no failure of the storage: it has no cause.
        totals.add('failedAppends', error instanceof StoreBusyError && error.cause === undefined ? 'busy' : 'storage')
        throw error
      } finally {
        totals.waiting -= hits.length
      }
    },
  }
}
