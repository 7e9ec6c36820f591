import type { Column } from './columns.ts'
import type { Comparison } from './comparison.ts'
import type { ApiFilter, Dimension } from './filter.ts'
import type { Interval } from './format.ts'
import type { DateRange } from './period.ts'
import type { Row } from './series.ts'
import { text } from './text.ts'

export interface Site {
  id: string
  /** IANA name: where the site's days begin. */
  timezone: string
  /** Hosts whose hits count for it by their address; none for the default site. */
  hosts: readonly string[]
  /** Where all its visits are made up: site days that they are of, and whether all of them are there yet. */
  demo?: { from: string; to: string; is_filled: boolean }
}

/** What the check of an installation has seen. */
export interface Finding {
  code: string
  level: 'ok' | 'warning' | 'problem'
  message: string
  /** What to do; '' where there is nothing. */
  remedy: string
}

/** Who looks at the page. Viewers and share links see numbers only. */
export interface Access {
  kind: 'user' | 'share' | 'token'
  name: string
  role: 'owner' | 'viewer'
}

export interface Sites {
  sites: Site[]
  access: Access
  /** The collector's. */
  version: string
  /** Days for which hits without and with a user are kept. */
  retention: { anonymous: number; authenticated: number }
}

/** A question to `POST /api/v2/query`. */
export interface Query {
  site_id: string
  date_range: DateRange
  metrics: readonly Column[]
  dimensions?: readonly (Dimension | Interval | 'time')[]
  filters?: readonly ApiFilter[]
  order_by?: readonly (readonly [string, 'asc' | 'desc'])[]
  include?: { imports?: true; time_labels?: true; total_rows?: true; comparisons?: Comparison | undefined }
  pagination?: { limit: number; offset?: number }
}

export interface QueryAnswer {
  results: Row[]
  meta: {
    time_labels?: string[]
    comparison_time_labels?: string[]
    total_rows?: number
    /** ISO time: figures of before are of the hits that retention has left. */
    pruned_before?: string
    /** ISO time: figures of before are in part those of another product. */
    imported_before?: string
    /** ISO time: imported days before are left out, since they cannot answer the question. */
    imports_skipped_before?: string
  }
  /** The question as it was understood. */
  query: {
    /** ISO times, half open. */
    date_range: [from: string, to: string]
    comparison_date_range?: [from: string, to: string]
    /** `time` is spelled out. */
    dimensions?: string[]
  }
}

/** What to download, as `GET /api/export` takes it. */
export interface ExportQuery {
  site_id: string
  format: (typeof exportFormats)[number]
  anonymize: '1' | '0'
  /** First and last site day; open where left out. */
  from?: string
  to?: string
  /** By which it is found in the list. */
  id: string
}

export const exportFormats = ['csv', 'ndjson', 'parquet'] as const

/** How far a download is. */
export interface ExportJob {
  id: string
  rows: number
  bytes: number
  /** Of how many rows, about; null where nobody knows. */
  of: number | null
  state: 'running' | 'done' | 'incomplete' | 'failed' | 'stopped'
}

/** What the site wants visitors to do: send an event, or see a page, by its path with `*`. */
export interface Goal {
  name: string
  event?: string
  page?: string
}

export type NewGoal = Partial<Goal>

interface Goals {
  goals: Goal[]
  /** Whether every event is a goal, because none is named. */
  every_event: boolean
}

/** Why there is no answer; its message is meant for the reader. */
export class ApiError extends Error {
  /** HTTP status; 0 without any answer. */
  readonly status: number
  /** How long to wait before asking again, in ms; undefined where nobody said. */
  readonly retryAfter: number | undefined

  constructor(message: string, status: number, options: ErrorOptions & { retryAfter?: number | undefined } = {}) {
    super(message, options)
    this.name = 'ApiError'
    this.status = status
    this.retryAfter = options.retryAfter
  }
}

/** The collector's API. Every method rejects with an ApiError, or with an AbortError for a given up call. */
export interface Client {
  /** @param name none for a share link: it has a password alone */
  login(password: string, name?: string): Promise<void>
  logout(): Promise<void>
  sites(signal?: AbortSignal): Promise<Sites>
  query(query: Query, signal?: AbortSignal): Promise<QueryAnswer>
  /** The answer as a table in CSV. */
  csv(query: Query): Promise<Blob>
  /** Keys of the props that events of a period carry, those of one event with `name`; the most frequent first. */
  propKeys(of: Pick<Query, 'site_id' | 'date_range'>, name: string | undefined, signal?: AbortSignal): Promise<string[]>
  goals(site: string, signal?: AbortSignal): Promise<Goals>
  addGoal(site: string, goal: NewGoal): Promise<void>
  removeGoal(site: string, name: string): Promise<void>
  /** Visitors of the last 5 minutes. */
  visitorsNow(site: string, signal?: AbortSignal): Promise<number>
  /** Has the collector look at a page. `collector` is where the page's visitors find it, ending in a slash. */
  checkInstallation(check: { site_id: string; url: string; collector: string }): Promise<Finding[]>
  /** Where a download is. */
  exportUrl(query: ExportQuery): string
  /** The downloads of now and of a while ago, everybody's. */
  exports(signal?: AbortSignal): Promise<ExportJob[]>
  /** Where an EventSource hears of the site's hits. */
  realtimeUrl(site: string): string
  /** What the admin pages ask for: the answer to a path such as `api/tokens`. Parameters without a value are left out. */
  get<T>(path: string, parameters?: QueryParameters, signal?: AbortSignal): Promise<T>
  post<T>(path: string, body: object, signal?: AbortSignal): Promise<T>
  put<T>(path: string, body: object): Promise<T>
  remove<T = void>(path: string, parameters?: QueryParameters): Promise<T>
  /** Where a download is. */
  url(path: string, parameters?: QueryParameters): string
}

