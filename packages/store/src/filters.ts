import { eventValue, isEventDimension, visitValue, type EventDimension, type VisitDimension } from './dimensions.ts'
import type { StoredHit } from './hit.ts'
import type { Filter, FilterOperator, TouchDimension } from './query.ts'
import type { Session } from './sessions.ts'

type Comparison = Extract<Filter, readonly [FilterOperator, ...unknown[]]>

/** `contains` respects case, as Plausible's does unless asked otherwise. Any of the values will do. */
const operators: Record<FilterOperator, (value: string, wanted: readonly string[]) => boolean> = {
  is: (value, wanted) => wanted.includes(value),
  is_not: (value, wanted) => !wanted.includes(value),
  contains: (value, wanted) => wanted.some((text) => value.includes(text)),
  contains_not: (value, wanted) => !wanted.some((text) => value.includes(text)),
}

/** Whether a hit of a session meets all filters: `event:` ones ask the hit, others its session. */
export function matchesAll(filters: readonly Filter[], hit: StoredHit, session: Session): boolean {
  return filters.every((filter) => matches(filter, hit, session))
}

/**
 * Whether the session was entered at a page that the query asks for. Bounce rates are about the page that a visit
 * began with; like Plausible's, they heed the page filters at the top level, not those within `and`, `or` and `not`.
 */
export function entryMatches(filters: readonly Filter[], session: Session): boolean {
  return filters
    .filter(isComparison)
    .filter(([, dimension]) => dimension === 'event:page')
    .every(([operator, , wanted]) => operators[operator](visitValue('visit:entry_page', session), wanted))
}

function matches(filter: Filter, hit: StoredHit, session: Session): boolean {
  if (isComparison(filter)) {
    const [operator, dimension, wanted] = filter
    return operators[operator](valueOf(dimension, hit, session), wanted)
  }
  const [join, operand] = filter
  if (join === 'not') return !matches(operand, hit, session)
  if (join === 'and') return operand.every((each) => matches(each, hit, session))
  return operand.some((each) => matches(each, hit, session))
}

function valueOf(dimension: EventDimension | VisitDimension | TouchDimension, hit: StoredHit, session: Session): string {
  return isEventDimension(dimension) ? eventValue(dimension, hit) : visitValue(dimension, session)
}

export function isComparison(filter: Filter): filter is Comparison {
  return filter[0] in operators
}
