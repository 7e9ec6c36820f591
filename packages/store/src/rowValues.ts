import { isEventDimension, isTimeDimension, readEvent, readVisit } from './dimensions.ts'
import { compileGoals, type GoalsOf } from './goals.ts'
import { compileWanted, isComparison, isNegated } from './comparisons.ts'
import type { StoredHit } from './hit.ts'
import type { Dimension, Filter, Query } from './query.ts'
import type { Session } from './sessions.ts'
import { createBuckets } from './timeBuckets.ts'

/** How hits are filed into the rows of a query. */
export interface RowValues {
  /**
   * The values of a row that a hit of a session is in, in the order of the dimensions.
   * @param entry of a whole visit, the hit that stands for its page and host name, as in Plausible
   * @param goal what stands under `event:goal`
   */
  valuesOf(hit: StoredHit, session: Session, time: number, entry: StoredHit, goal?: string): string[]
  /** Where `event:goal` is among the dimensions: the goals that a hit reaches, and there is a row of it for each. */
  goalsOf?: GoalsOf
}

type ValueReader = (hit: StoredHit, session: Session, time: number, entry: StoredHit, goal?: string) => string

/** @throws RangeError for a time zone that Intl does not know, where a dimension of time asks for it */
export function compileRowValues({ dimensions = [], filters = [], goals, timezone }: Pick<Query, 'dimensions' | 'filters' | 'goals' | 'timezone'>): RowValues {
  // The first clock of a process takes Intl ten milliseconds, as long as a whole answer may.
  const buckets = dimensions.some(isTimeDimension) ? createBuckets(timezone) : undefined
  const readers = dimensions.map(compileReader)
  const [only] = readers
  return {
    // Most queries have one dimension.
    valuesOf: (hit, session, time, entry, goal) =>
      readers.length === 1 && only !== undefined ? [only(hit, session, time, entry, goal)] : readers.map((read) => read(hit, session, time, entry, goal)),
    ...(dimensions.includes('event:goal') && { goalsOf: compileGoals(goals, wantedGoals(filters)) }),
  }

  function compileReader(dimension: Dimension): ValueReader {
    if (dimension === 'event:goal') return (_hit, _session, _time, _entry, goal = '') => goal
    if (isTimeDimension(dimension)) return (_hit, _session, time) => buckets!(dimension, time)
    if (!isEventDimension(dimension)) {
      const read = readVisit(dimension)
      return (_hit, session) => read(session)
    }
    const read = readEvent(dimension)
    if (dimension === 'event:page' || dimension === 'event:hostname') return (_hit, _session, _time, entry) => read(entry)
    return (hit) => read(hit)
  }
}

/** A hit may reach other goals than those that were asked for: they are no rows. As Plausible's, by the filters at the top level. */
export function wantedGoals(filters: readonly Filter[]): (name: string) => boolean {
  const tests = filters.filter(isComparison).filter((filter) => filter[1] === 'event:goal' && !isNegated(filter)).map(compileWanted)
  return (name) => tests.every((test) => test(name))
}
