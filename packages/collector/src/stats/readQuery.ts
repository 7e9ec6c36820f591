import { assertCombines, type Dimension, type Goal, type Metric, type Query } from '@treadlight/store'
import { isObject } from '../isObject.ts'
import { assertFields } from './assertFields.ts'
import { readComparison } from './comparisonRange.ts'
import { resolveDateRange, timeLabels, type Interval, type TimeRange } from './dateRange.ts'
import { dimensionNames, isProp, metricNames, timeNames } from './names.ts'
import { oneOf, QueryError } from './oneOf.ts'
import { rangeProblem } from './rangeProblem.ts'
import { readFilters, type FindSegment } from './readFilters.ts'

/** A query as read from the wire, with what its answer has to carry besides rows. */
export interface StatsRequest {
  query: Query
  include: { imports: boolean; timeLabels: boolean; totalRows: boolean }
  /** The range that it is compared with. */
  comparison: TimeRange | undefined
  /** As they were asked for. */
  filters: readonly unknown[]
  /** Interval of the time dimension, if there is one. */
  interval: Interval | undefined
}

export interface ReadQueryOptions {
  site: string
  timezone: string
  now: number
  /** The site's own; where there are none, every custom event is one. @default none */
  goals?: readonly Goal[]
  /** The site's segments. @default none */
  findSegment?: FindSegment
  /** When the site's first hit was, ms since 1970: where `all` begins. */
  firstHit: () => Promise<number | undefined>
}

/** Most rows of an answer. */
export const mostRows = 10_000
/** Metrics, dimensions or orders of one query: rows times columns is what an answer takes in memory. */
export const mostColumns = 20
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const longestRange = 100 * 366 * day
const mostBuckets = 10_000
const fields = ['site_id', 'date_range', 'metrics', 'dimensions', 'filters', 'order_by', 'include', 'pagination']
/** Plausible's `trim_relative_date_range` asks for what ranges do here anyway: those that are named after today end with it. */
const switches = ['imports', 'time_labels', 'total_rows', 'trim_relative_date_range']

/**
 * Reads a query in the shape of Plausible's Stats API v2. That its site is there is the caller's to see.
 * @throws QueryError naming the field, the value and what is allowed
 */
export async function readQuery(body: unknown, options: ReadQueryOptions): Promise<StatsRequest> {
  if (!isObject(body)) throw new QueryError('The body must be a JSON object')
  assertFields('body', body, fields)
  const { site, timezone, now, goals = [], findSegment = () => undefined } = options
  const range = await readRange(body['date_range'], options)
  const dimensions = readDimensions(body['dimensions'], range)
  const include = readInclude(body['include'])
  const comparison = readComparison(include['comparisons'], range, timezone, now)
  const time = dimensions.find((dimension) => dimension.startsWith('time:'))
  if (comparison) assertLength('include.comparisons.date_range', comparison)
  for (const each of comparison ? [range, comparison] : [range]) assertBuckets(time, each)
  const metrics = readMetrics(body['metrics'])
  const filters = readFilters(body['filters'], findSegment)
  assertSense({ metrics, dimensions, filters })
  return {
    query: {
      site,
      timezone,
      range,
      metrics,
      dimensions,
      filters,
      ...(goals.length > 0 && { goals }),
      orderBy: readOrder<Metric | Dimension>(body['order_by'], [...metrics, ...dimensions], time) ?? defaultOrder(time, metrics[0]!),
      pagination: readPagination(body['pagination']),
      ...(include['imports'] === true && { imports: true }),
    },
    include: { imports: include['imports'] === true, timeLabels: include['time_labels'] === true, totalRows: include['total_rows'] === true },
    comparison,
    filters: (body['filters'] as unknown[] | undefined) ?? [],
    interval: time?.slice('time:'.length) as Interval | undefined,
  }
}

/** The buckets of a query's time dimension; of another range where one is given. */
export function labelsOf({ query, interval }: StatsRequest, range: TimeRange = query.range): string[] {
  return interval ? timeLabels(range, interval, query.timezone) : []
}

/**
 * Reads the `date_range` of a question.
 * @throws QueryError saying what it may be
 */
export async function readRange(value: unknown, { timezone, now, firstHit }: Pick<ReadQueryOptions, 'timezone' | 'now' | 'firstHit'>): Promise<TimeRange> {
  const range = resolveDateRange(value, timezone, now)
  if (!range) throw new QueryError(`date_range: ${rangeProblem(value)}`)
  // A chart from 1970 on would be mostly empty: everything begins with the first hit.
  if (value === 'all') range.from = (await firstHit()) ?? range.to - day
  assertLength('date_range', range)
  return range
}

