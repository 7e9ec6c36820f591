import { classifyStatus, defineDestination } from '../defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, DestinationBatch, ForwardedHit, Verdict } from '../destination.ts'
import { assertGiven, commonOf } from '../options.ts'
import { packTexts } from '../packTexts.ts'
import { siteIdOf, type SiteIds } from '../siteIds.ts'
import { checkHit } from './checkHit.ts'
import { writeParameters, type WireParameters } from './defineParameters.ts'
import { readHitParsing } from './hitParsing.ts'
import { customDimensions, customMetrics, ecommerceParameters, eventParameters, generalParameters, hitParameters, pageParameters, sessionParameters } from './parameterGroups.ts'
import { checkLength, encodeParameters, postRequest, universalOrigin, universalRequest, type UniversalRequestOptions } from './universalRequest.ts'

/** Most hits of one batch. */
const maxBatchHits = 20
/** Longest body of a batch, bytes. */
const maxBatchBytes = 16_000

export interface UniversalAnalyticsOptions extends UniversalRequestOptions, CommonOptions {
  /** `UA-XXXX-Y`; or one for each of our sites. */
  trackingId: SiteIds
  /** Numbers of custom dimensions by the names of props; `id` is the hit's own id. */
  dimensions?: Record<string, number>
  /** Numbers of custom metrics by the names of props. */
  metrics?: Record<string, number>
  /** Go with every hit and win over all else. */
  parameters?: WireParameters
  /** With every request, such as the token of a collector that wants one; kept as secrets are. */
  headers?: Record<string, string>
  /** Several hits in one request, to `/batch`; not with `method: 'GET'` or `debug`. @default true */
  batching?: boolean
}

const ownOptions: readonly Exclude<keyof UniversalAnalyticsOptions, keyof CommonOptions>[] = ['trackingId', 'dimensions', 'metrics', 'parameters', 'headers', 'batching', 'host', 'ssl', 'method', 'postFallback', 'debug']

/**
 * Sends pageviews and events to a collector of Google's Universal Analytics protocol: Google's own has stopped, others have not
 * (AR09). The protocol knows no engagement. An event's props `category`, `label` and `value` are the protocol's; revenue makes it a
 * purchase, whose `transaction_id` is that prop or the hit's id.
 *
 * @example
 * universalAnalytics({ trackingId: 'UA-1-1', host: 'stats.example', dimensions: { plan: 1 } })
 */
export function universalAnalytics(options: UniversalAnalyticsOptions): Destination<WireParameters> {
  const { batching = true, debug = false, method, headers } = options
  assertGiven('universalAnalytics', 'trackingId', options.trackingId, 'one for all sites, or an object with one for each of yours')
  return defineDestination<WireParameters>({
    name: 'universal-analytics',
    // Google's processes no hit whose queue time is longer.
    maxAge: 4 * 3_600_000,
    ...commonOf('universalAnalytics', options, ownOptions),
    map(hit, { now }) {
      const trackingId = siteIdOf(options.trackingId, hit)
      return trackingId === undefined || hit.type === 'engagement' ? undefined : toParameters(hit, trackingId, now, options)
    },
    batch: (items) =>
      batching && !debug && method !== 'GET' && items.length > 1
        ? batchRequests(items, universalOrigin(options))
        : items.map((item, index) => ({ request: universalRequest(item, options), indexes: [index] })),
    ...(headers && {
      secrets: Object.values(headers),
      sign: async (request) => ({ ...request, headers: { ...request.headers, ...headers } }),
    }),
    ...(debug && { classify: judge }),
  })
}

function toParameters(hit: ForwardedHit, trackingId: string, now: number, options: UniversalAnalyticsOptions): WireParameters {
  const { parameters = {} } = options
  const queueTime = Math.max(0, Math.round(now - hit.time))
  const written = checkHit({
    ...generalParameters(hit.type === 'pageview' ? 'pageview' : 'event', { trackingId, dataSource: 'web' }),
    ...pageParameters({ locationUrl: hit.url, title: hit.title || undefined }),
    ...describeSession(hit),
    ...hitParameters({ queueTime: queueTime || undefined, nonInteraction: hit.interactive === false || undefined }),
    ...(hit.type === 'event' && describeEvent(hit)),
    ...describeProps(hit, options),
    ...writeParameters(Object.entries(parameters)),
  })
  // A hit that is too long is found out here, before it could cost a batch.
  universalRequest(written, options)
  return written
}

function describeSession(hit: ForwardedHit): WireParameters {
  return sessionParameters({
    // Nobody's hit is a client of its own: Google takes none without.
    clientId: hit.session || hit.visitor || hit.id,
    userId: hit.user || undefined,
    ipOverride: hit.address,
    userAgentOverride: hit.userAgent,
    documentReferrer: hit.referrer || undefined,
    // Without a campaign Google tells the source from the referrer, as we did.
    ...(hit.campaign && {
      campaignName: hit.campaign,
      campaignSource: hit.source,
      campaignMedium: hit.medium,
      campaignKeyword: hit.term,
      campaignContent: hit.content,
    }),
    screenResolution: hit.screen,
    userLanguage: hit.language,
    // Otherwise the sender's own address would be looked up.
    geographicalOverride: hit.address ? undefined : hit.country || undefined,
  })
}

function describeEvent({ id, name = 'event', props = {}, revenue }: ForwardedHit): WireParameters {
  const { category = 'event', label, value } = props
  return {
    ...eventParameters({ category: String(category), action: name, label, value: typeof value === 'number' ? Math.max(0, Math.round(value)) : undefined }),
    ...(revenue &&
      ecommerceParameters({
        productAction: 'purchase',
        transactionId: String(props['transaction_id'] ?? id),
        revenue: revenue.amount,
        currency: revenue.currency,
      })),
  }
}

function describeProps({ id, props = {} }: ForwardedHit, { dimensions = {}, metrics = {} }: UniversalAnalyticsOptions): WireParameters {
  const known: Record<string, unknown> = { ...props, id }
  const pick = (numbers: Record<string, number>): Record<number, string | undefined> =>
    Object.fromEntries(Object.entries(numbers).map(([prop, number]) => [number, known[prop] === undefined ? undefined : String(known[prop])]))
  return { ...customDimensions(pick(dimensions)), ...customMetrics(pick(metrics)) }
}

function batchRequests(items: readonly WireParameters[], origin: string): DestinationBatch[] {
  const lines = items.map((item) => checkLength(encodeParameters(item)))
  return packTexts(lines, (texts) => postRequest(`${origin}/batch`, texts.join('\n')), { maxItems: maxBatchHits, maxBytes: maxBatchBytes })
}

/** The validation endpoint counts nothing: a valid hit is done with, an invalid one is a dead letter that says why. */
function judge(answer: DestinationAnswer): Verdict {
  const verdict = classifyStatus(answer)
  if (verdict.kind !== 'sent') return verdict
  const bad = readHitParsing(answer.body)?.find((hit) => !hit.valid)
  return bad ? { kind: 'dead', reason: bad.messages.join('; ') || 'is invalid' } : verdict
}
