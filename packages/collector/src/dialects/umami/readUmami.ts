import type { Refusal } from '@treadlight/protocol'
import { readHost } from '../../enrich/hosts.ts'
import { isObject } from '../../isObject.ts'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { isAbsolute, pageUrl } from '../pageUrl.ts'
import { propsOf } from '../propsOf.ts'
import { numberOf, revenueOf, textOf } from '../textOf.ts'
import { vitalHits } from './vitalHits.ts'

/**
 * The hits of one `{ type, payload }` of Umami 2 and 3: one for `event`, one for each value of `performance`, none for
 * `identify`, whose `id` comes with every hit that follows.
 *
 * @param origin of the page, for clients that name neither a host nor a whole URL; '' where nobody says it
 */
export function readUmami(body: unknown, origin: string): DialectHit[] | Refusal {
  if (!isObject(body)) return { field: 'body', reason: 'must be an object' }
  const { type, payload } = body
  if (!isObject(payload)) return { field: 'payload', reason: 'must be an object' }
  const site = textOf(payload['website'])
  if (site === undefined) return { field: 'website', reason: 'is required' }
  const time = numberOf(payload['timestamp'])
  if (time === undefined && payload['timestamp'] !== undefined) return { field: 'timestamp', reason: 'must be a number of seconds since 1970' }
  if (type === 'identify') return []
  const view = readView(payload, site, origin)
  if (type === 'event') return [{ ...view, ...readEvent(payload) }]
  return type === 'performance' ? vitalHits(view, payload) : { field: 'type', reason: 'must be one of event, identify, performance' }
}

/** What every hit of a page says. */
function readView(payload: Record<string, unknown>, site: string, origin: string): DialectHit {
  const { title, screen, language, id, ip, userAgent, timestamp, referrer } = payload
  const host = readHost(textOf(payload['hostname']) ?? '')
  const base = host === undefined ? origin : `https://${host}`
  const time = numberOf(timestamp)
  const described = definedOf({
    title: textOf(title),
    referrer: fullReferrer(textOf(referrer), base),
    screen: textOf(screen),
    language: textOf(language),
    time: time === undefined ? undefined : time * 1000,
    user: textOf(id),
    client: ip === undefined && userAgent === undefined ? undefined : definedOf({ address: textOf(ip), userAgent: textOf(userAgent) }),
  })
  return { site, type: 'pageview', url: withHost(pageUrl(textOf(payload['url']) ?? '/', base), host), ...described }
}

function readEvent({ name, data, tag }: Record<string, unknown>): Partial<DialectHit> {
  const revenue = isObject(data) ? revenueOf(data['revenue'], data['currency']) : undefined
  const { revenue: _, currency: __, ...others } = isObject(data) ? data : {}
  const said = revenue === undefined ? data : others
  const props = propsOf(textOf(tag) === undefined ? said : { tag, ...(isObject(said) && said) })
  return definedOf({ type: textOf(name) === undefined ? ('pageview' as const) : ('event' as const), name: textOf(name), props, revenue })
}

/** Umami's `hostname` counts before the host of `url`; the port is the URL's. */
function withHost(text: string, host: string | undefined): string {
  if (host === undefined || !isAbsolute(text) || !URL.canParse(text)) return text
  const url = new URL(text)
  if (url.hostname === host) return text
  url.hostname = host
  return url.href
}

/** A referrer may be a path of the site. */
function fullReferrer(referrer: string | undefined, base: string): string | undefined {
  return referrer?.startsWith('/') && base !== '' ? pageUrl(referrer, base) : referrer
}
