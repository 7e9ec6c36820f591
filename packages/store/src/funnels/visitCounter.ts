import type { Session } from '../sessions.ts'
import type { VisitBatch } from '../sessionIndex/hitBatch.ts'
import type { IndexColumns } from '../sessionIndex/sessionIndex.ts'

/** What is counted of visits, told by their hits or by a session index. Sums of home days add up, in any order. */
export interface VisitCounter<Result> {
  /** Adds the visits that are asked about, of whole home days. */
  addVisits(visits: readonly Session[]): void
  /** Adds the same from columns: `kind` and `path` are there. */
  bind(columns: IndexColumns): IndexTally
  result(): Result
}

/** Counts visits of one session index. */
export interface IndexTally {
  /**
   * @param visitors whose each visit of the batch is: one visitor's stand side by side, unless they are mixed
   * @param mixed whether they are: then equal numbers are one visitor until `endSpan`
   */
  add(visits: VisitBatch, visitors: Int32Array, mixed: boolean): void
  endSpan(): void
  /** Adds what was counted to the result. */
  end(): void
}
