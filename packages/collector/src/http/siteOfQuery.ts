import type { H3Event } from 'h3'
import type { Site, Sites } from '../sites/sites.ts'
import { failure } from './respond.ts'

/** The site that a request asks for by `site_id`, by default the default one; or the answer that there is none of that name. */
export async function siteOfQuery(sites: Sites, event: H3Event): Promise<Site | Response> {
  const all = await sites.list()
  const wanted = event.url.searchParams.get('site_id')
  const site = wanted === null ? all[0] : all.find(({ id }) => id === wanted)
  return site ?? failure(400, noSuchSite(all))
}

/** What is wrong with a `site_id`. */
export function noSuchSite(sites: readonly Site[]): string {
  return `site_id: must be ${sites.length > 1 ? 'one of ' : ''}${sites.map(({ id }) => `"${id}"`).join(', ')}`
}
