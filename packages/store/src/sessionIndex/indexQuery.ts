import type { SummedRow } from '../sumInto.ts'
import type { IndexDay, SessionIndex } from './sessionIndex.ts'

/** A query without its bases, made ready to be answered from session indexes: see `compileIndexQuery`. */
export interface IndexQuery {
  /**
   * Whether this day can be answered from its ticks: false where the range cuts it in the midst of one. A day without
   * pageviews and events in the range adds nothing, which can always be told.
   */
  canTell(day: IndexDay): boolean
  /**
   * Adds the rows of these days of an index to `rows`, by `rowKey`, as `sumInto(rows, createRowTallier(query)(visits))`
   * would. Sums that none of the query's metrics is computed from may stay 0: their columns are not read.
   * @param days some of `index.days`, in their order, all of which can be told
   */
  addTo(rows: Map<string, SummedRow>, index: SessionIndex, days: readonly IndexDay[]): Promise<void>
}
