import { excludedSentence, type Exclusions } from '../sites/exclusions.ts'
import type { Sites } from '../sites/sites.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

/**
 * `/api/exclusions`: paths and addresses whose hits are not stored. GET lists a site's, and says from which address one asks; POST adds
 * `{ path }` or `{ address }`; DELETE removes the one of `id`.
 */
export function addExclusionRoutes(routes: Routes, { sites, exclusions }: { sites: Sites; exclusions: Exclusions }): void {
  const path = '/api/exclusions'

  routes.add('GET', path, 'owner', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    return json({ site_id: site.id, exclusions: await exclusions.list(site.id), your_address: event.req.ip ?? '' })
  })

  routes.add('POST', path, 'owner', async (event) => {
    const body = await readFields(event, ['site_id', 'path', 'address'])
    if (body instanceof Response) return body
    const kinds = (['path', 'address'] as const).filter((kind) => body[kind] !== undefined)
    const [kind] = kinds
    if (kind === undefined || kinds.length > 1) return failure(400, 'path: give either path, such as /admin, or address, such as 203.0.113.7')
    const site = await siteNamed(sites, event, body['site_id'])
    if (site instanceof Response) return site
    const added = await exclusions.add(site.id, kind, body[kind])
    if (typeof added === 'string') return failure(400, added)
    await sites.reload()
    return json({ site_id: site.id, ...added, sentence: excludedSentence(site.id, added) }, 201)
  })

  routes.add('DELETE', path, 'owner', async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'id'])
    if (refusal) return refusal
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const id = event.url.searchParams.get('id')
    if (id === null) return failure(400, 'id: is required, as GET /api/exclusions lists it')
    const problem = await exclusions.remove(site.id, id)
    if (problem !== undefined) return failure(404, problem)
    await sites.reload()
    return empty(204)
  })
}
