import type { IndexDay, SessionIndex } from './sessionIndex/sessionIndex.ts'

/**
 * What the storage has of a site beside the hits and made of them: session indexes and rollups. Nothing here is
 * trusted further than it can be told from the segments that it was made of; whatever is not here is answered from hits.
 *
 * @typeParam Rollup what a stored rollup is when it is opened
 */
export interface Shelf<Rollup> {
  /**
   * Stored session indexes for those of these home days for which one says what the hits would: it was made of the
   * segments that count now, nothing of the day is outside of segments, and no erasure or pruning that it does not know of
   * has taken anything from them. A value that holds several days is the same object for all of them.
   *
   * Ask right before the answer is made, after `log.refresh()`, and again after each: what is said is true of that moment.
   */
  findIndexes(days: readonly string[]): Promise<ReadonlyMap<string, FoundIndex>>
  /**
   * The same of rollups: those of months whose every day is among `days` and may be answered so, then those of days. No
   * day is in two of them; a day that is in none is answered from elsewhere.
   */
  findRollups(days: readonly string[]): Promise<readonly FoundRollup<Rollup>[]>
}

export interface FoundIndex {
  index: SessionIndex
  /** The home day in it. */
  day: IndexDay
}

export interface FoundRollup<Rollup> {
  rollup: Rollup
  /** What it sums up. */
  days: readonly string[]
}
