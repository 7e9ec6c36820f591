import type { HitStore, Query, QueryResult } from '@treadlight/store'
import type { H3 } from 'h3'
import type { Failures } from '../failures.ts'
import { labelsOf, QueryError, readQuery, type StatsRequest } from '../stats/readQuery.ts'
import { readJson, type Guard } from './adminRoutes.ts'
import { failure, json } from './respond.ts'

export interface StatsRoutesOptions {
  store: HitStore
  site: string
  timezone: string
  version: string
  now: () => number
  guard: Guard
  failures: Failures
}

/** How far back somebody counts as here now: 5 minutes in ms, as Plausible and Umami have it. */
const realtimeWindow = 5 * 60_000

/** What the dashboard and others read: the shapes of Plausible's Stats API. */
export function addStatsRoutes(app: H3, { store, site, timezone, version, now, guard, failures }: StatsRoutesOptions): void {
  app.get('/api/sites', async (event) => (await guard(event)) ?? json({ sites: [{ id: site, timezone }], version }))

  app.post('/api/v2/query', async (event) => {
    const refused = await guard(event)
    if (refused) return refused
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

  app.get('/api/v1/stats/realtime/visitors', async (event) => {
    const refused = await guard(event)
    if (refused) return refused
    const wanted = event.url.searchParams.get('site_id')
    if (wanted !== site) return failure(400, `site_id: must be "${site}"`)
    const to = now() + 1
    const query: Query = { site, timezone, range: { from: to - realtimeWindow, to }, metrics: ['visitors'] }
    const { rows } = await failures.watch('queries', () => store.query(query))
    return json(rows[0]?.metrics[0] ?? 0)
  })

  async function answer(body: Record<string, unknown> | undefined): Promise<QueryResult & { request: StatsRequest }> {
    const request = await readQuery(body, { site, timezone, now: now(), firstHit })
    return { request, ...(await store.query(request.query)) }
  }

  async function firstHit(): Promise<number | undefined> {
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
