import type { HitStore } from '@treadlight/store'
import { readPerson } from '../persons/person.ts'
import type { Sites } from '../sites/sites.ts'
import { accessOf } from './access.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface CardRoutesOptions {
  store: Pick<HitStore, 'hits'>
  sites: Sites
}

/** Views that a card shows. */
const shown = 50

/** How long browsers need not ask again whether they may ask, seconds. */
const preflightAge = 7200

/**
 * `GET /api/card?site_id=…&user=…`: the newest views of a user (PV29), for pages of any origin that have a token of scope `card`, or a
 * pass that such a token has signed for the user: then the pass says whose.
 */
export function addCardRoutes(routes: Routes, { store, sites }: CardRoutesOptions): void {
  routes.add('OPTIONS', '/api/card', 'public', () => empty(204, { 'access-control-allow-headers': 'authorization', 'access-control-allow-methods': 'GET', 'access-control-max-age': String(preflightAge) }), { anyOrigin: true })

  routes.add(
    'GET',
    '/api/card',
    'token card',
    async (event) => {
      const { user: only } = accessOf(event)
      const asked = event.url.searchParams.get('user') ?? only
      const person = readPerson({ user: asked })
      if (typeof person === 'string') return failure(400, 'user: needs the id of a user')
      if (only !== undefined && asked !== only) return failure(403, 'user: this pass is for another one')
      const site = await siteOfQuery(sites, event)
      if (site instanceof Response) return site
      const views: object[] = []
      for await (const { id, time, url, title } of store.hits({ site: site.id, ...person, type: 'pageview', limit: shown })) views.push({ id, time: new Date(time).toISOString(), url, title })
      return json({ site_id: site.id, user: asked, views })
    },
    { anyOrigin: true },
  )
}
