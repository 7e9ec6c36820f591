import { addQuery } from '../addQuery.ts'
import { isAbsolute, pageUrl } from '../pageUrl.ts'

/** What a campaign is called in URLs, by the parameters that say it beside one: attribution reads these. */
const campaign: Record<string, string> = {
  cs: 'utm_source',
  cm: 'utm_medium',
  cn: 'utm_campaign',
  ck: 'utm_term',
  cc: 'utm_content',
  ci: 'utm_id',
  gclid: 'gclid',
  dclid: 'dclid',
}

/**
 * The page of a hit: `dh` and `dp` beat what `dl` says of host and path (the protocol's rule); a screen is a page of its name. Without
 * a host it is a path, of the site's own host.
 */
export function universalUrl(say: (name: string) => string | undefined): string {
  const location = say('dl')
  const screen = say('cd')
  const host = say('dh')
  // Google has no `p`: the package `universal-analytics` calls the page of an event so.
  const path = say('dp') ?? say('p') ?? (screen !== undefined && location === undefined ? `/${encodeURIComponent(screen.toWellFormed())}` : undefined)
  const said = Object.entries(campaign).map(([name, parameter]) => [parameter, say(name)] as const)
  return addQuery(locate(location, isHost(host) ? host : undefined, path), Object.fromEntries(said))
}

function isHost(text: string | undefined): boolean {
  return text !== undefined && /^[^\s/?#@\\]+$/.test(text) && URL.canParse(`https://${text}`)
}

function locate(location: string | undefined, host: string | undefined, path: string | undefined): string {
  if (location === undefined) return joined(path ?? '/', host === undefined ? '' : `https://${host}`)
  // As it came where nothing beats it: what is no URL is refused with the hit.
  if ((host === undefined && path === undefined) || !isAbsolute(location) || !URL.canParse(location)) return location
  const url = new URL(location)
  if (host !== undefined) url.host = host
  return path === undefined ? url.href : joined(path, url.origin)
}

/** A path is one, also where it looks like a URL: `dp=https://other.example` is no other page. */
function joined(path: string, origin: string): string {
  return pageUrl(path.startsWith('/') ? path : `/${path}`, origin)
}
