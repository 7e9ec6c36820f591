import type { StoredHit } from './hit.ts'
import { compareText } from './byTime.ts'
import { addSums, metricValues, sumUp, type Sums } from './metrics.ts'
import type { Dimension, Metric, Query, QueryResult } from './query.ts'
import { tallyRows, visitsIn } from './tallyRows.ts'
import { asksForTouches, createTouches } from './touches.ts'

interface Row {
  dimensions: string[]
  values: Map<Metric, number | null>
}

/**
 * Answers a query from all visible hits of its site, handed over in any number of parts; the hits of a home day must
 * be in one, and where the query names touches the days in order (`rangeToRead` says from when on). Time buckets in which nothing happened are not filled in: that is the API's.
 *
 * @throws RangeError for a time zone that Intl does not know
 */
export async function runQuery(parts: AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>, query: Query): Promise<QueryResult> {
  const orderBy = query.orderBy ?? query.metrics.slice(0, 1).map((metric) => [metric, 'desc'] as const)
  const metrics = [...query.metrics, ...orderBy.map(([key]) => key).filter(isMetric)]
  const { rows: summed, total } = await sumRows(parts, { ...query, metrics })
  const rows = summed
    .map(({ dimensions, sums }) => ({
      dimensions,
      values: new Map(metrics.map((metric) => [metric, metricValues[metric](sums, total ?? sums)])),
    }))
    .toSorted(createOrder(orderBy, query.dimensions ?? []))
  const { limit = 10_000, offset = 0 } = query.pagination ?? {}
  return {
    rows: rows.slice(offset, offset + limit).map(({ dimensions, values }) => ({
      dimensions,
      metrics: query.metrics.map((metric) => values.get(metric) ?? null),
    })),
    totalRows: rows.length,
  }
}

interface SummedRow {
  dimensions: string[]
  sums: Sums
}

async function sumRows(
  parts: AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>,
  query: Query,
): Promise<{ rows: SummedRow[]; total: Sums | undefined }> {
  const rows = new Map<string, SummedRow>()
  const touches = asksForTouches(query) ? createTouches() : undefined
  let total: Sums | undefined
  // Nothing at all is a part too: without dimensions there is a row in any case.
  add([])
  for await (const hits of parts) add(hits)
  return { rows: [...rows.values()], total }

  function add(hits: readonly StoredHit[]): void {
    const visits = visitsIn(hits, query, touches)
    for (const { dimensions, tally } of tallyRows(visits, query)) {
      const key = JSON.stringify(dimensions)
      const known = rows.get(key)
      const sums = sumUp(tally)
      if (known === undefined) rows.set(key, { dimensions, sums })
      else known.sums = addSums(known.sums, sums)
    }
    if (!query.metrics.includes('percentage')) return
    for (const { tally } of tallyRows(visits, { ...query, dimensions: [] })) {
      const sums = sumUp(tally)
      total = total === undefined ? sums : addSums(total, sums)
    }
  }
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
