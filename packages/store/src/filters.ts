import { compileComparison, compileWanted, isComparison, isJoin, isNegated, type Comparison, type Join } from './comparisons.ts'
import { isEventDimension, readEvent, readVisit } from './dimensions.ts'
import { compileGoals } from './goals.ts'
import type { StoredHit } from './hit.ts'
import type { Filter, Goal } from './query.ts'
import type { Session } from './sessions.ts'

/** `event:` conditions ask the hit, others its session. */
export type HitTest = (hit: StoredHit, session: Session) => boolean

/** What filters mean depends on. */
export interface FilterContext {
  goals?: readonly Goal[] | undefined
  /** Half open, ms since 1970: where what visits have done is looked for. */
  range: { from: number; to: number }
}

/**
 * A test for whether a hit of a session meets all filters, made once for a query: patterns are compiled here.
 * @throws RangeError for a pattern that does not compile
 */
export function compileFilters(filters: readonly Filter[], context: FilterContext): HitTest {
  const tests = filters.map((filter) => compileFilter(filter, context))
  const [only] = tests
  if (only === undefined) return () => true
  return tests.length === 1 ? only : (hit, session) => tests.every((test) => test(hit, session))
}

/**
 * Whether the session was entered at a page that the query asks for. Bounce rates are about the page that a visit
 * began with; like Plausible's, they heed the page filters at the top level, not those within `and`, `or` and `not`.
 */
export function compileEntryFilters(filters: readonly Filter[]): (session: Session) => boolean {
  const entryPage = readVisit('visit:entry_page')
  const tests = filters
    .filter(isComparison)
    .filter(([, dimension]) => dimension === 'event:page')
    .map(compileComparison)
  return tests.length === 0 ? () => true : (session) => tests.every((test) => test(entryPage(session)))
}

function compileFilter(filter: Filter, context: FilterContext): HitTest {
  if (isComparison(filter)) return compileCondition(filter, context)
  if (isJoin(filter)) return compileJoin(filter, context)
  const [kind, operand] = filter
  if (kind === 'not') return negate(compileFilter(operand, context))
  const hasDone = compileDone(operand, context)
  return kind === 'has_done' ? hasDone : negate(hasDone)
}

function compileJoin([join, operand]: Join, context: FilterContext): HitTest {
  const tests = operand.map((each) => compileFilter(each, context))
  if (join === 'and') return (hit, session) => tests.every((test) => test(hit, session))
  return (hit, session) => tests.some((test) => test(hit, session))
}

function compileCondition(comparison: Comparison, { goals }: FilterContext): HitTest {
  const [, dimension] = comparison
  if (dimension === 'event:goal') {
    const goalsOf = compileGoals(goals, compileWanted(comparison))
    const isReached: HitTest = (hit) => goalsOf(hit).length > 0
    return isNegated(comparison) ? negate(isReached) : isReached
  }
  const test = compileComparison(comparison)
  if (isEventDimension(dimension)) {
    const read = readEvent(dimension)
    return (hit) => test(read(hit))
  }
  const read = readVisit(dimension)
  return (_hit, session) => test(read(session))
}

/**
 * Whether some hit of the session that lies in the range meets the filter. Sessions, not visitors, and only in the range
 * of the query, as Plausible's behavioral filters have it (`has_done` in `lib/plausible/stats/sql/where_builder.ex`);
 * unlike there they may also be nested and ask about the visit.
 */
function compileDone(filter: Filter, context: FilterContext): HitTest {
  const { from, to } = context.range
  const test = compileFilter(filter, context)
  const known = new WeakMap<Session, boolean>()
  return (_hit, session) => {
    const answer = known.get(session) ?? session.hits.some((hit) => hit.time >= from && hit.time < to && test(hit, session))
    known.set(session, answer)
    return answer
  }
}

function negate(test: HitTest): HitTest {
  return (hit, session) => !test(hit, session)
}
