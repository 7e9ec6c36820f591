import { cutText, type PropValue } from '@treadlight/protocol'
import { classifyStatus, defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, ForwardedHit, MapContext, Verdict } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { hexIdOf } from './hexIdOf.ts'
import { assertGiven, assertNotEmpty, commonOf } from './options.ts'
import { packTexts } from './packTexts.ts'
import { parseAnswer } from './parseAnswer.ts'
import { siteIdOf, type SiteIds } from './siteIds.ts'

export interface MatomoOptions extends CommonOptions {
  /** Where it is: the folder that holds `matomo.php`. */
  url: string
  /** The site's number; or one for each of our sites. */
  idsite: SiteIds<number>
  /**
   * `token_auth` of somebody with write access. Without it Matomo believes neither the address nor the place, nor a time of more than
   * a day ago, and does not say which of several hits it refused: so each goes by itself then, and a day old ones are dead letters.
   */
  token?: string
  /** Which custom dimension holds a property, by the property's name. All others go as custom variables. */
  dimensions?: Readonly<Record<string, number>>
  /** What events are of, in reports, that have no property `category` of their own; `label` and `value` are the event's too. @default 'Treadlight' */
  eventCategory?: string
}

const day = 86_400_000

/** Matomo knows so many custom variables of an action, of so many characters each. */
const maxVariables = 5
const maxVariableLength = 200

/**
 * Matomo, hosted or one's own, by its bulk tracking API: pageviews, events, orders for events with revenue, and heartbeats for
 * engagement, all at the time they happened. An order has the hit's id, by which Matomo knows it when it comes again; of all else a hit
 * sent twice because an answer was lost counts twice.
 *
 * @see https://developer.matomo.org/api-reference/tracking-api
 */
export function matomo({ url, idsite, token, dimensions = {}, eventCategory = 'Treadlight', ...options }: MatomoOptions): Destination<string> {
  assertGiven('matomo', 'idsite', idsite, 'one for all sites, or an object with one for each of yours')
  assertNotEmpty('matomo', 'token', token)
  const endpoint = endpointOf('matomo', url, '/matomo.php')
  return defineDestination<string>({
    name: 'matomo',
    ...(token === undefined ? { maxAge: day } : { secrets: [token] }),
    ...commonOf('matomo', options),
    map(hit, context) {
      const site = siteIdOf(idsite, hit)
      if (site === undefined) return undefined
      const known = { ...visitOf(hit, context, token !== undefined), ...(token !== undefined && placeOf(hit)) }
      return `?${new URLSearchParams({ idsite: String(site), rec: '1', apiv: '1', ...known, ...actionOf(hit, eventCategory), ...propsOf(hit, dimensions) })}`
    },
    batch: (items) =>
      packTexts(items, (requests) => ({ url: endpoint, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ requests, ...(token !== undefined && { token_auth: token }) }) }), {
        maxItems: token === undefined ? 1 : 100,
      }),
    classify: classifyBulk,
  })
}

/** Who, where and when. */
function visitOf({ id, url, referrer, time, view, visitor, session, user, screen, language, userAgent }: ForwardedHit, { now }: MapContext, isTrusted: boolean): Record<string, string> {
  const cid = hexIdOf(visitor || session || user)
  return {
    url,
    rand: id,
    ...(referrer && { urlref: referrer }),
    ...(cid && { cid }),
    ...(user && { uid: user }),
    // Six characters of the view's random part.
    ...(view && { pv_id: view.slice(-6) }),
    ...(screen && { res: screen }),
    ...(language && { lang: language }),
    ...(userAgent && { ua: userAgent }),
    // To be of more than a day ago is for those with a token to say; without one the request would be refused.
    ...((isTrusted || now - time < day) && { cdt: String(Math.floor(time / 1000)) }),
  }
}

function placeOf({ address, country, region, city }: ForwardedHit): Record<string, string> {
  return {
    ...(address && { cip: address }),
    ...(country && { country: country.toLowerCase() }),
    // The country is said already.
    ...(region && { region: region.replace(/^[A-Z]{2}-/, '') }),
    ...(city && { city }),
  }
}

function actionOf({ id, type, title, name = '', props = {}, revenue }: ForwardedHit, eventCategory: string): Record<string, string> {
  if (type === 'engagement') return { ping: '1' }
  if (type === 'pageview') return title ? { action_name: title } : {}
  const { category = eventCategory, label, value } = props
  const event = { e_c: String(category), e_a: name, ...(label !== undefined && { e_n: String(label) }), ...(typeof value === 'number' && { e_v: String(value) }) }
  // Of an order Matomo reads no event, and no currency: it is for who reads its log of requests, and for other collectors.
  return revenue ? { ...event, idgoal: '0', ec_id: id, revenue: revenue.amount, currency: revenue.currency } : { ...event, ca: '1' }
}

/** Whether a property is said in the words of Matomo's events. */
function isOfEvent(key: string, value: PropValue): boolean {
  return key === 'category' || key === 'label' || (key === 'value' && typeof value === 'number')
}

function propsOf({ type, props = {} }: ForwardedHit, dimensions: Readonly<Record<string, number>>): Record<string, string> {
  const isDimension = (key: string): boolean => Object.hasOwn(dimensions, key)
  const entries = Object.entries(props)
  const own = entries.filter(([key]) => isDimension(key)).map(([key, value]) => [`dimension${dimensions[key]}`, String(value)])
  const variables = entries.filter(([key, value]) => !isDimension(key) && !(type === 'event' && isOfEvent(key, value))).slice(0, maxVariables)
  const cvar = variables.map(([key, value], index) => [index + 1, [key, String(value)].map((text) => cutText(text, maxVariableLength))])
  return { ...Object.fromEntries(own), ...(cvar.length > 0 && { cvar: JSON.stringify(Object.fromEntries(cvar)) }) }
}

/** `{ status, tracked, invalid, invalid_indices }`; the indices only where the token was right. */
function classifyBulk(answer: DestinationAnswer, count: number): Verdict {
  const verdict = classifyStatus(answer)
  if (verdict.kind !== 'sent') return verdict
  const { status, invalid, invalid_indices: indices } = parseAnswer(answer)
  // An error takes back what was tracked before it.
  if (status !== 'success') return { kind: 'retry', reason: `answered ${answer.status} without saying what it took` }
  const reason = 'refused as invalid'
  if (!invalid) return verdict
  if (Array.isArray(indices)) return { kind: 'some', dead: indices.filter((index) => Number.isInteger(index) && index < count).map((index: number) => ({ index, reason })), retry: [] }
  return count === 1 ? { kind: 'dead', reason } : { kind: 'retry', reason: `refused ${Number(invalid)} without saying which: token_auth is wrong` }
}
