import type { HitStore } from '@treadlight/store'
import { findPropKeys } from '../stats/propKeys.ts'
import type { Sites } from '../sites/sites.ts'
import { rangeOfQuery } from './rangeOfQuery.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface PropRouteOptions {
  store: HitStore
  sites: Sites
  /** ms since 1970. */
  now: () => number
}

/**
 * `GET /api/props?site_id=&date_range=30d&name=signup`: the keys of the props that events carry, to ask for
 * `event:props:KEY` by `POST /api/v2/query`. `date_range` is one of its names, or two days with a comma between them.
 */
export function addPropRoute(routes: Routes, { store, sites, now }: PropRouteOptions): void {
  routes.add('GET', '/api/props', 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const range = rangeOfQuery(event, site, now())
    if (range instanceof Response) return range
    const name = event.url.searchParams.get('name')
    return json({ site_id: site.id, ...(await findPropKeys(store, { site: site.id, range, ...(name !== null && { name }) })) })
  })
}
