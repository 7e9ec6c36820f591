import { classifyStatus, defineDestination } from '../defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, DestinationRequest, ForwardedHit, Verdict } from '../destination.ts'
import { endpointOf } from '../endpointOf.ts'
import { assertGiven, commonOf } from '../options.ts'
import { parseAnswer } from '../parseAnswer.ts'
import { siteIdOf, type SiteIds } from '../siteIds.ts'
import { createGa4Error, ga4EventName } from './ga4Names.ts'
import { createGa4Event } from './ga4Params.ts'
import { ga4MaxAge, type Ga4Consent, type Ga4Event, type Ga4Payload } from './ga4Payload.ts'
import { ga4Requests } from './ga4Requests.ts'
import { ga4SessionId } from './ga4Session.ts'

export interface Ga4Options extends CommonOptions {
  /** `G-…`, the stream's; or one for each of our sites. */
  measurementId: SiteIds
  /** Of the same stream. */
  apiSecret: string
  /** Where it is; `https://region1.google-analytics.com` keeps it in the EU. @default 'https://www.google-analytics.com' */
  url?: string
  /** Nothing is counted: Google's validation endpoint judges each hit, and what it finds wrong is a dead letter with its words. @default false */
  debug?: boolean
  /** What Google may use it for besides statistics. @default both DENIED */
  consent?: Ga4Consent
}

/** A payload with the stream that it goes to. */
interface StreamPayload {
  stream: string
  payload: Ga4Payload
}

/**
 * Google Analytics 4 by its Measurement Protocol: pageviews, events, purchases and engaged time, at the time they happened. Google
 * answers 204 to anything, so Google's limits and reserved names are kept here: what it would throw away is a dead letter. It knows
 * no ids: a hit sent twice because an answer was lost counts twice, but for a purchase, which it knows by `transaction_id`.
 *
 * The secret goes in the URL, as Google wants it: it is put there when a request leaves, and does not lie in an outbox.
 *
 * @example
 * ga4({ measurementId: 'G-XXXX', apiSecret: process.env.GA4_SECRET })
 */
export function ga4(options: Ga4Options): Destination<StreamPayload> {
  const { measurementId, apiSecret, url = 'https://www.google-analytics.com', debug = false, consent: said, ...others } = options
  const consent = { ad_user_data: 'DENIED', ad_personalization: 'DENIED', ...said } as const
  const endpoint = endpointOf('GA4', url, debug ? '/debug/mp/collect' : '/mp/collect')
  if (!apiSecret) throw createGa4Error('apiSecret is missing: the stream has it under “Measurement Protocol API secrets”')
  assertGiven('ga4', 'measurementId', measurementId, 'one for all sites, or an object with one for each of yours')
  return defineDestination<StreamPayload>({
    name: 'ga4',
    maxAge: ga4MaxAge,
    ...commonOf('ga4', others),
    // And as it stands in a URL.
    secrets: [...new Set([apiSecret, encodeURIComponent(apiSecret)])],
    map(hit, { now }) {
      const stream = siteIdOf(measurementId, hit)
      if (stream === undefined) return undefined
      if (now - hit.time > ga4MaxAge) throw createGa4Error('is more than 72 hours old')
      const payload = payloadOf(hit, consent)
      return payload && { stream, payload }
    },
    batch: (items) => batchByStream(items, endpoint, debug),
    sign: async (request) => ({ ...request, url: `${request.url}&api_secret=${encodeURIComponent(apiSecret)}` }),
    ...(debug && { classify: judge }),
  })
}

function payloadOf(hit: ForwardedHit, consent: Ga4Consent): Ga4Payload | undefined {
  const events = eventsOf(hit)
  if (events.length === 0) return undefined
  const { address, country, region, city, screen, language, userAgent } = hit
  const device = { ...(language && { language: language.toLowerCase() }), ...(screen && { screen_resolution: screen }) }
  // Where we know the place, not even a cut address is needed.
  const location = country ? { country_id: country, ...(region && { region_id: region }), ...(city && { city }) } : undefined
  return {
    client_id: clientOf(hit),
    ...(hit.user && { user_id: hit.user }),
    timestamp_micros: Math.round(hit.time) * 1000,
    consent,
    ...(location ? { user_location: location } : address ? { ip_override: address } : {}),
    ...(userAgent && { user_agent: userAgent }),
    ...(Object.keys(device).length > 0 && { device }),
    events,
  }
}

