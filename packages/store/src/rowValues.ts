import { isEventDimension, isTimeDimension, readEvent, readVisit } from './dimensions.ts'
import { compileGoals } from './goals.ts'
import { compileWanted, isComparison, isNegated } from './comparisons.ts'
import type { StoredHit } from './hit.ts'
import type { Dimension, Filter, Query } from './query.ts'
import type { Session } from './sessions.ts'
import { createBuckets } from './timeBuckets.ts'

/**
 * The rows that a hit of a session is in, each by its values in the order of the dimensions: one, or one for every goal
 * that it reaches.
 * @param entry of a whole visit, the hit that stands for its page and host name, as in Plausible
 */
export type RowValues = (hit: StoredHit, session: Session, time: number, entry: StoredHit) => readonly string[][]

type ValueReader = (hit: StoredHit, session: Session, time: number, entry: StoredHit) => string

/** @throws RangeError for a time zone that Intl does not know */
export function compileRowValues({ dimensions = [], filters = [], goals, timezone }: Pick<Query, 'dimensions' | 'filters' | 'goals' | 'timezone'>): RowValues {
  const buckets = createBuckets(timezone)
  const readers = dimensions.map(compileReader)
  const goalAt = dimensions.indexOf('event:goal')
  if (goalAt === -1) return (hit, session, time, entry) => [readers.map((read) => read(hit, session, time, entry))]
  const goalsOf = compileGoals(goals, wantedGoals(filters))
  return (hit, session, time, entry) =>
    goalsOf(hit).map((goal) => dimensions.map((dimension, index) => (dimension === 'event:goal' ? goal : readers[index]!(hit, session, time, entry))))

  function compileReader(dimension: Dimension): ValueReader {
    // Filled in for each goal.
    if (dimension === 'event:goal') return () => ''
    if (isTimeDimension(dimension)) return (_hit, _session, time) => buckets(dimension, time)
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
function wantedGoals(filters: readonly Filter[]): (name: string) => boolean {
  const tests = filters.filter(isComparison).filter((filter) => filter[1] === 'event:goal' && !isNegated(filter)).map(compileWanted)
  return (name) => tests.every((test) => test(name))
}
