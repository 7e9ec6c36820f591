import { withoutConversions, isConversion } from './combines.ts'
import { isComparison, isJoin } from './comparisons.ts'
import type { Filter, Metric, Query } from './query.ts'

/** What the rows of a query are compared with: another query over the same visits. */
export interface Base {
  query: Query
  /** Which dimensions of a row say what it is compared with, in their order. */
  by: readonly number[]
}

/** The other queries: all of them ask for counts alone. */
const baseOf: Partial<Record<Metric, (query: Query) => Base>> = {
  percentage: (query) => ({ query: { ...query, metrics: ['visitors'], dimensions: [] }, by: [] }),
  conversion_rate: (query) => ({ query: { ...query, metrics: ['visitors'], dimensions: [], filters: withoutConversions(query.filters ?? []) }, by: [] }),
  group_conversion_rate: (query) => {
    const { dimensions = [], filters = [] } = query
    const groups = dimensions.filter((dimension) => !isConversion(dimension))
    const by = groups.map((group) => dimensions.indexOf(group))
    return { query: { ...query, metrics: ['visitors'], dimensions: groups, filters: withoutConversions(filters) }, by }
  },
  exit_rate: (query) => {
    const { dimensions = [], filters = [] } = query
    const viewed = dimensions.map((dimension) => (dimension === 'visit:exit_page' ? 'event:page' : dimension))
    return { query: { ...query, metrics: ['pageviews'], dimensions: viewed, filters: filters.map(askViews) }, by: dimensions.map((_, index) => index) }
  },
}

/** The bases that the metrics of a query have; the others are said of the row itself. */
export function basesOf(query: Query): ReadonlyMap<Metric, Base> {
  return new Map(
    query.metrics.flatMap((metric) => {
      const base = baseOf[metric]?.(query)
      return base === undefined ? [] : [[metric, base] as const]
    }),
  )
}

/** Exits of some pages are compared with views of these pages, wherever the visits went on to. What visits have done stays. */
function askViews(filter: Filter): Filter {
  if (isComparison(filter)) {
    const [operator, dimension, ...rest] = filter
    return [operator, dimension === 'visit:exit_page' ? 'event:page' : dimension, ...rest]
  }
  if (isJoin(filter)) return [filter[0], filter[1].map(askViews)]
  return filter[0] === 'not' ? ['not', askViews(filter[1])] : filter
}
