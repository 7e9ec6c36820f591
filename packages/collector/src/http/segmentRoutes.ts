import { readSegment } from '../segments/readSegment.ts'
import { conflictOf, removalOf, type Segments } from '../segments/segments.ts'
import type { Sites } from '../sites/sites.ts'
import { accessOf } from './access.ts'
import { addRecordRoutes } from './recordRoutes.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

/**
 * `/api/segments`: filters under a name, which queries ask for as `["is", "segment", ["ID or name"]]`. Share links see none:
 * what owners call their customers is nobody else's to read.
 */
export function addSegmentRoutes(routes: Routes, { sites, segments }: { sites: Sites; segments: Segments }): void {
  const path = '/api/segments'

  routes.add('GET', path, 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    return json({ site_id: site.id, segments: accessOf(event).kind === 'share' ? [] : await segments.list(site.id) })
  })

  addRecordRoutes(routes, {
    path,
    guard: 'owner',
    sites,
    records: segments,
    fields: ['name', 'filters'],
    read: ({ name, filters }) => readSegment(name, filters),
    conflict: conflictOf,
    describeRemoval: removalOf,
  })
}
