import type { RetentionPolicy } from '@treadlight/store'
import type { Site, Sites } from '../sites/sites.ts'
import { accessOf, visibleSites } from './access.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface SiteRoutesOptions {
  sites: Sites
  /** The collector's. */
  version: string
  retention: RetentionPolicy
}

const day = 86_400_000

/** `GET /api/sites`: what can be asked about, the default site first, who asks, and for how many days hits are kept. */
export function addSiteRoutes(routes: Routes, { sites, version, retention: { anonymous, authenticated } }: SiteRoutesOptions): void {
  const retention = { anonymous: anonymous / day, authenticated: authenticated / day }
  routes.add('GET', '/api/sites', 'token stats', async (event) => {
    const visible = visibleSites(event, await sites.list())
    const { kind, name, role } = accessOf(event)
    // What an owner calls a link is not meant for those who get it.
    const access = { kind, name: kind === 'share' ? '' : name, role }
    return json({ sites: visible.map(describe), access, version, retention })
  })
}

/** Whoever reads numbers that are made up is told so. */
function describe({ id, timezone, hosts, demo }: Site): object {
  return { id, timezone, hosts, ...(demo && { demo: { from: demo.from, to: demo.to, is_filled: demo.hits !== undefined } }) }
}
