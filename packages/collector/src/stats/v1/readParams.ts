import { siteDay } from '@treadlight/store'
import type { Site } from '../../sites/sites.ts'
import { daysBetween } from '../../days.ts'
import { dimensionNames, isProp } from '../names.ts'
import { oneOf, QueryError, quote } from '../oneOf.ts'
import { periodDays } from './periodDays.ts'
import { readFilterText } from './readFilterText.ts'

/** A question of v1 in the shape of v2's. */
export interface V1Query {
  date_range: readonly [string, string]
  metrics: string[]
  filters: unknown[]
  dimensions?: string[]
  include?: object
  order_by?: unknown[]
  pagination?: { limit: number; offset: number }
}

const intervals = { date: 'time:day', day: 'time:day', month: 'time:month', hour: 'time:hour' } as const
/** How wide the buckets of a time series may be asked for. */
export const intervalNames: readonly string[] = Object.keys(intervals)
const comparisons = ['previous_period']
const defaultLimit = 100
/** Most rows of a breakdown. */
export const mostBreakdownRows = 1000
/** A page further back would be beyond what numbers hold exactly. */
const mostPages = 1_000_000

/**
 * What all of v1 takes: `period`, `date`, `metrics` and `filters`.
 * @throws QueryError naming the parameter
 */
function readParams(params: URLSearchParams, { timezone }: Site, now: number): V1Query {
  const today = siteDay(timezone, now)
  return {
    date_range: periodDays(params.get('period') ?? '30d', params.get('date'), today),
    metrics: metricsOf(params),
    filters: readFilterText(params.get('filters') ?? ''),
    ...(params.get('with_imported') === 'true' && { include: { imports: true } }),
  }
}

/** The metrics as they were asked for: by these names the answer has them. */
export function metricsOf(params: URLSearchParams): string[] {
  return (params.get('metrics') ?? 'visitors').split(',').map((name) => name.trim())
}

/** `aggregate` with its `compare`. */
export function readAggregate(params: URLSearchParams, site: Site, now: number): V1Query {
  const compare = params.get('compare')
  const query = readParams(params, site, now)
  const include = compare === null ? {} : { comparisons: { mode: oneOf<string>('compare', compare, comparisons) } }
  return { ...query, include: { ...query.include, ...include } }
}

/** `timeseries` with its `interval`: by default hours of a day, months of 6 and 12, and else days. */
export function readTimeseries(params: URLSearchParams, site: Site, now: number): V1Query {
  const query = readParams(params, site, now)
  const period = params.get('period')
  const natural = daysBetween(...query.date_range) === 0 ? 'hour' : period === '6mo' || period === '12mo' ? 'month' : 'date'
  const interval = oneOf<keyof typeof intervals>('interval', params.get('interval') ?? natural, intervalNames)
  return { ...query, metrics: query.metrics.map(perGroup), dimensions: [intervals[interval]] }
}

/** `breakdown` with its `property`, `limit` and `page`. */
export function readBreakdown(params: URLSearchParams, site: Site, now: number): V1Query {
  const query = readParams(params, site, now)
  const property = params.get('property')
  if (property === null) throw new QueryError('property: is required, such as visit:source')
  const dimension = isProp(property) ? property : oneOf<string>('property', property, dimensionNames)
  const metrics = isProp(dimension) || dimension === 'event:goal' ? query.metrics : query.metrics.map(perGroup)
  const limit = readNumber(params, 'limit', defaultLimit, mostBreakdownRows)
  const page = readNumber(params, 'page', 1, mostPages)
  return { ...query, metrics, dimensions: [dimension], pagination: { limit, offset: (page - 1) * limit } }
}

/**
 * In rows that stand for groups of visitors, v1's `conversion_rate` is what v2 calls `group_conversion_rate`
 * (`lib/plausible/stats/{breakdown,timeseries}.ex`); those of goals and props are compared with all visitors.
 */
function perGroup(metric: string): string {
  return metric === 'conversion_rate' ? 'group_conversion_rate' : metric
}

function readNumber(params: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = params.get(name)
  if (text === null) return otherwise
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > most) throw new QueryError(`${name}: ${quote(text)} is none; it must be from 1 to ${most}`)
  return value
}
