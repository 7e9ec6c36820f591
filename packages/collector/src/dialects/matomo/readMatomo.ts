import type { Refusal } from '@treadlight/protocol'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { textOf } from '../textOf.ts'
import { matomoAction } from './matomoAction.ts'
import { matomoProps } from './matomoProps.ts'

/** Of visitors, sixteen digits. */
const visitorId = /^[0-9a-f]{16}$/i
const dateTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/

/**
 * The hit of one tracking request; none where it says itself that there is nothing to count.
 *
 * @param referer of the request: the page's address for images that say none
 */
export function readMatomo(params: URLSearchParams, referer: string): DialectHit[] | Refusal {
  const say = (name: string): string | undefined => textOf(params.get(name))
  const site = say('idsite')
  if (site === undefined) return { field: 'idsite', reason: 'is required' }
  if (say('rec') !== '1') return { field: 'rec', reason: 'must be 1' }
  const time = readTime(say('cdt'), say('cdo'))
  if (time === undefined) return { field: 'cdt', reason: 'must be a number of seconds since 1970, or YYYY-MM-DD HH:MM:SS in UTC' }
  const action = matomoAction(params)
  if (action === undefined) return []
  const { props, ...others } = action
  const all = { ...matomoProps(params), ...props }
  const described = definedOf({
    referrer: say('urlref'),
    screen: say('res'),
    language: say('lang')?.split(/[,;]/)[0],
    session: [say('cid'), say('_id')].find((id) => id !== undefined && visitorId.test(id))?.toLowerCase(),
    viewKey: say('pv_id'),
    user: say('uid'),
    client: clientOf(say),
    props: Object.keys(all).length === 0 ? undefined : all,
    ...time,
  })
  return [{ site, url: pageOf(say, referer), ...others, ...described }]
}

/** Of a click on a link some clients name what it leads to as the page too, as Matomo's documentation has it. */
function pageOf(say: (name: string) => string | undefined, referer: string): string {
  const [url, target] = [say('url'), say('link') ?? say('download')]
  if (url !== undefined && url !== target) return url
  if (target !== undefined) return say('urlref') ?? textOf(referer) ?? '/'
  return (say('urlref') === undefined ? textOf(referer) : undefined) ?? '/'
}

function clientOf(say: (name: string) => string | undefined): DialectHit['client'] {
  const client = definedOf({ address: say('cip'), userAgent: say('ua'), language: say('lang') })
  return client.address === undefined && client.userAgent === undefined ? undefined : client
}

/** `cdt` says when it was, `cdo` how many seconds before that, or before now; undefined where one cannot be read. */
function readTime(said: string | undefined, offset: string | undefined): { time?: number; ago?: number } | undefined {
  const before = Number(offset ?? 0) * 1000
  if (Number.isNaN(before)) return undefined
  if (said === undefined) return offset === undefined ? {} : { ago: before }
  const time = readMoment(said) - before
  return Number.isNaN(time) ? undefined : { time }
}

/** ms since 1970, of seconds since then or of a date and time in UTC; NaN for everything else. */
function readMoment(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000
  return dateTime.test(text) ? Date.parse(`${text.replace(' ', 'T')}Z`) : NaN
}