/** Nobody's hit is a client of its own: Google takes none without. */
function clientOf({ session, visitor, id }: ForwardedHit): string {
  return session || visitor || id
}

function eventsOf(hit: ForwardedHit): Ga4Event[] {
  const page = { page_location: hit.url, page_title: hit.title || undefined, page_referrer: hit.referrer || undefined }
  const session = { session_id: ga4SessionId(`${hit.site} ${clientOf(hit)}`, hit.time) }
  // Google counts users with engaged time only: a millisecond makes one that is there.
  const here = { ...session, engagement_time_msec: 1 }
  // By it a hit that came twice can be found in an export.
  const id = { treadlight_id: hit.id }
  if (hit.type === 'engagement') return engagementOf(hit, { ...page, ...session, ...id })
  if (hit.type === 'pageview') return [...campaignOf(hit, here), createGa4Event('page_view', { ...page, ...here, ...id }, hit.props)]
  const { name = 'event', props = {}, revenue, interactive } = hit
  const money = revenue && { value: Number(revenue.amount), currency: revenue.currency, transaction_id: String(props['transaction_id'] ?? hit.id) }
  const presence = interactive === false ? { ...session, non_interaction: true } : here
  return [createGa4Event(ga4EventName(name), { ...page, ...presence, ...money, ...id }, props)]
}

function campaignOf({ campaign, source, medium, term, content }: ForwardedHit, here: object): Ga4Event[] {
  return campaign ? [createGa4Event('campaign_details', { campaign, source, medium, term, content, ...here })] : []
}

/**
 * Google adds up engaged time. So what was reported since the last time is sent as that; of a running total, which our own tracker
 * sends so that a lost one costs nothing, each would be added again: it is a parameter of the site's own.
 */
function engagementOf({ engaged, engagedDelta, scroll }: ForwardedHit, own: Record<string, string | undefined>): Ga4Event[] {
  if (engaged === undefined && engagedDelta === undefined && scroll === undefined) return []
  const time = engagedDelta === undefined ? { engaged_total_msec: engaged } : { engagement_time_msec: engagedDelta }
  return [createGa4Event('page_engagement', { ...own, ...time, percent_scrolled: scroll })]
}

function batchByStream(items: readonly StreamPayload[], endpoint: string, debug: boolean): ReturnType<typeof ga4Requests> {
  const indexesOf = new Map<string, number[]>()
  for (const [index, { stream }] of items.entries()) indexesOf.set(stream, [...(indexesOf.get(stream) ?? []), index])
  return [...indexesOf].flatMap(([stream, indexes]) => {
    const write = (payload: Ga4Payload): DestinationRequest => ({
      url: `${endpoint}?measurement_id=${encodeURIComponent(stream)}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(debug ? { ...payload, validation_behavior: 'ENFORCE_RECOMMENDATIONS' } : payload),
    })
    const payloads = indexes.map((index) => items[index]!.payload)
    // A judgement is of a request: each hit gets its own.
    const batches = debug ? payloads.map((payload, index) => ({ request: write(payload), indexes: [index] })) : ga4Requests(payloads, write)
    return batches.map(({ request, indexes: within }) => ({ request, indexes: within.map((index) => indexes[index]!) }))
  })
}

/** The validation endpoint counts nothing: a valid hit is done with. */
function judge(answer: DestinationAnswer): Verdict {
  const verdict = classifyStatus(answer)
  const { validationMessages } = parseAnswer(answer)
  if (verdict.kind !== 'sent' || !Array.isArray(validationMessages) || validationMessages.length === 0) return verdict
  return { kind: 'dead', reason: validationMessages.map(readMessage).join('; ') }
}

function readMessage(message: unknown): string {
  const { fieldPath, description, validationCode } = Object(message) as Record<string, unknown>
  return [validationCode, fieldPath, description].filter((part) => typeof part === 'string' && part !== '').join(' ') || 'is invalid'
}
