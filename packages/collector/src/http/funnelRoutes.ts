import { maxBodyBytes } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import { readFunnel, type Funnel } from '../funnels/funnels.ts'
import type { VisitDesk } from '../funnels/visitDesk.ts'
import { writeFunnel, writeJourneys } from '../funnels/writeAnswer.ts'
import { parseObject } from '../parseObject.ts'
import type { Records } from '../records/records.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { orRefusal } from './queryRoute.ts'
import { readBody } from './readBody.ts'
import { refuseParameters } from './readFields.ts'
import { readJson } from './readJson.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

export interface FunnelRouteOptions {
  sites: Sites
  funnels: Records<Funnel>
  desk: VisitDesk
}

/**
 * What visits did one after the other. `POST /api/funnel` and `POST /api/journeys` count; site, range and filters are those
 * of `POST /api/v2/query`. `/api/funnels`: GET lists a site's saved ones, POST adds one, DELETE removes the one of `id`.
 */
export function addFunnelRoutes(routes: Routes, { sites, funnels, desk }: FunnelRouteOptions): void {
  routes.add('POST', '/api/funnel', 'token stats', (event) => answer(event, async (site, body) => json(writeFunnel(await desk.funnel(site, body), body['filters']))))
  routes.add('POST', '/api/journeys', 'token stats', (event) => answer(event, async (site, body) => json(writeJourneys(await desk.journeys(site, body), body['filters']))))

  routes.add('GET', '/api/funnels', 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    return site instanceof Response ? site : json({ site_id: site.id, funnels: await funnels.list(site.id) })
  })

  routes.add('POST', '/api/funnels', 'owner', async (event) => {
    const body = await readJson(event)
    const site = await siteNamed(sites, event, body?.['site_id'])
    if (site instanceof Response) return site
    const funnel = await orRefusal(Promise.resolve(body).then(readFunnel))
    if (funnel instanceof Response) return funnel
    try {
      return json({ site_id: site.id, ...(await funnels.add(site.id, funnel)) }, 201)
    } catch (error) {
      if (error instanceof RangeError) return failure(400, `name: ${error.message}`)
      throw error
    }
  })

  routes.add('DELETE', '/api/funnels', 'owner', async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'id'])
    if (refusal) return refusal
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const id = event.url.searchParams.get('id')
    if (id === null) return failure(400, 'id: is required, as GET /api/funnels lists it')
    return (await funnels.remove(site.id, id)) ? empty(204) : failure(404, 'id: there is no funnel of this id')
  })

  async function answer(event: H3Event, ask: (site: Site, body: Record<string, unknown>) => Promise<Response>): Promise<Response> {
    const read = await readBody(event)
    if (read === 'too large') return failure(413, `The body must be at most ${maxBodyBytes} bytes`, { connection: 'close' })
    const body = typeof read === 'string' ? undefined : parseObject(read.text)
    if (!body) return failure(400, 'The body must be a JSON object')
    const site = await siteNamed(sites, event, body['site_id'] ?? null)
    return site instanceof Response ? site : orRefusal(ask(site, body))
  }
}
