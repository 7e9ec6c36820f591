import { classifyStatus, defineDestination } from './defineDestination.ts'
import type { CommonOptions, Destination, DestinationAnswer, ForwardedHit, Verdict } from './destination.ts'
import { endpointOf } from './endpointOf.ts'
import { hexIdOf } from './hexIdOf.ts'
import { assertGiven, assertNotEmpty, commonOf } from './options.ts'
import { packTexts } from './packTexts.ts'
import { parseAnswer, readList } from './parseAnswer.ts'
import { siteIdOf, type SiteIds } from './siteIds.ts'

export interface UmamiOptions extends CommonOptions {
  /** Where it is. @default 'https://cloud.umami.is' */
  url?: string
  /** The site's id as Umami has it, a UUID; or one for each of our sites. */
  website: SiteIds
  /** Sent as a bearer. Umami asks for none; a collector of ours believes users, addresses and times with one of scope `hits` only. */
  token?: string
}

/** Longest texts, in UTF-16 units, that its schema takes: of one more the hit is refused. A longer URL or title it cuts itself. */
const limits = { name: 50, hostname: 100, screen: 11, id: 50 } as const

/**
 * Umami 3, by `/api/batch`: pageviews and events, at the time they happened. It has no word for engagement, and no ids: a hit sent
 * twice because an answer was lost counts twice. What waits for longer than a day is a dead letter.
 *
 * @see https://umami.is/docs/api/sending-stats
 */
export function umami({ url = 'https://cloud.umami.is', website, token, ...options }: UmamiOptions): Destination<string> {
  assertGiven('umami', 'website', website, 'one for all sites, or an object with one for each of yours')
  assertNotEmpty('umami', 'token', token)
  const endpoint = endpointOf('umami', url, '/api/batch')
  // Its check for robots is of this one, for all that come without their own.
  const headers = { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Treadlight', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  return defineDestination<string>({
    name: 'umami',
    maxAge: 86_400_000,
    secrets: token === undefined ? [] : [token],
    ...commonOf('umami', options),
    map(hit) {
      const site = siteIdOf(website, hit)
      return site === undefined || hit.type === 'engagement' ? undefined : JSON.stringify({ type: 'event', payload: payloadOf(hit, site) })
    },
    // It takes them one after the other, before it answers.
    batch: (items) => packTexts(items, (texts) => ({ url: endpoint, headers, body: `[${texts.join(',')}]` }), { maxItems: 50, maxBytes: 500_000 }),
    classify: classifyUmami,
  })
}

function payloadOf(hit: ForwardedHit, website: string): Record<string, unknown> {
  const { type, time, url, title, referrer, language, name = '', address, userAgent, visitor, session, user, props, revenue, screen } = hit
  // Umami tells visitors apart by address and user agent, and by an id before these: for who is signed in, or where these are not known.
  const person = user || (userAgent ? '' : session || visitor)
  return {
    website,
    hostname: new URL(url).hostname.slice(0, limits.hostname),
    url,
    title,
    referrer,
    timestamp: Math.floor(time / 1000),
    ...(language && { language }),
    ...(screen && screen.length <= limits.screen && { screen }),
    ...(type === 'event' && { name: name.slice(0, limits.name).toWellFormed() }),
    ...((props || revenue) && { data: { ...props, ...(revenue && { revenue: Number(revenue.amount), currency: revenue.currency }) } }),
    ...(person && { id: person.length > limits.id ? hexIdOf(person) : person }),
    ...(address && { ip: address }),
    ...(userAgent && { userAgent }),
  }
}

/** `{ size, processed, errors, details: [{ index, response }] }`: those named were refused, for good. */
function classifyUmami(answer: DestinationAnswer, count: number): Verdict {
  const verdict = classifyStatus(answer)
  if (verdict.kind !== 'sent') return verdict
  const { errors, details } = parseAnswer(answer)
  if (errors === 0) return verdict
  const list = readList(details)
  if (list === undefined) return { kind: 'retry', reason: `answered ${answer.status} without saying what it took` }
  const dead = list.flatMap(({ index, response }) => (typeof index === 'number' && index < count ? [{ index, reason: reasonOf(response) }] : []))
  return { kind: 'some', dead, retry: [] }
}

function reasonOf(response: unknown): string {
  return `refused: ${JSON.stringify(response)?.slice(0, 200) ?? 'without a reason'}`
}
