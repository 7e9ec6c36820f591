import type { Dimension, Metric } from '@treadlight/store'
import type { GoalList, QueryAnswer, SiteList, StatsQuery } from './types.ts'

export interface StatsClientOptions {
  /** Where the collector is: `https://stats.example`. */
  url: string
  /** A token of scope `stats`. It opens all numbers of all sites: not for pages that others see. @default the cookie of a log-in, in a page of the collector's own host */
  token?: string
  /** The site of all questions that name none. @default the collector's default site */
  site?: string
  /** @default the runtime's */
  fetch?: typeof fetch
}

/** Asks a collector's Stats API. Every method rejects with a StatsError, or with what `fetch` or the signal says. */
export interface StatsClient {
  /** Rows of a query, typed by the metrics and the dimensions that it names. */
  query<const Metrics extends readonly Metric[], const Dimensions extends readonly (Dimension | 'time')[] = readonly []>(
    query: StatsQuery<Metrics, Dimensions>,
    signal?: AbortSignal,
  ): Promise<QueryAnswer<Metrics, Dimensions>>
  /** The same as CSV. */
  csv(query: StatsQuery, signal?: AbortSignal): Promise<string>
  sites(signal?: AbortSignal): Promise<SiteList>
  goals(signal?: AbortSignal): Promise<GoalList>
  /** Visitors of the last five minutes. */
  visitorsNow(signal?: AbortSignal): Promise<number>
}

/** An answer that says what is wrong with the question, or who may ask it. */
export class StatsError extends Error {
  override readonly name = 'StatsError'
  /** HTTP's. */
  readonly status: number

  constructor(message: string, status: number) {
    super(`[treadlight] ${message}`)
    this.status = status
  }
}

/**
 * Makes a client of a collector's Stats API, for browsers, servers and workers.
 *
 * @example
 * const stats = createStatsClient({ url: 'https://stats.example', token })
 * const { results } = await stats.query({ date_range: '30d', metrics: ['visitors'], dimensions: ['visit:source'] })
 */
export function createStatsClient({ url, token, site, fetch: send = fetch }: StatsClientOptions): StatsClient {
  const base = url.replace(/\/+$/, '')
  const ofSite = site === undefined ? '' : `?${new URLSearchParams({ site_id: site })}`
  const defaultSite = async (signal?: AbortSignal): Promise<string> => site ?? (await client.sites(signal)).sites[0]!.id

  const client: StatsClient = {
    async query(query, signal) {
      return (await post(query, 'application/json', signal)).json()
    },
    async csv(query, signal) {
      return (await post(query, 'text/csv', signal)).text()
    },
    async sites(signal) {
      return (await call('/api/sites', {}, signal)).json()
    },
    async goals(signal) {
      return (await call(`/api/goals${ofSite}`, {}, signal)).json()
    },
    async visitorsNow(signal) {
      return (await call(`/api/v1/stats/realtime/visitors${ofSite}`, {}, signal)).json()
    },
  }
  return client

  async function post(query: { site_id?: string }, accept: string, signal?: AbortSignal): Promise<Response> {
    const site_id = query.site_id ?? (await defaultSite(signal))
    return call('/api/v2/query', { method: 'POST', headers: { accept }, body: JSON.stringify({ ...query, site_id }) }, signal)
  }

  async function call(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const headers = { ...init.headers, 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
    const response = await send(base + path, { ...init, headers, ...(signal && { signal }) })
    if (response.ok) return response
    throw new StatsError(await readError(response), response.status)
  }
}

async function readError(response: Response): Promise<string> {
  const text = await response.text()
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    if (typeof error === 'string') return error
  } catch {
    // No JSON: something between here and the collector has answered.
  }
  return `${response.status} ${response.statusText}`.trim()
}
