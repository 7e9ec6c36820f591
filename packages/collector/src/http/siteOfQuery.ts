import type { H3Event } from 'h3'
import type { Site, Sites } from '../sites/sites.ts'
import { quote } from '../stats/oneOf.ts'
import { failure } from './respond.ts'

/** The site that a request asks for by `site_id`, by default the default one; or the answer that there is none of that name. */
export function siteOfQuery(sites: Sites, event: H3Event): Promise<Site | Response> {
  return siteNamed(sites, event.url.searchParams.get('site_id') ?? undefined)
}

/** The same for a `site_id` of a body. */
export async function siteNamed(sites: Sites, name: unknown): Promise<Site | Response> {
  const all = await sites.list()
  if (name === undefined) return all[0]!
  const site = typeof name === 'string' ? await sites.named(name) : undefined
  return site ?? failure(400, noSuchSite(name, all))
}

/** What is wrong with a `site_id`. */
function noSuchSite(name: unknown, sites: readonly Site[]): string {
  const what = name === null ? 'is required' : `${quote(name)} is unknown`
  return `site_id: ${what}; it must be ${sites.length > 1 ? 'one of ' : ''}${sites.map(({ id }) => `"${id}"`).join(', ')}, or a host of such a site`
}
