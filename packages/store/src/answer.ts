import { basesOf, type Base } from './bases.ts'
import { compareText } from './byTime.ts'
import { assertCombines } from './combines.ts'
import { firstOf } from './firstOf.ts'
import type { StoredHit } from './hit.ts'
import { metricValues, type Sums } from './metrics.ts'
import type { Dimension, Metric, Query, QueryResult, QueryRow } from './query.ts'
import { onlyCurrency } from './revenue.ts'
import { rowKey, sumInto, type SummedRow } from './sumInto.ts'
import { createRowTallier, visitsIn, type RowTallier } from './tallyRows.ts'
import { asksForTouches, createTouches } from './touches.ts'

/** The sums that one query asks for. */
export interface AskedSums {
  readonly query: Query
  /** By `rowKey`. Whoever adds to them adds what all hits of some home days come to. */
  readonly rows: Map<string, SummedRow>
}

/**
 * An answer that is being put together. Sums of home days add up, so each day may be told from its hits or from
 * what was derived of them, in any order (but see `addHits`).
 */
export interface Answer {
  /** Those of the query itself, and those that its metrics are compared with: every day has to be added to each, once. */
  readonly asked: readonly AskedSums[]
  /**
   * Adds home days by all their hits that may be shown. Where the query names touches the days have to come in order.
   * @param to some of `asked`; all by default
   */
  addHits(hits: readonly StoredHit[], to?: readonly AskedSums[]): void
  result(): QueryResult
}

interface Row {
  dimensions: string[]
  /** Of the metrics that are asked for, and behind them of those that only the order needs. */
  values: (number | null)[]
  currency?: string
}

interface Tallied extends AskedSums {
  tallyRows: RowTallier
}

/**
 * Time buckets in which nothing happened are not filled in: that is the API's.
 *
 * @throws RangeError for a time zone that Intl does not know (where a dimension of time asks for it), a pattern that does not compile (`compilePattern`), and
 * what does not go together (`assertCombines`)
 */
export function createAnswer(query: Query): Answer {
  assertCombines(query)
  const orderBy = query.orderBy ?? query.metrics.slice(0, 1).map((metric) => [metric, 'desc'] as const)
  const metrics = [...new Set([...query.metrics, ...orderBy.map(([key]) => key).filter(isMetric)])]
  const own = createTallied({ ...query, metrics })
  const bases = new Map([...basesOf(own.query)].map(([metric, base]) => [metric, { ...base, ...createTallied(base.query) }]))
  const asked = [own, ...bases.values()]
  const touches = asksForTouches(query) ? createTouches() : undefined
  // Nothing at all is a part too: without dimensions there is a row in any case.
  addHits([])

  return {
    asked,
    addHits,
    result() {
      const { limit = 10_000, offset = 0 } = query.pagination ?? {}
      const rows = firstOf([...own.rows.values()].map(readRow), offset + limit, createOrder(orderBy, metrics, query.dimensions ?? []))
      return {
        rows: rows.slice(offset).map(writeRow),
        totalRows: own.rows.size,
      }
    },
  }

  function addHits(hits: readonly StoredHit[], to: readonly AskedSums[] = asked): void {
    const visits = visitsIn(hits, query, touches)
    for (const each of asked) if (to.includes(each)) sumInto(each.rows, each.tallyRows(visits))
  }

  function writeRow({ dimensions, values, currency }: Row): QueryRow {
    const row = { dimensions, metrics: query.metrics.map((metric) => values[metrics.indexOf(metric)] ?? null) }
    return currency === undefined ? row : { ...row, currency }
  }

  function readRow({ dimensions, sums }: SummedRow): Row {
    const currency = sums.revenue && onlyCurrency(sums.revenue)
    return {
      dimensions,
      values: metrics.map((metric) => metricValues[metric](sums, baseSums(bases.get(metric), dimensions) ?? sums)),
      ...(currency !== undefined && { currency }),
    }
  }
}

function createTallied(query: Query): Tallied {
  return { query, rows: new Map(), tallyRows: createRowTallier(query) }
}

/** What the row of these dimensions is compared with. */
function baseSums(base: (Base & AskedSums) | undefined, dimensions: readonly string[]): Sums | undefined {
  return base?.rows.get(rowKey(base.by.map((index) => dimensions[index] ?? '')))?.sums
}

/** As the query says; ties by the dimensions upwards, so that pages never overlap. Null is less than any number. */
function createOrder(orderBy: NonNullable<Query['orderBy']>, metrics: readonly Metric[], dimensions: readonly Dimension[]): (a: Row, b: Row) => number {
  const ties = dimensions.map((dimension) => [dimension, 'asc'] as const)
  const orders = [...orderBy, ...ties].map(([key, direction]) => {
    const order = isMetric(key) ? compareMetric(metrics.indexOf(key)) : compareDimension(dimensions.indexOf(key))
    return direction === 'asc' ? order : (a: Row, b: Row) => -order(a, b)
  })
  return (a, b) => {
    for (const compare of orders) {
      const order = compare(a, b)
      if (order !== 0) return order
    }
    return 0
  }
}

function compareMetric(index: number): (a: Row, b: Row) => number {
  return (a, b) => compareValues(a.values[index] ?? null, b.values[index] ?? null)
}

function compareDimension(index: number): (a: Row, b: Row) => number {
  return (a, b) => compareText(a.dimensions[index] ?? '', b.dimensions[index] ?? '')
}

function compareValues(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null)
  return a - b
}

function isMetric(key: Metric | Dimension): key is Metric {
  return key in metricValues
}
