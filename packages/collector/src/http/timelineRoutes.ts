import type { HitStore } from '@treadlight/store'
import type { H3Event } from 'h3'
import { readPerson, type Person } from '../persons/person.ts'
import { mostVisits, readPosition, readTimeline, usualVisits, type TimelineOptions } from '../persons/timeline.ts'
import type { Sites } from '../sites/sites.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteOfQuery } from './siteOfQuery.ts'

export interface TimelineRoutesOptions {
  store: Pick<HitStore, 'hits'>
  sites: Sites
}

/** `GET /api/timeline?site_id=…&user=…`, or `session` or `visitor`: a person's visits, newest first, and figures of all of them. */
export function addTimelineRoutes(routes: Routes, { store, sites }: TimelineRoutesOptions): void {
  routes.add('GET', '/api/timeline', 'token export', async (event) => {
    const asked = readRequest(event)
    if (typeof asked === 'string') return failure(400, asked)
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    return json({ site_id: site.id, person: asked.person, ...(await readTimeline(store, { site: site.id, ...asked })) })
  })
}

/** What is asked for; or what is wrong, beginning with the parameter. */
function readRequest({ url }: H3Event): (Omit<TimelineOptions, 'site'> & { person: Person }) | string {
  const given = Object.fromEntries(url.searchParams)
  const person = readPerson(given)
  if (typeof person === 'string') return person
  const { limit = String(usualVisits), after } = given
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostVisits) return `limit: must be a whole number from 1 to ${mostVisits}`
  const position = after === undefined ? undefined : readPosition(after)
  if (after !== undefined && position === undefined) return 'after: must be what the page before calls next'
  return { person, limit: Number(limit), after: position }
}
