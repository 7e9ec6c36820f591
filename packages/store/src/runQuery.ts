import type { StoredHit } from './hit.ts'
import { compareText } from './listHits.ts'
import { metricValues } from './metrics.ts'
import type { Dimension, Metric, Query, QueryResult } from './query.ts'
import { tallyRows } from './tallyRows.ts'

interface Row {
  dimensions: string[]
  values: Map<Metric, number | null>
}

/**
 * Answers a query from all visible hits of its site. Time buckets in which nothing happened are not filled in: that
 * is the API's.
 */
export function runQuery(hits: readonly StoredHit[], query: Query): QueryResult {
  const orderBy = query.orderBy ?? query.metrics.slice(0, 1).map((metric) => [metric, 'desc'] as const)
  const metrics = [...query.metrics, ...orderBy.map(([key]) => key).filter(isMetric)]
  const rows = computeRows(hits, { ...query, metrics }).toSorted(createOrder(orderBy, query.dimensions ?? []))
  const { limit = 10_000, offset = 0 } = query.pagination ?? {}
  return {
    rows: rows.slice(offset, offset + limit).map(({ dimensions, values }) => ({
      dimensions,
      metrics: query.metrics.map((metric) => values.get(metric) ?? null),
    })),
    totalRows: rows.length,
  }
}

function computeRows(hits: readonly StoredHit[], query: Query): Row[] {
  const { metrics } = query
  const total = metrics.includes('percentage') ? tallyRows(hits, { ...query, dimensions: [] })[0]?.tally : undefined
  return tallyRows(hits, query).map(({ dimensions, tally }) => ({
    dimensions,
    values: new Map(metrics.map((metric) => [metric, metricValues[metric](tally, total ?? tally)])),
  }))
}

/** As the query says; ties by the dimensions upwards, so that pages never overlap. Null is less than any number. */
function createOrder(orderBy: NonNullable<Query['orderBy']>, dimensions: readonly Dimension[]): (a: Row, b: Row) => number {
  const ties = dimensions.map((dimension) => [dimension, 'asc'] as const)
  return (a, b) => {
    for (const [key, direction] of [...orderBy, ...ties]) {
      const order = isMetric(key) ? (a.values.get(key) ?? -1) - (b.values.get(key) ?? -1) : compareDimension(a, b, key)
      if (order !== 0) return direction === 'asc' ? order : -order
    }
    return 0
  }

  function compareDimension(a: Row, b: Row, dimension: Dimension): number {
    const index = dimensions.indexOf(dimension)
    return compareText(a.dimensions[index] ?? '', b.dimensions[index] ?? '')
  }
}

function isMetric(key: Metric | Dimension): key is Metric {
  return key in metricValues
}
