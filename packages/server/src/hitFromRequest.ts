import { clientHeaders, createId, openToken, type Client, type Hit } from '@treadlight/protocol'
import { definedOf } from './definedOf.ts'
import { withAttribution, type AttributionOverrides } from './withAttribution.ts'
import { clientAddress, createProxyTest, type IsTrusted } from './trustedProxies.ts'
import { cookieNames, readCookies } from './visitors.ts'

/** Fields of the hit to set by hand: '' is a value, undefined leaves what the request says (PV10). */
export type HitOverrides = { [Field in keyof Hit]?: Hit[Field] | undefined } & AttributionOverrides

export interface HitFromRequestOptions {
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** The peer's address, before any proxy header. Without it the hit is from no place, and from a visitor without a network. */
  address?: string | undefined
  /** Which peers may speak for visitors: see `trustProxies` of `createTracking`. @default loopback */
  isTrusted?: IsTrusted
  /** `https://shop.example`: what the site is called from outside, whatever the request says. */
  origin?: string | undefined
  /** Who is really there, when a member of staff is logged in as a user: there is no hit. */
  impersonator?: string | undefined
}

const trustsLoopback = createProxyTest()

/**
 * The pageview of a request that a server has answered (PV09): its absolute URL with query, an empty title, the Referer header,
 * the server's time, and what the collector would have seen had the visitor's browser sent it.
 *
 * `source`, `medium` and `campaign` have no field on the wire: they become the `utm_` parameters of the hit's URL, from which the
 * collector reads them, trimmed and in lower case. An id is made for the time of a `timestamp` that is set by hand, which has to be
 * of the last 8 days. A `url` set by hand may be a path of this site (AR08).
 *
 * @returns null where nothing may be counted: somebody is impersonated, also by a token in `user`, or the visitor has opted out (PV20)
 * @example
 * const hit = hitFromRequest(request, { title: 'Cart' })
 * if (hit) await sender.send(hit)
 */
export function hitFromRequest(request: Request, overrides: HitOverrides = {}, options: HitFromRequestOptions = {}): Hit | null {
  if (options.impersonator || isImpersonated(overrides.user) || hasOptedOut(request)) return null
  const { source, medium, campaign, ...fields } = overrides
  const time = options.now?.() ?? Date.now()
  const hit: Hit = {
    id: createId(timeOf(fields.timestamp) ?? time),
    type: 'pageview',
    url: publicUrl(request, options),
    title: '',
    referrer: request.headers.get('referer') ?? '',
    timestamp: new Date(time).toISOString(),
    client: clientOf(request, options),
    ...definedOf(fields),
  }
  return { ...hit, url: withAttribution(absolute(hit.url, request, options), { source, medium, campaign }) }
}

/** What the collector would have seen had the visitor's own browser sent the hit (SS26). */
export function clientOf({ headers }: Request, { address, isTrusted = trustsLoopback }: HitFromRequestOptions = {}): Client {
  const from = clientAddress(address, headers.get('x-forwarded-for'), isTrusted)
  const userAgent = headers.get('user-agent')
  const said = clientHeaders.flatMap((name) => (headers.get(name) === null ? [] : [[name, headers.get(name)!]]))
  return {
    ...(from ? { address: from } : {}),
    ...(userAgent === null ? {} : { userAgent }),
    ...(said.length > 0 ? { headers: Object.fromEntries(said) as Record<string, string> } : {}),
  }
}

/** The URL that the visitor's browser has asked for: behind a trusted proxy with the scheme and the host that the proxy was asked for. */
export function publicUrl({ url, headers }: Request, { address, isTrusted = trustsLoopback, origin }: HitFromRequestOptions = {}): string {
  if (origin !== undefined) return new URL(origin).origin + url.slice(new URL(url).origin.length)
  if (!isTrusted(address)) return url
  const [scheme, host] = [lastOf(headers.get('x-forwarded-proto')), lastOf(headers.get('x-forwarded-host'))]
  if (scheme === undefined && host === undefined) return url
  const given = new URL(url)
  const isScheme = scheme === 'http' || scheme === 'https'
  const isHost = host !== undefined && /^[\w.:[\]-]+$/.test(host)
  const known = `${isScheme ? scheme : given.protocol.slice(0, -1)}://${isHost ? host : given.host}${url.slice(given.origin.length)}`
  return URL.canParse(known) ? known : url
}

/** Whether the visitor has said no, by the cookie `treadlight-optout`. */
export function hasOptedOut(request: Request): boolean {
  return readCookies(request)[cookieNames.optOut] === '1'
}

function absolute(url: string, request: Request, options: HitFromRequestOptions): string {
  return url.startsWith('/') ? new URL(url, publicUrl(request, options)).href : url
}

/** Whoever has signed it: to believe too much here only costs who says it a hit of his own. */
function isImpersonated(token: string | undefined): boolean {
  return token !== undefined && openToken(token)?.claims.impersonator !== undefined
}

function timeOf(timestamp: string | undefined): number | undefined {
  const time = Date.parse(timestamp ?? '')
  return Number.isNaN(time) || time < 0 ? undefined : time
}

/** Proxies append: what the nearest one says stands last. */
function lastOf(list: string | null): string | undefined {
  return list?.split(',').at(-1)?.trim() || undefined
}
