import type { HitDesk } from '../explorer/hitDesk.ts'
import type { Sites } from '../sites/sites.ts'
import { quote } from '../stats/oneOf.ts'
import { orRefusal } from './queryRoute.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

/**
 * `GET /api/hits?site_id=…&page=1&page_size=20&search=…&order_by=-timestamp&…`: a page of a site's hits, searched, filtered
 * and ordered (PV24–PV28). `GET /api/hits/ID`: one of them with all its fields.
 */
export function addExplorerRoutes(routes: Routes, { sites, desk }: { sites: Sites; desk: HitDesk }): void {
  routes.add('GET', '/api/hits', 'token export', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const answer = await orRefusal(desk.page(site, Object.fromEntries(event.url.searchParams)))
    return answer instanceof Response ? answer : json(answer)
  })

  routes.add('GET', '/api/hits/:id', 'token export', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const id = decodeURIComponent(event.context.params?.['id'] ?? '')
    const hit = await desk.find(site, id)
    return hit === undefined ? failure(404, `id: there is no hit ${quote(id)} on the site ${site.id}; it may have been erased or pruned`) : json({ site_id: site.id, hit })
  })
}