/** Labels of a range take time, and nobody else is answered meanwhile. */
function assertLength(field: string, { from, to }: TimeRange): void {
  if (to - from > longestRange) throw new QueryError(`${field}: must not be longer than 100 years`)
}

function readMetrics(value: unknown): Metric[] {
  if (isTooLong(value)) throw new QueryError(`metrics: must be at most ${mostColumns}`)
  if (!Array.isArray(value) || value.length === 0) throw new QueryError(`metrics: must name at least one of ${metricNames.join(', ')}`)
  return value.map((metric) => oneOf<Metric>('metrics', metric, metricNames))
}

function readDimensions(value: unknown, range: TimeRange): Dimension[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new QueryError('dimensions: must be an array')
  if (isTooLong(value)) throw new QueryError(`dimensions: must be at most ${mostColumns}`)
  return value.map((dimension: unknown): Dimension => {
    if (isProp(dimension)) return dimension
    const known = oneOf<string>('dimensions', dimension, [...dimensionNames, ...timeNames])
    return known === 'time' ? `time:${intervalFor(range)}` : (known as Dimension)
  })
}

/** A year in minutes is more than anybody looks at, and more than an answer holds. */
function assertBuckets(time: Dimension | undefined, { from, to }: TimeRange): void {
  const length = time === 'time:minute' ? minute : time === 'time:hour' ? hour : undefined
  if (length !== undefined && (to - from) / length > mostBuckets)
    throw new QueryError(`dimensions: "${time}" takes a date_range of at most ${mostBuckets} ${time!.slice('time:'.length)}s`)
}

/** Months from 300 days on, as plain's reports have it (PV31). Days are of 23 to 25 hours. */
function intervalFor({ from, to }: TimeRange): Interval {
  const days = Math.round((to - from) / day)
  if (to - from <= hour) return 'minute'
  if (days <= 2) return 'hour'
  return days < 300 ? 'day' : 'month'
}

/** What has no meaning together, such as conversions without a goal. */
function assertSense(query: Parameters<typeof assertCombines>[0]): void {
  try {
    assertCombines(query)
  } catch (error) {
    if (error instanceof RangeError) throw new QueryError(`metrics: ${error.message}`, { cause: error })
    throw error
  }
}

function readInclude(value: unknown): Record<string, unknown> {
  if (value === undefined) return {}
  if (!isObject(value)) throw new QueryError('include: must be an object like { "time_labels": true }')
  assertFields('include', value, [...switches, 'comparisons'])
  for (const name of switches) if (!['boolean', 'undefined'].includes(typeof value[name])) throw new QueryError(`include.${name}: must be true or false`)
  return value
}

/** Plausible's: time upwards, then the first metric downwards. */
function defaultOrder(time: Dimension | undefined, metric: Metric): NonNullable<Query['orderBy']> {
  return [...(time ? [[time, 'asc'] as const] : []), [metric, 'desc']]
}

/** @param time what `time` stands for in this query */
function readOrder<T extends string>(value: unknown, allowed: readonly T[], time: T | undefined): (readonly [T, 'asc' | 'desc'])[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new QueryError('order_by: must be an array like [["visitors", "desc"]]')
  if (isTooLong(value)) throw new QueryError(`order_by: must be at most ${mostColumns}`)
  if (value.length === 0) return undefined
  return value.map((order: unknown) => {
    if (!Array.isArray(order)) throw new QueryError('order_by: each must be an array like ["visitors", "desc"]')
    const by = order[0] === 'time' ? (time ?? order[0]) : order[0]
    return [oneOf<T>('order_by', by, allowed), oneOf<'asc' | 'desc'>('order_by', order[1], ['asc', 'desc'])] as const
  })
}

function readPagination(value: unknown): { limit: number; offset: number } {
  if (value === undefined) return { limit: mostRows, offset: 0 }
  if (!isObject(value)) throw new QueryError('pagination: must be an object like { "limit": 100, "offset": 0 }')
  assertFields('pagination', value, ['limit', 'offset'])
  const { limit = mostRows, offset = 0 } = value
  if (!isCount(limit) || limit < 1 || limit > mostRows) throw new QueryError(`pagination.limit: must be between 1 and ${mostRows}`)
  if (!isCount(offset)) throw new QueryError('pagination.offset: must be 0 or more')
  return { limit, offset }
}

function isTooLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > mostColumns
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
