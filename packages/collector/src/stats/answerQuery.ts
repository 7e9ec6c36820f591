import type { HitStore, Query, QueryRow } from '@treadlight/store'
import { compareRows, type ComparedRow } from './compareRows.ts'
import { formatMoney, type Money } from './money.ts'
import { isRevenue } from './names.ts'
import { labelsOf, type StatsRequest } from './readQuery.ts'
import { sortRows } from './sortRows.ts'

/** A row of an answer. */
export interface AnswerRow {
  dimensions: string[]
  metrics: (number | Money | null)[]
  /** The row that it is compared with, and by how much each metric has changed: see `changeOf`. */
  comparison?: { dimensions: string[]; metrics: (number | Money | null)[]; change: (number | null)[] }
}

/** What a query came to. */
export interface StatsAnswer {
  request: StatsRequest
  rows: AnswerRow[]
  /** Rows there are without pagination. */
  totalRows: number
  /** See `QueryResult.prunedBefore`; of both ranges where two are compared. */
  prunedBefore?: number
}

const all = { limit: Number.MAX_SAFE_INTEGER, offset: 0 }

/** Asks the store, twice where ranges are compared. */
export async function answerQuery(store: HitStore, request: StatsRequest): Promise<StatsAnswer> {
  const { query, comparison } = request
  if (!comparison) {
    const { rows, ...rest } = await store.query(query)
    return { request, rows: rows.map((row) => writeRow(query, row)), ...rest }
  }
  const { rows, ...rest } = await compare(store, request, { ...query, range: comparison, pagination: all })
  return { request, rows: rows.map((row) => writeCompared(query, row)), ...rest }
}

/** Of buckets of time all are needed, since some may be in the other range alone; of all else only the page that is asked for. */
async function compare(store: HitStore, request: StatsRequest, otherQuery: Query): Promise<Pick<StatsAnswer, 'totalRows' | 'prunedBefore'> & { rows: ComparedRow[] }> {
  const { query, interval } = request
  const index = query.dimensions?.indexOf(`time:${interval ?? 'day'}`) ?? -1
  const time = interval && { index, labels: labelsOf(request), otherLabels: labelsOf(request, otherQuery.range) }
  const [own, { rows: others, ...other }] = await Promise.all([store.query(time ? { ...query, pagination: all } : query), store.query(otherQuery)])
  const rows = compareRows({ metrics: query.metrics, rows: own.rows, others, ...(time && { time }) })
  const before = Math.max(own.prunedBefore ?? -Infinity, other.prunedBefore ?? -Infinity)
  const pruned = Number.isFinite(before) ? { prunedBefore: before } : {}
  if (!time) return { rows, totalRows: own.totalRows, ...pruned }
  const { limit = rows.length, offset = 0 } = query.pagination ?? {}
  return { rows: sortRows(rows, query).slice(offset, offset + limit), totalRows: rows.length, ...pruned }
}

function writeCompared(query: Query, { comparison, ...row }: ComparedRow): AnswerRow {
  return { ...writeRow(query, row), comparison: { ...writeRow(query, comparison), change: comparison.change } }
}

function writeRow({ metrics }: Query, { dimensions, metrics: values, currency }: QueryRow): Pick<AnswerRow, 'dimensions' | 'metrics'> {
  return {
    dimensions,
    metrics: metrics.map((metric, index) => {
      const value = values[index] ?? null
      if (value === null || !isRevenue(metric)) return value
      return currency === undefined ? null : formatMoney(value, currency)
    }),
  }
}
