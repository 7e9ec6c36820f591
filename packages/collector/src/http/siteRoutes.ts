import type { Sites } from '../sites/sites.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /api/sites`: what can be asked about, the default site first. @param version the collector's */
export function addSiteRoutes(routes: Routes, { sites, version }: { sites: Sites; version: string }): void {
  routes.add('GET', '/api/sites', 'token stats', async () => {
    const all = await sites.list()
    return json({ sites: all.map(({ id, timezone, hosts }) => ({ id, timezone, hosts })), version })
  })
}
