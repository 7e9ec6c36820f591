import { isComparison, isJoin } from './comparisons.ts'
import type { Dimension, Filter, Metric, Query } from './query.ts'

const conversionMetrics: ReadonlySet<string> = new Set<Metric>(['conversion_rate', 'group_conversion_rate'])

/** The parts of a query that may have no meaning together. */
export type Combination = Pick<Query, 'metrics' | 'dimensions' | 'filters' | 'orderBy'>

/**
 * Refuses what has no meaning together; everything else is answered. Plausible's API refuses more: what is said of visits
 * goes there with no dimension of events but pages and host names, since its tables lie apart. Here such a row is about
 * the visits with such a hit.
 *
 * - `conversion_rate` and `group_conversion_rate` need somebody who converts: `event:goal`, `event:name` or
 *   `event:props:…` as a dimension or in a filter. And it has to be clear who might have: a filter that joins one of these to
 *   something else by `or`, `and` or `not` says both at once.
 * - `exit_rate` is about the pages that visits ended with: it needs `visit:exit_page`, and neither a dimension nor a
 *   filter of events.
 *
 * @throws RangeError naming what does not go together
 */
export function assertCombines({ metrics, dimensions = [], filters = [], orderBy = [] }: Combination): void {
  for (const metric of new Set<Metric | Dimension>([...metrics, ...orderBy.map(([key]) => key)])) {
    if (conversionMetrics.has(metric)) assertConverts(metric, dimensions, filters)
    if (metric === 'exit_rate') assertExits(dimensions, filters)
  }
}

function assertConverts(metric: string, dimensions: readonly Dimension[], filters: readonly Filter[]): void {
  const named = sideBySide(filters).map(namesIn)
  if (![...dimensions, ...named.flat()].some(isConversion))
    throw new RangeError(`${metric} needs event:goal, event:name or event:props:… as a dimension or in a filter`)
  for (const together of named) {
    const [conversion, other] = [together.find(isConversion), together.find((name) => !isConversion(name))]
    if (conversion !== undefined && other !== undefined)
      throw new RangeError(`${metric} does not go with a filter that joins ${conversion} and ${other}: put them beside each other`)
  }
}

function assertExits(dimensions: readonly Dimension[], filters: readonly Filter[]): void {
  if (!dimensions.includes('visit:exit_page')) throw new RangeError('exit_rate needs the dimension visit:exit_page')
  const event = [...dimensions, ...filters.flatMap(namesIn)].find((name) => name.startsWith('event:'))
  if (event !== undefined) throw new RangeError(`exit_rate does not go with ${event}: it is about all views of a page`)
}

/** Whether it is by this that somebody is said to have converted: a dimension, or what `namesIn` gives. */
export function isConversion(name: string): boolean {
  return name === 'event:goal' || name === 'event:name' || name.startsWith('event:props:')
}

/** The filters without those that say who has converted: what the others could have done as well. */
export function withoutConversions(filters: readonly Filter[]): Filter[] {
  return sideBySide(filters).filter((filter) => !namesIn(filter).some(isConversion))
}

/** Filters that all hold anyway, taken out of their `and`. */
function sideBySide(filters: readonly Filter[]): Filter[] {
  return filters.flatMap((filter) => (filter[0] === 'and' ? sideBySide(filter[1]) : [filter]))
}

/** The dimensions that a filter names. What a visit has done is a thing of its own, whatever is said of it. */
function namesIn(filter: Filter): string[] {
  if (isComparison(filter)) return [filter[1]]
  if (isJoin(filter)) return filter[1].flatMap(namesIn)
  return filter[0] === 'not' ? namesIn(filter[1]) : [filter[0]]
}
