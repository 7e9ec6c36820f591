import type { Dimension, HitStore, Query } from '@treadlight/store'
import type { Site } from '../sites/sites.ts'
import { assertFields } from '../stats/assertFields.ts'
import { dimensionNames, isProp, timeNames } from '../stats/names.ts'
import { oneOf, QueryError } from '../stats/oneOf.ts'
import { labelsOf, type StatsRequest } from '../stats/readQuery.ts'
import type { StatsDesk } from '../stats/statsDesk.ts'
import { createVitalTally, type VitalSummary, type VitalTally } from './summary.ts'
import { vitalEvent, vitals, type VitalName } from './thresholds.ts'

type Vitals = Record<VitalName, VitalSummary>

/** What was measured, in all and by a dimension. */
export interface VitalsAnswer {
  metrics: Vitals
  /** By the dimension: those with the most reports first, buckets of time in order. */
  rows?: { value: string; measured: number; metrics: Vitals }[]
  /** Without `limit`. */
  total_rows?: number
  /** Every bucket of the range, where `by` is one of time. */
  time_labels?: string[]
  /** Reports that count by their rating alone, since the day had more values than are kept apart. */
  left_out: number
  query: { site_id: string; date_range: [from: string, to: string]; by?: string }
}

const fields = ['site_id', 'date_range', 'filters', 'by', 'limit']
const defaultLimit = 50
const mostRows = 1000
const names: readonly VitalName[] = vitals.map(({ metric }) => metric)

/**
 * Reads a question of web vitals and answers it: from how often each value was reported, so that percentiles are exact.
 * @throws QueryError naming the field, the value and what is allowed
 */
export async function answerVitals(desk: StatsDesk, store: HitStore, site: Site, body: Record<string, unknown>): Promise<VitalsAnswer> {
  assertFields('body', body, fields)
  const by = readBy(body['by'])
  const limit = readLimit(body['limit'])
  const request = await desk.read(site, {
    date_range: body['date_range'],
    metrics: ['events'],
    dimensions: ['event:props:metric', 'event:props:value', 'event:props:rating', ...(by === undefined ? [] : [by])],
    filters: withVitals(body['filters']),
  })
  // In no order, and all of them: they are added up here.
  const query: Query = { ...request.query, orderBy: [], pagination: { limit: Number.MAX_SAFE_INTEGER, offset: 0 } }
  const { rows } = await store.query(query)
  const whole = createTallies()
  const groups = new Map<string, Record<VitalName, VitalTally>>()
  for (const { dimensions: [metric, value = '', rating = '', group = ''], metrics: [count] } of rows) {
    const name = names.find((known) => known === metric)
    if (name === undefined) continue
    whole[name].add(value, rating, count ?? 0)
    if (by !== undefined) groupOf(groups, group)[name].add(value, rating, count ?? 0)
  }
  const metrics = summariesOf(whole)
  return {
    metrics,
    ...(by !== undefined && rowsOf(groups, request, limit)),
    left_out: Object.values(metrics).reduce((sum, { left_out }) => sum + left_out, 0),
    query: describe(request, by),
  }
}

function readBy(by: unknown): Dimension | undefined {
  if (by === undefined || isProp(by)) return by
  return oneOf<Dimension>('by', by, [...dimensionNames, ...timeNames])
}

function readLimit(limit: unknown = defaultLimit): number {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > mostRows) throw new QueryError(`limit: must be from 1 to ${mostRows}`)
  return limit
}

/** What is no list the reader of queries refuses. */
function withVitals(filters: unknown = []): unknown {
  return Array.isArray(filters) ? [...(filters as unknown[]), ['is', 'event:name', [vitalEvent]], ['is', 'event:props:metric', names]] : filters
}

function createTallies(): Record<VitalName, VitalTally> {
  return Object.fromEntries(names.map((name) => [name, createVitalTally(name)])) as Record<VitalName, VitalTally>
}

function groupOf(groups: Map<string, Record<VitalName, VitalTally>>, value: string): Record<VitalName, VitalTally> {
  const known = groups.get(value)
  if (known) return known
  const made = createTallies()
  groups.set(value, made)
  return made
}

function summariesOf(tallies: Record<VitalName, VitalTally>): Vitals {
  return Object.fromEntries(names.map((name) => [name, tallies[name].summary()])) as Vitals
}

function rowsOf(groups: ReadonlyMap<string, Record<VitalName, VitalTally>>, request: StatsRequest, limit: number): Pick<VitalsAnswer, 'rows' | 'total_rows' | 'time_labels'> {
  const rows = [...groups].map(([value, tallies]) => {
    const metrics = summariesOf(tallies)
    return { value, measured: Object.values(metrics).reduce((sum, { measured }) => sum + measured, 0), metrics }
  })
  const ofTime = request.interval !== undefined
  rows.sort((a, b) => (ofTime ? 0 : b.measured - a.measured) || (a.value < b.value ? -1 : 1))
  if (ofTime) return { rows, total_rows: rows.length, time_labels: labelsOf(request) }
  return { rows: rows.slice(0, limit), total_rows: rows.length }
}

function describe({ query: { site, range } }: StatsRequest, by: string | undefined): VitalsAnswer['query'] {
  return { site_id: site, date_range: [new Date(range.from).toISOString(), new Date(range.to).toISOString()], ...(by !== undefined && { by }) }
}
