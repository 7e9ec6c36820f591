import type { H3Event } from 'h3'
import type { Site, Sites } from '../sites/sites.ts'
import { quote } from '../stats/oneOf.ts'
import { visibleSites } from './access.ts'
import { failure } from './respond.ts'

/**
 * The site that a request asks for by `site_id`, by default the first that who asks may see; or the answer that there is none
 * of that name.
 */
export function siteOfQuery(sites: Sites, event: H3Event): Promise<Site | Response> {
  return siteNamed(sites, event, event.url.searchParams.get('site_id') ?? undefined)
}

/** The same for a `site_id` of a body. Sites that who asks may not see are as if they were not there. */
export async function siteNamed(sites: Sites, event: H3Event, name: unknown): Promise<Site | Response> {
  const visible = visibleSites(event, await sites.list())
  if (name === undefined && visible[0] !== undefined) return visible[0]
  const named = typeof name === 'string' ? await sites.named(name) : undefined
  const site = visible.find(({ id }) => id === named?.id)
  return site === undefined ? failure(400, noSuchSite(name, visible)) : named!
}

/** What is wrong with a `site_id`. */
function noSuchSite(name: unknown, sites: readonly Site[]): string {
  if (sites.length === 0) return 'site_id: there is no site any more that you may see'
  const what = name === null ? 'is required' : `${quote(name)} is unknown`
  return `site_id: ${what}; it must be ${sites.length > 1 ? 'one of ' : ''}${sites.map(({ id }) => `"${id}"`).join(', ')}, or a host of such a site`
}
