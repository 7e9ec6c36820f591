import { annotationsOf, removalOf, type Annotations } from '../annotations/annotations.ts'
import { readAnnotation } from '../annotations/readAnnotation.ts'
import type { Sites } from '../sites/sites.ts'
import { resolveDateRange } from '../stats/dateRange.ts'
import { rangeProblem } from '../stats/rangeProblem.ts'
import { accessOf } from './access.ts'
import { addRecordRoutes } from './recordRoutes.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface AnnotationRoutesOptions {
  sites: Sites
  annotations: Annotations
  /** ms since 1970. */
  now: () => number
}

/**
 * `/api/annotations`: what happened to a site. GET lists what it has, of a `date_range` where one is named: by name, or by two
 * days or moments with a comma between. Share links see no addresses: these may be of systems that are nobody else's.
 */
export function addAnnotationRoutes(routes: Routes, { sites, annotations, now }: AnnotationRoutesOptions): void {
  const path = '/api/annotations'

  routes.add('GET', path, 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const named = event.url.searchParams.get('date_range') ?? 'all'
    const wanted = named.includes(',') ? named.split(',') : named
    // Everything, what is still to come included.
    const range = wanted === 'all' ? undefined : resolveDateRange(wanted, site.timezone, now())
    if (wanted !== 'all' && !range) return failure(400, `date_range: ${rangeProblem(wanted)}`)
    const found = annotationsOf(await annotations.list(site.id), site.timezone, range)
    const isShare = accessOf(event).kind === 'share'
    return json({ site_id: site.id, annotations: isShare ? found.map(({ link: _, ...rest }) => rest) : found })
  })

  addRecordRoutes(routes, {
    path,
    guard: 'token annotations',
    sites,
    records: annotations,
    fields: ['time', 'text', 'link'],
    read: (body, { timezone }) => readAnnotation(body, timezone, now()),
    describeRemoval: removalOf,
  })
}
