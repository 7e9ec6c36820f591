import { answerHeader, maxBatchHits, maxBodyBytes, minSecretLength, signUser, type Hit } from '@treadlight/protocol'
import { classifyStatus, defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, DestinationRequest, ForwardedHit, MapContext, Verdict } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { assertGiven, commonOf } from './options.ts'
import { packTexts } from './packTexts.ts'
import { parseAnswer, readList } from './parseAnswer.ts'
import { siteIdOf, type SiteIds } from './siteIds.ts'

export interface TreadlightOptions extends CommonOptions {
  /** Where the other collector is. */
  url: string
  /** What `treadlight token create --name NAME --scope hits` has printed there: without it all hits would be one visitor's, this server. */
  token: string
  /** The site as the other one calls it; or one for each of ours. @default our own names */
  site?: SiteIds
  /** One of its `userSecrets`, at least 32 characters: vouches for the users there. Without it they are anonymous. */
  userSecret?: string
}

/** What is written before the hits and behind them, at most. */
const aroundHits = 100

/** Tokens of users take room: each of the 255 characters of an id may be four bytes. */
const perUser = 4500

/**
 * Another collector, by `/hit`: the same ids, so that a hit sent twice counts once there as well, and one that both get is one.
 *
 * It makes its own visitors of the address, of which it gets the network, and the user agent; what it derives from the URL and the
 * referrer it derives again. Engagement of other products' clients, which comes as deltas, has no word in `/hit`: only how far they
 * scrolled is sent.
 *
 * @throws TypeError for a URL that is none, RangeError for a secret that is too short
 */
export function treadlight({ url, token, site, userSecret, ...options }: TreadlightOptions): Destination<string> {
  assertGiven('treadlight', 'token', token, 'treadlight token create --name NAME --scope hits prints one, where the other collector is')
  const endpoint = endpointOf('treadlight', url, '/hit')
  if (userSecret !== undefined && userSecret.length < minSecretLength) throw new RangeError(`[treadlight destinations] treadlight: userSecret has at least ${minSecretLength} characters`)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  // Its longest body is short, so that the tokens of users may need half of it.
  const limits = userSecret === undefined ? { maxItems: maxBatchHits } : { maxItems: 10 }
  const maxBytes = maxBodyBytes - aroundHits - (userSecret === undefined ? 0 : limits.maxItems * perUser)
  return defineDestination<string>({
    name: 'treadlight',
    maxBatch: 500,
    secrets: [token, ...(userSecret === undefined ? [] : [userSecret])],
    ...commonOf('treadlight', options),
    map(hit) {
      const name = site === undefined ? hit.site : siteIdOf(site, hit)
      if (name === undefined || (hit.type === 'engagement' && hit.engaged === undefined && hit.scroll === undefined)) return undefined
      return JSON.stringify(wireHit(hit, name, userSecret !== undefined))
    },
    batch: (items) => packTexts(items, (hits) => ({ url: endpoint, headers, body: `{"hits":[${hits.join(',')}]}` }), { ...limits, maxBytes }),
    classify: classifyHits,
    ...(userSecret !== undefined && { sign: (request: DestinationRequest, context: MapContext) => signUsers(request, userSecret, context) }),
  })
}

/** What the collector makes of a hit is made again there; what the browser or the server has said is said again. */
function wireHit(hit: ForwardedHit, site: string, isVouchedFor: boolean): Hit {
  const { id, type, url, title, referrer, time, view, name, props, engaged, scroll, session, screen, language, timezone, interactive, revenue, address, userAgent, user } = hit
  const told = { name, props, engaged, scroll, screen, language, timezone, interactive, revenue }
  return {
    id,
    type,
    url,
    title,
    referrer,
    site,
    timestamp: new Date(time).toISOString(),
    ...(view && { view }),
    ...(session && { session }),
    ...(isVouchedFor && user && { user }),
    ...(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Partial<Hit>),
    client: { ...(address && { address }), ...(userAgent && { userAgent }) },
  }
}

/** A token is as good as its secret, so none lies in an outbox: each user is vouched for as the hits leave. */
async function signUsers(request: DestinationRequest, secret: string, { now }: MapContext): Promise<DestinationRequest> {
  const { hits } = JSON.parse(request.body ?? '') as { hits: Hit[] }
  for (const hit of hits) if (hit.user !== undefined) Object.assign(hit, { user: await vouchFor(hit.user, secret, Math.max(now, Date.parse(hit.timestamp)) + 60_000) })
  return { ...request, body: JSON.stringify({ hits }) }
}

/** An id that no token can hold keeps the hit from nobody: it counts as an anonymous one's. */
async function vouchFor(user: string, secret: string, expires: number): Promise<string | undefined> {
  return signUser({ user, expires }, secret).catch(() => undefined)
}

/** See "Wire" in ARCHITECTURE.md. What the other one drops by its rules is stored as little as it is wanted: that is an answer too. */
function classifyHits(answer: DestinationAnswer): Verdict {
  const { status } = answer
  if (answer.header(answerHeader) === '') return { kind: 'retry', reason: `answered ${status} without ${answerHeader}, so it is no collector` }
  // Refused as a whole: the request, not one of its hits.
  if (status !== 200 && status !== 201 && status !== 400) return classifyStatus(answer)
  const refused = readList(parseAnswer(answer)['refused'])
  if (refused === undefined) return { kind: 'retry', reason: `answered ${status} without saying what it took` }
  if (refused.length === 0) return classifyStatus(answer)
  return { kind: 'some', dead: refused.map(({ index, field, reason }) => ({ index: Number(index), reason: `answered ${status}: ${field} ${reason}`.slice(0, 300) })), retry: [] }
}
