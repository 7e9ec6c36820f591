import {
  createId,
  decodeHit,
  idFrom,
  idMaxAge,
  idTime,
  isRefusal,
  readHits,
  skewTolerance,
  type DecodedHit,
  type DropReason,
  type Envelope,
  type HitAnswer,
  type Refusal,
} from '@treadlight/protocol'
import type { HitStore, StoredHit } from '@treadlight/store'
import { createHash } from 'node:crypto'
import { enrich } from '../enrich/pipeline.ts'
import { siteDay } from '../siteDay.ts'
import { networkOf } from './network.ts'
import type { Salts } from './salts.ts'

/** What the collector knows of a request besides its body. */
interface RequestFacts {
  /** The client's address, past trusted proxies. */
  address: string | undefined
  userAgent: string
}

/** An answer to `POST /hit`, before it is written as HTTP. */
interface ReceiveAnswer {
  status: 200 | 201 | 400
  body: HitAnswer
  dropped: ReadonlySet<DropReason>
}

export interface ReceiverOptions {
  store: HitStore
  salts: Salts
  site: string
  timezone: string
  now: () => number
}

/** Takes the body of one request; resolves once what it answers for is stored. */
export type Receiver = (body: string, facts: RequestFacts) => Promise<ReceiveAnswer>

const hour = 3_600_000
const aheadAllowed = 24 * hour

/**
 * The way of a hit through the collector: decode → identify → enrich → store → answer. Hits of one request are
 * judged one by one, so that a bad one never costs the others.
 *
 * The receiver throws `StoreBusyError` when the store cannot take them: nothing of the request counts as
 * acknowledged then, and the sender tries again.
 */
export function createReceiver({ store, salts, site, timezone, now }: ReceiverOptions): Receiver {
  return async (body, facts) => {
    const received = now()
    const envelope = readHits(body)
    if (isRefusal(envelope)) return answerFor([], [{ index: 0, ...envelope }], new Set(), 0)

    const salt = await salts.at(received)
    const network = networkOf(facts.address)
    const accepted: StoredHit[] = []
    const refused: HitAnswer['refused'] = []
    const reasons = new Set<DropReason>()
    let dropped = 0

    for (const [index, input] of envelope.hits.entries()) {
      const decoded = decodeHit(input)
      const hit = isRefusal(decoded) ? decoded : place(decoded, envelope, received, network, facts.userAgent)
      if (isRefusal(decoded) || isRefusal(hit)) {
        refused.push({ index, ...(hit as Refusal) })
        continue
      }
      const context = { network, userAgent: facts.userAgent, salt, url: new URL(decoded.url), decoded }
      const reason = decoded.site !== undefined && decoded.site !== site ? 'site' : enrich(hit, context)
      if (reason) {
        dropped++
        reasons.add(reason)
      } else accepted.push(hit)
    }

    const outcomes = accepted.length > 0 ? await store.append(accepted) : []
    return answerFor(outcomes, refused, reasons, dropped)
  }

  /** Gives a decoded hit its id, its time and its home day, or refuses it for its clock. */
  function place(
    decoded: DecodedHit,
    { sentAt }: Envelope,
    received: number,
    network: string,
    userAgent: string,
  ): StoredHit | Refusal {
    // A token is only worth something with the secret that signed it; a collector without one cannot vouch.
    if (decoded.user) return { field: 'user', reason: 'must be a token signed by the site’s server; this collector has no signing secret' }

    const claimed = decoded.timestamp === undefined ? undefined : Date.parse(decoded.timestamp)
    const id = decoded.id ?? idWithout(decoded, claimed, received, `${network}\n${userAgent}`)
    const age = received - idTime(id)
    if (age > idMaxAge || age < -aheadAllowed) return { field: decoded.id ? 'id' : 'timestamp', reason: 'clock' }

    const home = decoded.type === 'engagement' ? idTime(decoded.view!) : idTime(id)
    if (received - home > idMaxAge || home - received > aheadAllowed) return { field: 'view', reason: 'too old' }

    const day = siteDay(timezone, home)
    const skew = sentAt === undefined ? 0 : received - sentAt
    const corrected = (claimed ?? idTime(id)) + (Math.abs(skew) > skewTolerance ? skew : 0)
    // Whatever the clocks say, a hit never leaves the home day of its id: that is where its retries meet it.
    const time = siteDay(timezone, corrected) === day ? corrected : home

    const hit: StoredHit = {
      site,
      id,
      origin: 'browser',
      type: decoded.type,
      day,
      time,
      received,
      view: decoded.view ?? (decoded.type === 'pageview' ? id : ''),
      url: decoded.url,
      title: decoded.title,
      referrer: decoded.referrer,
      hostname: '',
      path: '',
      referrerHost: '',
      source: '',
      medium: '',
      campaign: '',
      visitor: '',
      session: decoded.session ?? '',
      user: '',
    }
    for (const field of optionalFields) copyField(field, decoded, hit)
    return hit
  }
}

/** What a hit has only if it was sent. */
const optionalFields = [
  'name',
  'props',
  'engaged',
  'scroll',
  'screen',
  'language',
  'timezone',
  'navigation',
  'interactive',
  'revenue',
] as const satisfies (keyof DecodedHit & keyof StoredHit)[]

function copyField<K extends (typeof optionalFields)[number]>(field: K, from: Pick<DecodedHit, K>, to: Pick<StoredHit, K>): void {
  if (from[field] !== undefined) to[field] = from[field] as StoredHit[K]
}

/**
 * An id for a hit that came without. With a timestamp it is a hash of the content and the sender, so that
 * the same hit sent twice gets the same id; without one it is stored once per request.
 */
function idWithout(hit: DecodedHit, claimed: number | undefined, received: number, sender: string): string {
  if (claimed === undefined) return createId(received)
  return idFrom(claimed, createHash('sha256').update(sender).update(JSON.stringify(hit)).digest())
}

function answerFor(
  outcomes: readonly ('stored' | 'duplicate')[],
  refused: HitAnswer['refused'],
  reasons: ReadonlySet<DropReason>,
  dropped: number,
): ReceiveAnswer {
  const duplicate = outcomes.filter((outcome) => outcome === 'duplicate').length
  const status = outcomes.length > 0 ? 201 : dropped > 0 ? 200 : 400
  return { status, body: { stored: outcomes.length - duplicate, duplicate, dropped, refused }, dropped: reasons }
}
