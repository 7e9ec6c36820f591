import type { Dimension, Filter, Metric, Query } from '@treadlight/store'
import { isObject } from '../isObject.ts'
import { rangeNames, resolveDateRange, timeLabels, type Interval, type TimeRange } from './dateRange.ts'

/** What is wrong with a query, naming the field and what it may be. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
}

/** A query as read from the wire, with what its answer has to carry besides rows. */
export interface StatsRequest {
  query: Query
  include: { timeLabels: boolean; totalRows: boolean }
  /** Interval of the time dimension, if there is one. */
  interval: Interval | undefined
}

export interface ReadQueryOptions {
  site: string
  timezone: string
  now: number
  /** When the site's first hit was, ms since 1970: where `all` begins. */
  firstHit: () => Promise<number | undefined>
}

const metrics = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'views_per_visit',
  'bounce_rate',
  'visit_duration',
  'time_on_page',
  'scroll_depth',
  'percentage',
] as const satisfies Metric[]

const timeDimensions = ['time', 'time:hour', 'time:day', 'time:week', 'time:month'] as const
const touchNames = ['source', 'referrer', 'channel', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'click_id'] as const
const dimensions = [
  'event:name',
  'event:page',
  'event:hostname',
  'visit:entry_page',
  'visit:exit_page',
  ...touchNames.flatMap((name) => [`visit:${name}`, `first:${name}`, `last:${name}`] as const),
  'visit:browser',
  'visit:browser_version',
  'visit:os',
  'visit:os_version',
  'visit:device',
  'visit:country',
  'visit:region',
  'visit:city',
  'visit:screen_class',
  'visit:language',
] as const satisfies Dimension[]

const operators = ['is', 'is_not', 'contains', 'contains_not'] as const
const propPrefix = 'event:props:'
const mostRows = 10_000
const deepestFilter = 8
const mostConditions = 200
/** Metrics, dimensions or orders of one query: rows times columns is what an answer takes in memory. */
const mostColumns = 20
const hour = 3_600_000
const day = 24 * hour
const longestRange = 100 * 366 * day
const mostHours = 10_000

/**
 * Reads a query in the shape of Plausible's Stats API v2.
 * @throws QueryError naming the field, the value and what is allowed
 */
export async function readQuery(body: unknown, options: ReadQueryOptions): Promise<StatsRequest> {
  if (!isObject(body)) throw new QueryError('The body must be a JSON object')
  const { site, timezone } = options
  if (body['site_id'] !== site) throw new QueryError(`site_id: must be ${quote(site)}`)
  const range = await readRange(body['date_range'], options)
  const wantedDimensions = readDimensions(body['dimensions'], range)
  const time = wantedDimensions.find((dimension) => dimension.startsWith('time:'))
  const include = isObject(body['include']) ? body['include'] : {}
  const wantedMetrics = readMetrics(body['metrics'])
  const query: Query = {
    site,
    timezone,
    range,
    metrics: wantedMetrics,
    dimensions: wantedDimensions,
    filters: readFilters(body['filters']),
    ...readOrder<Metric | Dimension>(body['order_by'], [...wantedMetrics, ...wantedDimensions]),
    pagination: readPagination(body['pagination']),
  }
  return {
    query,
    include: { timeLabels: include['time_labels'] === true, totalRows: include['total_rows'] === true },
    interval: time?.slice(5) as Interval | undefined,
  }
}

/** The buckets of a query's time dimension. */
export function labelsOf({ query, interval }: StatsRequest): string[] {
  return interval ? timeLabels(query.range, interval, query.timezone) : []
}

async function readRange(value: unknown, { timezone, now, firstHit }: ReadQueryOptions): Promise<TimeRange> {
  const range = resolveDateRange(value, timezone, now)
  if (!range)
    throw new QueryError(
      `date_range: must be one of ${rangeNames.join(', ')}, [first day, last day] or [from, to] as ISO 8601 times`,
    )
  // A chart from 1970 on would be mostly empty: everything begins with the first hit.
  if (value === 'all') range.from = (await firstHit()) ?? range.to - day
  if (range.to - range.from > longestRange) throw new QueryError('date_range: must not be longer than 100 years')
  return range
}

function readMetrics(value: unknown): Metric[] {
  if (isTooLong(value)) throw new QueryError(`metrics: must be at most ${mostColumns}`)
  if (!Array.isArray(value) || value.length === 0) throw new QueryError(`metrics: must name at least one of ${metrics.join(', ')}`)
  return value.map((metric) => oneOf<Metric>('metrics', metric, metrics))
}

