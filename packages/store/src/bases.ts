import { withoutConversions, isConversion } from './combines.ts'
import { isComparison, isJoin } from './comparisons.ts'
import type { Sums } from './metrics.ts'
import type { Filter, Metric, Query } from './query.ts'
import { rowKey, sumInto, type SummedRow } from './sumInto.ts'
import { createRowTallier, type Visits } from './tallyRows.ts'

/** What rows are compared with: sums of another query over the same visits. */
export interface Bases {
  /** Takes in what `createRowTallier` is given, too. */
  add(visits: Visits): void
  /** Of a metric that has a base, the sums that belong to a row. */
  of(metric: Metric, dimensions: readonly string[]): Sums | undefined
}

interface Base {
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

/** Sums up what the metrics of a query are compared with. */
export function createBases(query: Query): Bases {
  const wanted = new Map(
    query.metrics.flatMap((metric) => {
      const base = baseOf[metric]?.(query)
      return base === undefined ? [] : [[metric, { ...base, tallyRows: createRowTallier(base.query), rows: new Map<string, SummedRow>() }] as const]
    }),
  )

  return {
    add(visits) {
      for (const { rows, tallyRows } of wanted.values()) sumInto(rows, tallyRows(visits))
    },
    of(metric, dimensions) {
      const base = wanted.get(metric)
      return base?.rows.get(rowKey(base.by.map((index) => dimensions[index] ?? '')))?.sums
    },
  }
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
