import type { RetentionPolicy } from '@treadlight/store'
import type { Sites } from '../sites/sites.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface SiteRoutesOptions {
  sites: Sites
  /** The collector's. */
  version: string
  retention: RetentionPolicy
}

const day = 86_400_000

/** `GET /api/sites`: what can be asked about, the default site first, and for how many days hits are kept. */
export function addSiteRoutes(routes: Routes, { sites, version, retention: { anonymous, authenticated } }: SiteRoutesOptions): void {
  const retention = { anonymous: anonymous / day, authenticated: authenticated / day }
  routes.add('GET', '/api/sites', 'token stats', async () => {
    const all = await sites.list()
    return json({ sites: all.map(({ id, timezone, hosts }) => ({ id, timezone, hosts })), version, retention })
  })
}