function readDimensions(value: unknown, range: TimeRange): Dimension[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new QueryError('dimensions: must be an array')
  if (isTooLong(value)) throw new QueryError(`dimensions: must be at most ${mostColumns}`)
  return value.map((dimension: unknown): Dimension => {
    if (isProp(dimension)) return dimension
    const known = oneOf<string>('dimensions', dimension, [...dimensions, ...timeDimensions])
    if (known === 'time:hour' && range.to - range.from > mostHours * hour)
      throw new QueryError(`dimensions: "time:hour" takes a date_range of at most ${mostHours} hours`)
    return known === 'time' ? `time:${intervalFor(range)}` : (known as Dimension)
  })
}

function intervalFor({ from, to }: TimeRange): Interval {
  const days = (to - from) / day
  if (days <= 2) return 'hour'
  return days < 300 ? 'day' : 'month'
}

function readFilters(value: unknown): Filter[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new QueryError('filters: must be an array')
  const tooMany = new QueryError(`filters: must be at most ${mostConditions} conditions`)
  let conditions = 0
  return value.map((filter) => readFilter(filter, 1))

  function readFilter(filter: unknown, depth: number): Filter {
    if (!Array.isArray(filter)) throw new QueryError('filters: each must be an array like ["is", "visit:source", ["google"]]')
    if (depth > deepestFilter) throw new QueryError(`filters: must not be nested deeper than ${deepestFilter}`)
    if (++conditions > mostConditions) throw tooMany
    const [operator, operand, values] = filter as unknown[]
    if (operator === 'not') return ['not', readFilter(operand, depth + 1)]
    if (operator === 'and' || operator === 'or') {
      if (!Array.isArray(operand)) throw new QueryError(`filters: "${operator}" takes an array of filters`)
      return [operator, operand.map((inner) => readFilter(inner, depth + 1))]
    }
    const known = oneOf<(typeof operators)[number]>('filters', operator, [...operators, 'and', 'or', 'not'])
    const dimension = isProp(operand) ? operand : oneOf<(typeof dimensions)[number]>('filters', operand, dimensions)
    if (!Array.isArray(values) || values.length === 0 || !values.every((item) => typeof item === 'string'))
      throw new QueryError(`filters: ${quote(dimension)} takes a list of texts`)
    conditions += values.length - 1
    if (conditions > mostConditions) throw tooMany
    return [known, dimension, values as string[]]
  }
}

function readOrder<T extends string>(value: unknown, allowed: readonly T[]): { orderBy?: (readonly [T, 'asc' | 'desc'])[] } {
  if (value === undefined) return {}
  if (!Array.isArray(value)) throw new QueryError('order_by: must be an array like [["visitors", "desc"]]')
  if (isTooLong(value)) throw new QueryError(`order_by: must be at most ${mostColumns}`)
  return {
    orderBy: value.map((order: unknown) => {
      if (!Array.isArray(order)) throw new QueryError('order_by: each must be an array like ["visitors", "desc"]')
      return [oneOf<T>('order_by', order[0], allowed), oneOf<'asc' | 'desc'>('order_by', order[1], ['asc', 'desc'])] as const
    }),
  }
}

function readPagination(value: unknown): { limit: number; offset: number } {
  const { limit = mostRows, offset = 0 } = isObject(value) ? value : {}
  if (!isCount(limit) || limit < 1 || limit > mostRows) throw new QueryError(`pagination.limit: must be between 1 and ${mostRows}`)
  if (!isCount(offset)) throw new QueryError('pagination.offset: must be 0 or more')
  return { limit, offset }
}

function oneOf<T extends string>(field: string, value: unknown, allowed: readonly string[]): T {
  if (typeof value === 'string' && allowed.includes(value)) return value as T
  throw new QueryError(`${field}: ${quote(value)} is unknown; it must be one of ${allowed.join(', ')}`)
}

/** Short enough for a message, whatever was sent. */
function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  return Array.isArray(value) ? 'an array' : String(value === null ? null : typeof value)
}

function isProp(value: unknown): value is `event:props:${string}` {
  return typeof value === 'string' && value.startsWith(propPrefix) && value.length > propPrefix.length
}

function isTooLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > mostColumns
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
