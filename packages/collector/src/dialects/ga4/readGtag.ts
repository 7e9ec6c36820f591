import type { Refusal } from '@treadlight/protocol'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { numberOf, textOf } from '../textOf.ts'
import { hitsOfGa4Event } from './ga4Event.ts'

/**
 * The hits that `gtag.js` tells: what all events share is in the query; the event is there too, or each is a line of the body.
 */
export function readGtag(query: URLSearchParams, body: string): (DialectHit[] | Refusal)[] {
  const lines = body.split(/\r?\n/).filter((line) => line !== '')
  return (lines.length === 0 ? [''] : lines).map((line) => readEvent(new URLSearchParams([...new URLSearchParams(line), ...query])))
}

/** Of a parameter that is there twice the first counts: the line's own. */
function readEvent(params: URLSearchParams): DialectHit[] | Refusal {
  const say = (name: string): string | undefined => textOf(params.get(name))
  if (say('v') !== '2') return { field: 'v', reason: 'must be 2' }
  const missing = ['tid', 'cid', 'en'].find((name) => say(name) === undefined)
  if (missing !== undefined) return { field: missing, reason: 'is required' }
  const shared = definedOf({
    language: say('ul'),
    screen: say('sr'),
    user: say('uid'),
    viewKey: viewKeyOf(say('_p'), say('dl')),
    // What the visitor denies Google is denied to all others, too.
    forwarding: /^G1[01-]0/.test(say('gcs') ?? '') ? false : undefined,
  })
  const hits = hitsOfGa4Event(say('en')!, readParams(params, say))
  return hits.map((hit) => ({ site: say('tid')!, session: say('cid')!, ...shared, ...hit }))
}

/** A page load has a number; in an application with several pages their URLs tell them apart. */
function viewKeyOf(load: string | undefined, url = ''): string | undefined {
  return load === undefined ? undefined : `${load} ${url.replace(/#.*$/s, '')}`
}

/** An event's parameters, `ep.` for texts and `epn.` for numbers, with those that have short names of their own. */
function readParams(params: URLSearchParams, say: (name: string) => string | undefined): Record<string, unknown> {
  const given = [...params].reverse().flatMap(([name, value]) => {
    const [, kind, key] = /^(epn?)\.(.+)$/s.exec(name) ?? []
    return key === undefined ? [] : [[key, kind === 'epn' ? numberOf(value) : value] as const]
  })
  const items = new Set([...params.keys()].filter((name) => /^pr\d{1,3}$/.test(name))).size
  return definedOf({
    ...Object.fromEntries(given),
    page_location: say('dl'),
    page_title: say('dt'),
    page_referrer: say('dr'),
    engagement_time_msec: say('_et'),
    currency: say('cu'),
    items: items > 0 ? items : undefined,
  })
}
