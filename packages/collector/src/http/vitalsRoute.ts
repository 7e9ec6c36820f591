import type { HitStore } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Sites } from '../sites/sites.ts'
import { QueryError } from '../stats/oneOf.ts'
import type { StatsDesk } from '../stats/statsDesk.ts'
import { answerVitals } from '../vitals/answerVitals.ts'
import { orRefusal } from './queryRoute.ts'
import { readJson } from './readJson.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed } from './siteOfQuery.ts'

export interface VitalsRouteOptions {
  sites: Sites
  desk: StatsDesk
  store: HitStore
  failures: Failures
}

/** `POST /api/vitals { site_id, date_range, filters, by, limit }`: percentiles and shares of the web vitals that were sent. */
export function addVitalsRoute(routes: Routes, { sites, desk, store, failures }: VitalsRouteOptions): void {
  routes.add('POST', '/api/vitals', 'token stats', async (event) => {
    const body = await readJson(event)
    if (!body) return failure(400, 'The body must be a JSON object')
    const site = await siteNamed(sites, event, body['site_id'])
    if (site instanceof Response) return site
    const answer = await orRefusal(failures.watch('queries', () => answerVitals(desk, store, site, body), (error) => !(error instanceof QueryError)))
    return answer instanceof Response ? answer : json(answer)
  })
}
