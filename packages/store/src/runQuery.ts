import { createBases, type Bases } from './bases.ts'
import { compareText } from './byTime.ts'
import { assertCombines } from './combines.ts'
import type { StoredHit } from './hit.ts'
import { metricValues } from './metrics.ts'
import type { Dimension, Metric, Query, QueryResult, QueryRow } from './query.ts'
import { onlyCurrency } from './revenue.ts'
import { sumInto, type SummedRow } from './sumInto.ts'
import { createRowTallier, visitsIn } from './tallyRows.ts'
import { asksForTouches, createTouches } from './touches.ts'

type Parts = AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>

interface Row {
  dimensions: string[]
  values: Map<Metric, number | null>
  currency?: string
}

/**
 * Answers a query from all visible hits of its site, handed over in any number of parts; the hits of a home day must
 * be in one, and where the query names touches the days in order (`rangeToRead` says from when on). Time buckets in which
 * nothing happened are not filled in: that is the API's.
 *
 * @throws RangeError for a time zone that Intl does not know, a pattern that does not compile (`compilePattern`), and
 * what does not go together (`assertCombines`)
 */
export async function runQuery(parts: Parts, query: Query): Promise<QueryResult> {
  assertCombines(query)
  const orderBy = query.orderBy ?? query.metrics.slice(0, 1).map((metric) => [metric, 'desc'] as const)
  const metrics = [...query.metrics, ...orderBy.map(([key]) => key).filter(isMetric)]
  const { rows: summed, bases } = await sumRows(parts, { ...query, metrics })
  const rows = summed.map((row) => readRow(row, bases, metrics)).toSorted(createOrder(orderBy, query.dimensions ?? []))
  const { limit = 10_000, offset = 0 } = query.pagination ?? {}
  return {
    rows: rows.slice(offset, offset + limit).map((row) => writeRow(row, query.metrics)),
    totalRows: rows.length,
  }
}

function writeRow({ dimensions, values, currency }: Row, metrics: readonly Metric[]): QueryRow {
  const row = { dimensions, metrics: metrics.map((metric) => values.get(metric) ?? null) }
  return currency === undefined ? row : { ...row, currency }
}

function readRow({ dimensions, sums }: SummedRow, bases: Bases, metrics: readonly Metric[]): Row {
  const currency = sums.revenue && onlyCurrency(sums.revenue)
  return {
    dimensions,
    values: new Map(metrics.map((metric) => [metric, metricValues[metric](sums, bases.of(metric, dimensions) ?? sums)])),
    ...(currency !== undefined && { currency }),
  }
}

async function sumRows(parts: Parts, query: Query): Promise<{ rows: SummedRow[]; bases: Bases }> {
  const rows = new Map<string, SummedRow>()
  const tallyRows = createRowTallier(query)
  const bases = createBases(query)
  const touches = asksForTouches(query) ? createTouches() : undefined
  // Nothing at all is a part too: without dimensions there is a row in any case.
  add([])
  for await (const hits of parts) add(hits)
  return { rows: [...rows.values()], bases }

  function add(hits: readonly StoredHit[]): void {
    const visits = visitsIn(hits, query, touches)
    sumInto(rows, tallyRows(visits))
    bases.add(visits)
  }
}

/** As the query says; ties by the dimensions upwards, so that pages never overlap. Null is less than any number. */
function createOrder(orderBy: NonNullable<Query['orderBy']>, dimensions: readonly Dimension[]): (a: Row, b: Row) => number {
  const ties = dimensions.map((dimension) => [dimension, 'asc'] as const)
  return (a, b) => {
    for (const [key, direction] of [...orderBy, ...ties]) {
      const order = isMetric(key) ? compareValues(a.values.get(key) ?? null, b.values.get(key) ?? null) : compareDimension(a, b, key)
      if (order !== 0) return direction === 'asc' ? order : -order
    }
    return 0
  }

  function compareDimension(a: Row, b: Row, dimension: Dimension): number {
    const index = dimensions.indexOf(dimension)
    return compareText(a.dimensions[index] ?? '', b.dimensions[index] ?? '')
  }
}

function compareValues(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return a - b
}

function isMetric(key: Metric | Dimension): key is Metric {
  return key in metricValues
}
