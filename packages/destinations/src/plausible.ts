import { classifyStatus, defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, ForwardedHit, Verdict } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { assertGiven, assertNotEmpty, commonOf } from './options.ts'
import { siteIdOf, type SiteIds } from './siteIds.ts'

export interface PlausibleOptions extends CommonOptions {
  /** Where it is. @default 'https://plausible.io' */
  url?: string
  /** The site as Plausible calls it, mostly its domain; or one for each of our sites. */
  domain: SiteIds
  /** Sent as a bearer. Plausible asks for none; a collector of ours believes the visitor's address with one of scope `hits` only. */
  token?: string
}

/** One event with the visitor's side of the request, which Plausible reads from its headers. */
export interface PlausibleEvent {
  headers: Record<string, string>
  body: Record<string, unknown>
}

/**
 * Plausible, hosted or one's own, by its events API. It counts a hit when it comes, whatever it says of its time, so what has
 * waited for more than an hour (`maxAge`) is not sent: it would count on another day. Nor does it know ids: a hit sent twice because
 * an answer was lost counts twice.
 *
 * It tells visitors apart by address and user agent. Of the address it gets the network only, so that two visitors of one network with
 * the same browser are one. Where a hit has no user agent (a server's own, and what was found again after a crash) our hash of the
 * visitor takes its place.
 *
 * @see https://plausible.io/docs/events-api
 */
export function plausible({ url = 'https://plausible.io', domain, token, ...options }: PlausibleOptions): Destination<PlausibleEvent> {
  assertGiven('plausible', 'domain', domain, 'one for all sites, or an object with one for each of yours')
  assertNotEmpty('plausible', 'token', token)
  const endpoint = endpointOf('plausible', url, '/api/event')
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return defineDestination<PlausibleEvent>({
    name: 'plausible',
    maxAge: 3_600_000,
    secrets: token === undefined ? [] : [token],
    ...commonOf('plausible', options),
    map(hit) {
      const site = siteIdOf(domain, hit)
      const body = site === undefined ? undefined : bodyOf(hit, site)
      return body && { headers: headersOf(hit), body }
    },
    batch: (events) =>
      events.map(({ headers, body }, index) => ({ request: { url: endpoint, headers: { ...headers, ...bearer }, body: JSON.stringify(body) }, indexes: [index] })),
    classify: classifyPlausible,
  })
}

/** What is dropped by its rules (robots, shields, no such site) it takes with 202, and says so in a header. */
function classifyPlausible(answer: DestinationAnswer): Verdict {
  const verdict = classifyStatus(answer)
  if (verdict.kind !== 'sent' || Number(answer.header('x-plausible-dropped')) === 0) return verdict
  return { kind: 'dead', reason: 'dropped by Plausible: a robot, a shield, no such site, or engagement of nobody it knows' }
}

function headersOf({ address, userAgent, visitor }: ForwardedHit): Record<string, string> {
  return {
    'content-type': 'application/json',
    // In a header anything else would keep the request from being made.
    'user-agent': userAgent?.replace(/[^ -~]/g, '?') || `Mozilla/5.0 Treadlight/${visitor || 0}`,
    ...(address && { 'x-forwarded-for': address }),
  }
}

function bodyOf(hit: ForwardedHit, domain: string): Record<string, unknown> | undefined {
  const { type, name, url, referrer, props, revenue, interactive } = hit
  if (type === 'engagement') return engagementOf(hit, domain)
  return {
    name: type === 'pageview' ? 'pageview' : name,
    url,
    domain,
    ...(referrer && { referrer }),
    ...(props && { props }),
    ...(revenue && { revenue }),
    ...(interactive === false && { interactive }),
  }
}

/** One without a number is answered with 400. */
function engagementOf({ url, engaged, engagedDelta: time = engaged, scroll }: ForwardedHit, domain: string): Record<string, unknown> | undefined {
  if (time === undefined && scroll === undefined) return undefined
  return { name: 'engagement', url, domain, ...(time !== undefined && { e: Math.round(time) }), ...(scroll !== undefined && { sd: Math.round(scroll) }) }
}
