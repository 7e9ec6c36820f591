import type { Erasure } from '../erasure.ts'
import type { StoredHit } from '../hit.ts'
import type { Pruning } from '../pruning.ts'
import type { HitStore, Link } from '../store.ts'

/** What is said about a site's hits beside the hits. Erased persons are named by hash alone: links that an erasure ended are not in it. */
export interface SiteMarks {
  links: readonly Link[]
  erasures: readonly Erasure[]
  /** None of a store that keeps no word of them, since what they took is gone. */
  prunings: readonly Pruning[]
}

/** The facts of one home day that count: of an id one for each origin, as `addFact` settles it; nothing erased, nothing pruned. */
export interface DayOfFacts {
  day: string
  facts: StoredHit[]
  /** Names, as `nameHit` says, of hits that are there and erased: a retry of theirs may name nobody. */
  erased?: string[]
}

/** What a store of another kind needs to take everything over: hits never merged, and what is said about them. */
export interface Portable {
  /** The sites that have hits or marks. */
  sites(): Promise<string[]>
  marks(site: string): Promise<SiteMarks>
  /**
   * By home day, the oldest first. A large day may come in several pieces, no fact twice.
   * @param options.day only this one
   */
  facts(site: string, options?: { day?: string }): AsyncIterable<DayOfFacts>
  /**
   * Takes marks over as they were made elsewhere: their times and hashes stay. What is known already changes nothing, so it
   * may be said again. A store that has no marks when it is read does at once what they say.
   */
  addMarks(site: string, marks: SiteMarks): Promise<void>
}

/** Whether a store can hand over what it has. */
export function isPortable<Store extends HitStore>(store: Store): store is Store & Portable {
  return ['sites', 'marks', 'facts', 'addMarks'].every((method) => typeof Reflect.get(store, method) === 'function')
}
