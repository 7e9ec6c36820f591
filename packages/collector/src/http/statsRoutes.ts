import type { HitStore, Query, QueryResult } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import { labelsOf, QueryError, readQuery, type StatsRequest } from '../stats/readQuery.ts'
import type { Sites } from '../sites/sites.ts'
import { readJson } from './readJson.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { noSuchSite, siteOfQuery } from './siteOfQuery.ts'

export interface StatsRoutesOptions {
  store: HitStore
  sites: Sites
  version: string
  now: () => number
  failures: Failures
}

/** How far back somebody counts as here now: 5 minutes in ms, as Plausible and Umami have it. */
const realtimeWindow = 5 * 60_000

/** What the dashboard and others read: the shapes of Plausible's Stats API. */
export function addStatsRoutes(routes: Routes, { store, sites, version, now, failures }: StatsRoutesOptions): void {
  routes.add('GET', '/api/sites', 'token stats', async () => {
    const all = await sites.list()
    return json({ sites: all.map(({ id, timezone, hosts }) => ({ id, timezone, hosts })), version })
  })

  routes.add('POST', '/api/v2/query', 'token stats', async (event) => {
    const body = await readJson(event)
    try {
      const { request, rows, totalRows } = await failures.watch('queries', () => answer(body), (error) => !(error instanceof QueryError))
      const meta = {
        ...(request.include.timeLabels ? { time_labels: labelsOf(request) } : {}),
        ...(request.include.totalRows ? { total_rows: totalRows } : {}),
      }
      return json({ results: rows, meta, query: describeQuery(request.query) })
    } catch (error) {
      if (error instanceof QueryError) return failure(400, error.message)
      throw error
    }
  })

  routes.add('GET', '/api/v1/stats/realtime/visitors', 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const to = now() + 1
    const query: Query = { site: site.id, timezone: site.timezone, range: { from: to - realtimeWindow, to }, metrics: ['visitors'] }
    const { rows } = await failures.watch('queries', () => store.query(query))
    return json(rows[0]?.metrics[0] ?? 0)
  })

  async function answer(body: Record<string, unknown> | undefined): Promise<QueryResult & { request: StatsRequest }> {
    const all = await sites.list()
    const site = all.find(({ id }) => id === body?.['site_id'])
    if (body && !site) throw new QueryError(noSuchSite(all))
    const { id, timezone } = site ?? all[0]!
    const request = await readQuery(body, { site: id, timezone, now: now(), firstHit: () => firstHit(id) })
    return { request, ...(await store.query(request.query)) }
  }

  async function firstHit(site: string): Promise<number | undefined> {
    for await (const hit of store.hits({ site, order: 'oldest', limit: 1 })) return hit.time
    return undefined
  }
}

/** The query as it was understood, with the range spelled out. */
function describeQuery({ site, range, orderBy, ...query }: Query): object {
  return {
    site_id: site,
    ...query,
    ...(orderBy ? { order_by: orderBy } : {}),
    date_range: [new Date(range.from).toISOString(), new Date(range.to).toISOString()],
  }
}
