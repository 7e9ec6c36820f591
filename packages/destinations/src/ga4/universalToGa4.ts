import type { WireParameters } from '../universalAnalytics/defineParameters.ts'
import { createGa4Error, ga4EventName, ga4PropertyName } from './ga4Names.ts'
import { createGa4Event, type GivenParams } from './ga4Params.ts'
import { ga4MaxAge, type Ga4Event, type Ga4Payload, type Ga4Value } from './ga4Payload.ts'
import { ga4SessionId } from './ga4Session.ts'
import { numberOf } from './numberOf.ts'
import { ecommerceOf } from './universalEcommerce.ts'

export interface UniversalToGa4Options {
  /** ms since 1970: what a queue time counts back from. */
  now: number
  /** Parameters' names by those of custom dimensions and metrics: `{ cd1: 'plan' }`. @default dimensionN, metricN */
  names?: Record<string, string>
  userProperties?: Record<string, Ga4Value>
}

/**
 * What Universal Analytics' parameters say, in a body for Google Analytics 4: for who has clients of the one and is to have the other.
 * The campaign is an event of its own, before; enhanced e-commerce takes an event's place and comes after a pageview. Of addresses
 * the network is sent.
 *
 * @returns undefined for an item of a transaction: Google takes products with their purchase only
 * @throws Error for a hit without a client, of a reserved name, or too old: Google would say nothing and throw it away
 */
export function universalToGa4(parameters: WireParameters, { now, names = {}, userProperties = {} }: UniversalToGa4Options): Ga4Payload | undefined {
  const text = (name: string): string => String(parameters[name] ?? '')
  if (text('cid') === '') throw createGa4Error('client_id missing: a hit without `cid`')
  const queueTime = Number(parameters['qt'] ?? 0)
  if (!(queueTime <= ga4MaxAge)) throw createGa4Error('is more than 72 hours old')
  const session = { session_id: ga4SessionId(text('cid'), now - queueTime) }
  const presence = text('ni') === '1' ? { ...session, non_interaction: true } : { ...session, engagement_time_msec: 1 }
  const events = eventsOf(parameters, presence, customOf(parameters, names))
  if (events.length === 0) return undefined
  const device = { ...(text('ul') && { language: text('ul').toLowerCase() }), ...(text('sr') && { screen_resolution: text('sr') }) }
  // IPv6 would want its own cutting: none is sent.
  const network = /^(\d{1,3}(?:\.\d{1,3}){2})\.\d{1,3}$/.exec(text('uip'))?.[1]
  return {
    client_id: text('cid'),
    ...(text('uid') && { user_id: text('uid') }),
    ...(queueTime > 0 && { timestamp_micros: Math.round(now - queueTime) * 1000 }),
    ...(Object.keys(userProperties).length > 0 && { user_properties: propertiesOf(userProperties) }),
    ...(network && { ip_override: `${network}.0` }),
    ...(text('ua') && { user_agent: text('ua') }),
    ...(Object.keys(device).length > 0 && { device }),
    events: [...campaignOf(parameters, presence), ...events],
  }
}

function eventsOf(parameters: WireParameters, presence: Record<string, Ga4Value>, custom: Record<string, Ga4Value>): Ga4Event[] {
  const page = { page_location: locationOf(parameters), page_title: parameters['dt'], page_referrer: parameters['dr'] }
  const more = ecommerceOf(parameters, { ...page, ...presence }, custom)
  const write = (name: string, own: GivenParams): Ga4Event[] => [createGa4Event(name, { ...page, ...own, ...presence }, custom), ...more]
  const { ec, ea, el, ev, cd, an, av, exd, exf, utc, utv, utt, utl, sn, sa, st, ti, ta, tr, ts, tt, cu } = parameters
  switch (parameters['t']) {
    case 'pageview':
      return write('page_view', {})
    case 'screenview':
      return write('screen_view', { screen_name: cd, app_name: an, app_version: av })
    case 'event':
      return more.length > 0 ? more : write(ga4EventName(String(ea ?? '')), { event_category: ec, event_label: el, value: numberOf(ev) })
    case 'exception':
      return write('exception', { description: exd, fatal: String(exf ?? 1) === '1' })
    case 'timing':
      return write('timing_complete', { name: utv, event_category: utc, value: numberOf(utt), event_label: utl })
    case 'social':
      return write(sa === 'share' ? 'share' : 'social', { method: sn, ...(sa !== 'share' && { social_action: sa }), item_id: st })
    case 'transaction':
      return write('purchase', { transaction_id: ti, affiliation: ta, value: numberOf(tr), shipping: numberOf(ts), tax: numberOf(tt), currency: cu })
    default:
      return []
  }
}

/** `dh` and `dp` beat what `dl` says (the protocol's rule). */
function locationOf({ dl, dh, dp }: WireParameters): string | undefined {
  const base = dl === undefined || dl === '' ? (dh === undefined || dh === '' ? undefined : `https://${dh}`) : String(dl)
  if (base === undefined || !URL.canParse(base)) return undefined
  if (dl !== undefined && dl !== '' && dp === undefined && dh === undefined) return base
  const url = new URL(base)
  if (dh !== undefined && dh !== '') url.host = String(dh)
  if (dp === undefined || dp === '') return url.href
  return `${url.origin}${String(dp).startsWith('/') ? '' : '/'}${String(dp)}`
}

function campaignOf({ cn, cs, cm, ck, cc, ci }: WireParameters, presence: Record<string, Ga4Value>): Ga4Event[] {
  const given = { source: cs, medium: cm, campaign: cn, term: ck, content: cc, campaign_id: ci }
  return Object.values(given).every((value) => value === undefined) ? [] : [createGa4Event('campaign_details', { ...given, ...presence })]
}

/** Custom dimensions and metrics, and content groups. */
function customOf(parameters: WireParameters, names: Record<string, string>): Record<string, Ga4Value> {
  const kinds: Record<string, (number: string) => string> = {
    cd: (number) => `dimension${number}`,
    cm: (number) => `metric${number}`,
    cg: (number) => (number === '1' ? 'content_group' : `content_group${number}`),
  }
  const found = Object.entries(parameters).flatMap(([name, value]) => {
    const [, kind, number] = /^(cd|cm|cg)(\d{1,3})$/.exec(name) ?? []
    if (kind === undefined || number === undefined) return []
    return [[Object.hasOwn(names, name) ? names[name]! : kinds[kind]!(number), kind === 'cm' ? (numberOf(value) ?? value) : value] as const]
  })
  return Object.fromEntries(found)
}

function propertiesOf(properties: Record<string, Ga4Value>): Record<string, { value: Ga4Value }> {
  const entries = Object.entries(properties).slice(0, 25)
  return Object.fromEntries(entries.map(([name, value]) => [ga4PropertyName(name), { value: typeof value === 'string' ? value.slice(0, 36).toWellFormed() : value }]))
}
