import {
  createId,
  decodeHit,
  idFrom,
  idMaxAge,
  idTime,
  isRefusal,
  type DecodedHit,
  type Refusal,
} from '@treadlight/protocol'
import { siteDay, type Origin, type StoredHit } from '@treadlight/store'
import type { Site } from '../sites/sites.ts'
import type { HashSender } from './hashSender.ts'
import { aheadAllowed, skewOf } from './skewOf.ts'

/** What of a request the reading of its hits depends on. */
export interface Arrival {
  /** Whose hit it is, by the site that it names and its URL; the default site's where it names none that there is. */
  siteOf: (decoded: DecodedHit, url: URL) => Site
  /** Who says so: a visitor's browser, or a server with a token. */
  origin: Extract<Origin, 'browser' | 'server'>
  /** ms since 1970. */
  received: number
  /** The sender's clock when it sent, ms since 1970. */
  sentAt: number | undefined
  /** Tells senders apart, for ids of hits that come with a time and without an id. */
  hashSender: HashSender
}

/** A hit that was understood: as it will be stored, but for what enrichment adds, and as it was decoded. */
export interface ReadHit {
  hit: StoredHit
  decoded: DecodedHit
  /** What it was decoded to has in `url`. */
  url: URL
  site: Site
}

const hour = 3_600_000

/** The URL that was decoded last: parsed once, for all that is to be done with it. */
let parsed: URL

function parseUrl(text: string): boolean {
  try {
    parsed = new URL(text)
    return true
  } catch {
    return false
  }
}

/** Reads one hit of a request and gives it its id, its time and its home day, or refuses it by name. */
export function readHit(input: unknown, arrival: Arrival): ReadHit | Refusal {
  const decoded = decodeHit(input, parseUrl)
  if (isRefusal(decoded)) return decoded
  const url = parsed

  const { received } = arrival
  const claimed = decoded.timestamp === undefined ? undefined : Date.parse(decoded.timestamp)
  const id = decoded.id ?? idWithout(decoded, claimed, arrival)
  const made = idTime(id)
  const viewed = decoded.view === undefined ? undefined : idTime(decoded.view)
  const home = decoded.type === 'engagement' ? viewed! : made
  // An id that was made here is right already, and so is what was said here before.
  const skewAt = (time: number | undefined): number => (time === undefined || decoded.retimed ? 0 : skewOf(time, arrival))
  const said = decoded.id === undefined ? claimed : made
  // Days off, and known by how much: no better than an id from another time.
  if (Math.abs(skewAt(said ?? viewed)) > aheadAllowed) return { field: 'sentAt', reason: 'clock' }
  const refusal = checkClock(made, received, decoded.id ? 'id' : 'timestamp') ?? checkClock(home, received, 'view')
  if (refusal) return refusal

  const site = arrival.siteOf(decoded, url)
  const day = siteDay(site.timezone, home)
  const corrected = (claimed ?? made) + skewAt(claimed ?? said)
  // Whatever the clocks say, a hit never leaves the home day of its id: that is where its retries meet it.
  const isHome = Math.abs(corrected - home) < 48 * hour && siteDay(site.timezone, corrected) === day
  return { site, decoded, url, hit: createStoredHit(decoded, { site: site.id, id, origin: arrival.origin, day, time: isHome ? corrected : home, received }) }
}

/** Ids are recognised for eight days; one from further back could be counted again. */
function checkClock(time: number, received: number, field: string): Refusal | undefined {
  if (time - received > aheadAllowed) return { field, reason: 'clock' }
  if (received - time > idMaxAge) return { field, reason: field === 'view' ? 'too old' : 'clock' }
  return undefined
}

/**
 * An id for a hit that came without. With a timestamp it is a hash of the content and the sender, so that
 * the same hit sent twice gets the same id; without one it is stored once per request.
 */
function idWithout(hit: DecodedHit, claimed: number | undefined, { received, origin, hashSender }: Arrival): string {
  if (claimed === undefined) return createId(received)
  const { client } = hit
  // Where a client is, it is in the hash by what tells it from others, as any sender is: never with a header that changes, or an address that is not salted.
  const content = client === undefined ? hit : { ...hit, client: undefined }
  return idFrom(claimed, hashSender(claimed, origin === 'server' ? client : undefined).update(JSON.stringify(content)).digest())
}

/** Always the same fields in the same order: hits of one shape are cheaper for everybody who handles many. */
function createStoredHit(
  decoded: DecodedHit,
  known: Pick<StoredHit, 'site' | 'id' | 'origin' | 'day' | 'time' | 'received'>,
): StoredHit {
  const hit: StoredHit = {
    site: known.site,
    id: known.id,
    origin: known.origin,
    type: decoded.type,
    day: known.day,
    time: known.time,
    received: known.received,
    view: decoded.view ?? (decoded.type === 'pageview' ? known.id : ''),
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
    // Which of these somebody may have is said by `identify`.
    session: '',
    user: '',
  }
  for (const field of optionalFields) copyField(field, decoded, hit)
  return hit
}

/** What a hit has only if it was sent. */
const optionalFields = [
  'name',
  'props',
  'engaged',
  'scroll',
  'screen',
  'timezone',
  'navigation',
  'interactive',
  'webdriver',
  'forwarding',
  'revenue',
  // The last one, for it is added to hits that come without.
  'language',
] as const satisfies (keyof DecodedHit & keyof StoredHit)[]

function copyField<K extends (typeof optionalFields)[number]>(field: K, from: Pick<DecodedHit, K>, to: Pick<StoredHit, K>): void {
  if (from[field] !== undefined) to[field] = from[field] as StoredHit[K]
}
