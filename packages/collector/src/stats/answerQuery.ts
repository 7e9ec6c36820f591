import type { HitStore, Query, QueryResult, QueryRow } from '@treadlight/store'
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

/** What the store says of days behind retention and of imported ones; of both ranges where two are compared. */
type SaidOfDays = Pick<QueryResult, 'prunedBefore' | 'importedBefore' | 'importsSkippedBefore'>

/** What a query came to. */
export interface StatsAnswer extends SaidOfDays {
  request: StatsRequest
  rows: AnswerRow[]
  /** Rows there are without pagination. */
  totalRows: number
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
async function compare(store: HitStore, request: StatsRequest, otherQuery: Query): Promise<SaidOfDays & { totalRows: number; rows: ComparedRow[] }> {
  const { query, interval } = request
  const index = query.dimensions?.indexOf(`time:${interval ?? 'day'}`) ?? -1
  const time = interval && { index, labels: labelsOf(request), otherLabels: labelsOf(request, otherQuery.range) }
  const [own, { rows: others, ...other }] = await Promise.all([store.query(time ? { ...query, pagination: all } : query), store.query(otherQuery)])
  const rows = compareRows({ metrics: query.metrics, rows: own.rows, others, ...(time && { time }) })
  const said = saidOf(own, other)
  if (!time) return { rows, totalRows: own.totalRows, ...said }
  const { limit = rows.length, offset = 0 } = query.pagination ?? {}
  return { rows: sortRows(rows, query).slice(offset, offset + limit), totalRows: rows.length, ...said }
}

function saidOf(own: SaidOfDays, other: SaidOfDays): SaidOfDays {
  const later = (name: keyof SaidOfDays) => {
    const moment = Math.max(own[name] ?? -Infinity, other[name] ?? -Infinity)
    return Number.isFinite(moment) ? { [name]: moment } : {}
  }
  return { ...later('prunedBefore'), ...later('importedBefore'), ...later('importsSkippedBefore') }
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
