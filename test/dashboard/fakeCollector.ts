import { assets } from '@treadlight/dashboard'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pagePolicy } from '../../packages/collector/src/http/assetRoutes.ts'

/** A visit, as far as the page can see one. */
export interface Visit {
  /** Site's wall clock, `YYYY-MM-DD HH:MM`. */
  time: string
  visitor: string
  pages: string[]
  source?: string
  referrer?: string
  campaign?: string
  medium?: string
}

export interface FakeCollector {
  url: string
  /** What the stats are computed from; may be changed while the page looks. */
  visits: Visit[]
  /** The site's day. */
  today: string
  /** Set to fail every call of the API like this. */
  broken: { status: number; error: string } | undefined
  /** Paths of the API that were called, oldest first. */
  calls: string[]
  /** Ends all log-ins. */
  expire(): void
  close(): Promise<void>
}

type Filter = [operator: string, dimension: string, values: string[]]

interface Query {
  metrics: string[]
  date_range: string | [string, string]
  dimensions?: string[]
  filters?: Filter[]
  pagination?: { limit: number; offset?: number }
}

export const password = 'correct horse'

/** Serves the built page with the collector's policy, and an API of the collector's shape over visits in memory. */
export async function startFakeCollector(today: string): Promise<FakeCollector> {
  let session = 0
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const fake: FakeCollector = {
    url,
    visits: [],
    today,
    broken: undefined,
    calls: [],
    expire: () => void (session += 1),
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  }
  return fake

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url)
    if (pathname.startsWith('/dashboard/')) return serveAsset(pathname.slice('/dashboard/'.length), response)
    fake.calls.push(pathname)
    if (fake.broken) return send(response, fake.broken.status, { error: fake.broken.error })
    const body: unknown = JSON.parse((await readText(request)) || 'null')
    if (pathname === '/api/login') return login(body as { password: string }, response)
    if (request.headers.cookie !== `treadlight=${session}`) return send(response, 401, { error: 'Log in first' })
    if (pathname === '/api/logout')
      return send(response, 204, undefined, { 'set-cookie': 'treadlight=; Path=/; Max-Age=0' })
    if (pathname === '/api/sites')
      return send(response, 200, { sites: [{ id: 'default', timezone: 'UTC' }], version: '0.1.0' })
    if (pathname === '/api/v1/stats/realtime/visitors') return send(response, 200, visitorsToday())
    if (pathname === '/api/v2/query') return send(response, 200, runQuery(fake.visits, body as Query, fake.today))
    send(response, 404, { error: `${pathname} is not here` })
  }

  function login(body: { password: string }, response: ServerResponse): void {
    if (body.password !== password) return send(response, 401, { error: 'Wrong password' })
    send(response, 204, undefined, { 'set-cookie': `treadlight=${session}; Path=/; HttpOnly; SameSite=Strict` })
  }

  function visitorsToday(): number {
    return new Set(fake.visits.filter((visit) => visit.time.startsWith(fake.today)).map((visit) => visit.visitor)).size
  }
}

function serveAsset(name: string, response: ServerResponse): void {
  const asset = assets[name || 'index.html']
  if (!asset) return send(response, 404, { error: 'not here' })
  response.writeHead(200, { 'content-type': asset.type, 'content-security-policy': pagePolicy })
  response.end(asset.body)
}

function send(response: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function runQuery(visits: Visit[], query: Query, today: string): object {
  const days = daysOf(query.date_range, today)
  const inRange = visits.filter((visit) => days.includes(visit.time.slice(0, 10)))
  const matching = inRange.filter((visit) => matches(visit, query.filters ?? []))
  const [dimension] = query.dimensions ?? []
  const groups = new Map<string, Visit[]>(dimension ? [] : [['', matching]])
  for (const visit of dimension ? matching : [])
    for (const value of new Set(valuesOf(visit, dimension!))) groups.set(value, [...(groups.get(value) ?? []), visit])

  const everyone = visitorsOf(matching)
  const rows = [...groups].map(([value, group]) => ({
    dimensions: dimension ? [value] : [],
    metrics: query.metrics.map((metric) => measure(metric, group, everyone)),
  }))
  rows.sort((a, b) => Number(b.metrics[0]) - Number(a.metrics[0]) || (a.dimensions[0]! < b.dimensions[0]! ? -1 : 1))
  const { limit = 10_000, offset = 0 } = query.pagination ?? {}
  return {
    results: rows.slice(offset, offset + limit),
    meta: { total_rows: rows.length, time_labels: [...new Set(days.flatMap((day) => labelsOf(day, dimension)))] },
    query,
  }
}

function daysOf(range: Query['date_range'], today: string): string[] {
  const spans: Record<string, number> = { day: 1, '7d': 7, '30d': 30, '91d': 91, '12mo': 360, all: 3650 }
  const [from, to] = typeof range === 'string' ? [shift(today, 1 - (spans[range] ?? 1)), today] : range
  const days: string[] = []
  for (let day = from; day <= to; day = shift(day, 1)) days.push(day)
  return days
}

function shift(day: string, count: number): string {
  return new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10)
}

function labelsOf(day: string, dimension: string | undefined): string[] {
  if (dimension === 'time:month') return [`${day.slice(0, 7)}-01`]
  if (dimension !== 'time:hour') return [day]
  return Array.from({ length: 24 }, (_, hour) => `${day} ${String(hour).padStart(2, '0')}:00:00`)
}

function valuesOf(visit: Visit, dimension: string): string[] {
  switch (dimension) {
    case 'event:page':
      return visit.pages
    case 'visit:entry_page':
      return visit.pages.slice(0, 1)
    case 'visit:exit_page':
      return visit.pages.slice(-1)
    case 'visit:source':
      return [visit.source ?? '']
    case 'visit:referrer':
      return [visit.referrer ?? '']
    case 'visit:utm_campaign':
      return [visit.campaign ?? '']
    case 'visit:utm_medium':
      return [visit.medium ?? '']
    case 'time:hour':
      return [`${visit.time.slice(0, 13)}:00:00`]
    case 'time:month':
      return [`${visit.time.slice(0, 7)}-01`]
    default:
      return [visit.time.slice(0, 10)]
  }
}

function matches(visit: Visit, filters: Filter[]): boolean {
  return filters.every(([operator, dimension, values]) => {
    const isThere = valuesOf(visit, dimension).some((value) => values.includes(value))
    return operator === 'is' ? isThere : !isThere
  })
}

function measure(metric: string, visits: Visit[], everyone: number): number | null {
  const pageviews = visits.reduce((sum, visit) => sum + visit.pages.length, 0)
  const bounces = visits.filter((visit) => visit.pages.length === 1).length
  switch (metric) {
    case 'visitors':
      return visitorsOf(visits)
    case 'visits':
      return visits.length
    case 'percentage':
      return Math.round((visitorsOf(visits) / everyone) * 1000) / 10
    case 'views_per_visit':
      return visits.length ? Math.round((pageviews / visits.length) * 100) / 100 : 0
    case 'bounce_rate':
      return visits.length ? Math.round((bounces / visits.length) * 100) : null
    case 'visit_duration':
      return visits.length ? Math.round(((pageviews - visits.length) / visits.length) * 71) : null
    default:
      return pageviews
  }
}

function visitorsOf(visits: Visit[]): number {
  return new Set(visits.map((visit) => visit.visitor)).size
}