const ownAffair: ReadonlySet<string> = new Set(['api/login', 'api/sites'])

/** Whether the page is that of a share link, by where the collector's API is. @param base ends in a slash */
export function isShare(base: string): boolean {
  return /\/share\/[\w-]{32}\/$/.test(base)
}

type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Makes the client.
 *
 * @param base Where the collector is, ending in a slash: `https://stats.example/`.
 * @param onUnauthorized Called when a call other than `login` and `sites`, whose callers see to it, is answered 401; below a
 * share link 404 too, which is what removed ones answer.
 */
export function createClient(base: string, onUnauthorized: () => void): Client {
  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...init.headers }
    const response = await fetch(base + path, { ...init, headers }).catch(fail)
    if (isShutOut(response) && !ownAffair.has(path)) onUnauthorized()
    if (response.ok) return response
    throw new ApiError(errorOf(await readJson(response)) ?? text.notJson(response.status), response.status, { retryAfter: retryAfterOf(response) })
  }
  const isShutOut = ({ status }: Response): boolean => status === 401 || (status === 404 && isShare(base))
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => (await readJson(await send(path, init))) as T
  const post = <T>(path: string, body: object, signal: AbortSignal | null = null) =>
    call<T>(path, { method: 'POST', body: JSON.stringify(body), signal })

  return {
    login: (password, name) => post('api/login', { name, password }),
    logout: () => post('api/logout', {}),
    sites: (signal) => call('api/sites', { signal: signal ?? null }),
    query: (query, signal) => post('api/v2/query', query, signal),
    async csv(query) {
      const headers = { accept: 'text/csv' }
      const response = await send('api/v2/query', { method: 'POST', body: JSON.stringify(query), headers })
      return response.blob().catch(fail)
    },
    async propKeys({ site_id, date_range }, name, signal) {
      const parameters = new URLSearchParams({ site_id, date_range: String(date_range), ...(name !== undefined && { name }) })
      return (await call<{ keys: string[] }>(`api/props?${parameters}`, { signal: signal ?? null })).keys
    },
    goals: (site, signal) => call(`api/goals?${new URLSearchParams({ site_id: site })}`, { signal: signal ?? null }),
    addGoal: (site, goal) => post('api/goals', { site_id: site, ...goal }),
    removeGoal: (site, name) => call(`api/goals?${new URLSearchParams({ site_id: site, name })}`, { method: 'DELETE' }),
    visitorsNow: (site, signal) =>
      call(`api/v1/stats/realtime/visitors?site_id=${encodeURIComponent(site)}`, { signal: signal ?? null }),
    checkInstallation: async (check) => (await post<{ findings: Finding[] }>('api/check-installation', check)).findings,
    exportUrl: (query) => `${base}api/export?${new URLSearchParams({ ...query }).toString()}`,
    exports: (signal) => call('api/exports', { signal: signal ?? null }),
    realtimeUrl: (site) => `${base}api/realtime?site_id=${encodeURIComponent(site)}`,
    get: (path, parameters, signal) => call(withParameters(path, parameters), { signal: signal ?? null }),
    post: (path, body, signal) => post(path, body, signal),
    put: (path, body) => call(path, { method: 'PUT', body: JSON.stringify(body) }),
    remove: (path, parameters) => call(withParameters(path, parameters), { method: 'DELETE' }),
    url: (path, parameters) => base + withParameters(path, parameters),
  }
}

function withParameters(path: string, parameters: QueryParameters = {}): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** Seconds (RFC 9110, 10.2.3); the collector names no dates. */
function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10)
  return Number.isNaN(seconds) ? undefined : seconds * 1000
}

function fail(cause: unknown): never {
  if (isAbort(cause)) throw cause
  throw new ApiError(text.unreachable, 0, { cause })
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const body = await response.text().catch(fail)
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new ApiError(text.notJson(response.status), response.status, { cause })
  }
}

function errorOf(body: unknown): string | undefined {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof error === 'string' ? error : undefined
}

/** Whether a call was given up by ourselves. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
