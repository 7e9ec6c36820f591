import type { HitOrderField, HitPageFilter } from '@treadlight/store'
import { assertFields } from '../stats/assertFields.ts'
import { oneOf, QueryError, quote } from '../stats/oneOf.ts'
import { readFilters } from '../stats/readFilters.ts'
import { readRange, type ReadQueryOptions } from '../stats/readQuery.ts'

/** Parameters of a page of hits, as they stand in an address or on a command line. */
export type HitsParams = Readonly<Record<string, string | undefined>>

/** What is asked for, as the store takes it, and which page of it. */
export interface HitsRequest {
  filter: HitPageFilter
  /** From 1 on; whether there is one so late the answer tells. */
  page: number
  pageSize: number
}

/** What a page may be ordered by, with `-` before it to turn it round (PV24, PV26). */
const orderFields: Readonly<Record<string, HitOrderField>> = {
  timestamp: 'time',
  user_id: 'user',
  url: 'url',
  source: 'source',
  medium: 'medium',
  session_id: 'session',
  title: 'title',
}
export const orderNames: readonly string[] = Object.keys(orderFields)
/** Fields that have to be what is said: '' asks for hits that have none. */
export const exactFields = { user_id: 'user', session_id: 'session', visitor: 'visitor', source: 'source', medium: 'medium', path: 'path', name: 'name' } as const
export const hitTypes = ['pageview', 'event', 'engagement'] as const
export const mostHits = 200
export const usualHits = 20
/** No field of a hit is longer. */
const longestText = 2048
const fields = ['site_id', 'page', 'page_size', 'search', 'order_by', 'date_range', 'filters', 'type', 'known', ...Object.keys(exactFields)]

/**
 * Reads which page of hits is asked for. A page that is no number is the first, and an order that is unknown the usual one
 * (PV26, PT12); all else is refused.
 * @throws QueryError naming the parameter, the value and what is allowed
 */
export async function readHitsRequest(params: HitsParams, options: Pick<ReadQueryOptions, 'site' | 'timezone' | 'now' | 'firstHit' | 'goals' | 'findSegment'>): Promise<HitsRequest> {
  assertFields('parameters', params, fields)
  const { goals = [], findSegment, site } = options
  const range = params['date_range'] === undefined ? {} : await readRange(parseRange(params['date_range']), options)
  const filters = readFilters(parseFilters(params['filters']), findSegment)
  const pageSize = readPageSize(params['page_size'])
  const type = params['type'] === undefined ? undefined : oneOf<(typeof hitTypes)[number]>('type', params['type'], hitTypes)
  const known = readKnown(params['known'])
  const search = readText('search', params['search'])
  const filter: HitPageFilter = {
    site,
    ...range,
    ...readExact(params),
    ...(search !== undefined && { search }),
    ...(type !== undefined && { type }),
    ...(known !== undefined && { known }),
    ...(filters.length > 0 && { filters }),
    ...(goals.length > 0 && { goals }),
    ...readOrder(params['order_by']),
  }
  return { filter, page: readPage(params['page']), pageSize }
}

function readExact(params: HitsParams): Partial<HitPageFilter> {
  const given = Object.entries(exactFields).flatMap(([name, field]) => {
    const value = readText(name, params[name])
    return value === undefined ? [] : [[field, value] as const]
  })
  return Object.fromEntries(given)
}

function readText(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && value.length > longestText) throw new QueryError(`${name}: must have at most ${longestText} characters`)
  return value
}

function readOrder(value = ''): Pick<HitPageFilter, 'orderBy' | 'descending'> {
  const descending = value.startsWith('-')
  const name = descending ? value.slice(1) : value
  return Object.hasOwn(orderFields, name) ? { orderBy: orderFields[name]!, descending } : {}
}

/** One that is too large for a number that can be counted with is behind the last as well. */
function readPage(value = '1'): number {
  return /^\d+$/.test(value) ? Math.min(Math.max(1, Number(value)), Number.MAX_SAFE_INTEGER / mostHits) : 1
}

function readPageSize(value: string | undefined): number {
  if (value === undefined) return usualHits
  const size = /^\d+$/.test(value) ? Number(value) : 0
  if (size < 1 || size > mostHits) throw new QueryError(`page_size: ${quote(value)} is none; it must be a whole number from 1 to ${mostHits}`)
  return size
}

function readKnown(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  return oneOf<'true' | 'false'>('known', value, ['true', 'false']) === 'true'
}

/** A name such as `30d`, or two days as JSON: as in a query. */
function parseRange(value: string): unknown {
  return value.startsWith('[') ? parse('date_range', value, '["2026-01-01","2026-01-31"]') : value
}

function parseFilters(value: string | undefined): unknown {
  return value === undefined ? undefined : parse('filters', value, '[["is","visit:source",["Google"]]]')
}

function parse(name: string, value: string, example: string): unknown {
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw new QueryError(`${name}: must be JSON such as ${example}`, { cause })
  }
}
