import { idFrom } from '@treadlight/protocol'
import type { Link, StoredHit } from '@treadlight/store'
import { seededRandom } from './random.ts'

/** What is appended in the proofs that kill store workers: fact `index` of a seed is the same in every process. */
export interface CrashFact {
  index: number
  /** The fact whose id it shares: itself, unless it is what another origin says of one. */
  base: number
  hit: StoredHit
  /** Before its session was linked, or because it never is, a pruning takes it. */
  old: boolean
  /** Whom an erasure has to name for it to go. */
  person: number | undefined
  /** Who its session is linked to: to be said before the fact is appended. */
  link: (Link & { name: string }) | undefined
}

export const site = 'shop'
export const day = 86_400_000
/** Anonymous hits of 100 days are past it, everything else is far from it. */
export const policy: { anonymous: number; authenticated: number } = { anonymous: 90 * day, authenticated: 365 * day }

/** A fact and what another origin says of it are so many facts apart: prime, so that several processes share ids. */
const twinDistance = 199
/** Facts among which a person's are. */
const factsPerPerson = 400

/** Whom facts around `index` are of, if they are of anybody who is erased. */
export function personAt(index: number): number {
  return Math.floor(index / factsPerPerson)
}

export function personName(person: number): string {
  return `erased-person-${person}-`
}

/** The fact's number, from its id. */
export function indexOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16)
}

/** The other fact of the same id, where there is one. */
export function twinOf(seed: number, index: number): number | undefined {
  return isTwin(seed, index + twinDistance) ? index + twinDistance : undefined
}

/** @param start ms since 1970 by the workers' clock: nothing in the fact is later, but when it was received */
export function createFact(seed: number, start: number, index: number): CrashFact {
  if (!isTwin(seed, index)) return createBrowserFact(seed, start, index)
  const browser = createBrowserFact(seed, start, index - twinDistance)
  // What only the server knows: who it was.
  const user = browser.person === undefined ? 'u-server' : personName(browser.person)
  const hit: StoredHit = { ...browser.hit, origin: 'server', title: '', visitor: 'server', session: '', user }
  return { ...browser, index, hit, old: false, link: undefined }
}

/** Every other stretch of facts may be what the server says of the stretch before. */
function isTwin(seed: number, index: number): boolean {
  return Math.floor(index / twinDistance) % 2 === 1 && randomOf(seed + 1, index)() < 0.4
}

function createBrowserFact(seed: number, start: number, index: number): CrashFact {
  const random = randomOf(seed, index)
  const [name] = kinds[Math.floor(random() * kinds.length)]!
  const recent = start - Math.floor(random() * 3_600_000)
  const late = recent - (1 + Math.floor(random() * 3)) * day
  const ancient = recent - (100 + Math.floor(random() * 2)) * day
  const person = personAt(index)
  const fact = (time: number, fields: Partial<StoredHit> = {}): CrashFact => ({
    index,
    base: index,
    hit: createHit(index, time, random, fields),
    old: time === ancient && !fields.user,
    person: undefined,
    link: undefined,
  })
  switch (name) {
    case 'recent':
      return fact(recent)
    case 'late':
      return fact(late, { session: `s${index}` })
    case 'event':
      return fact(recent, { type: 'event', name: 'buy', view: '', props: { n: index } })
    case 'engagement':
      return fact(late, { type: 'engagement', engaged: 1000 + (index % 100), scroll: 50 })
    case 'prunable':
      return fact(ancient)
    case 'old and known':
      return fact(ancient, { user: 'u-known' })
    case 'old and linked':
      return linked(fact(ancient, { session: `l${person}` }), `l${person}`, 'u-linked', ancient)
    case 'erasable':
      return { ...fact(late, { user: personName(person) }), person }
    case 'erasable by server':
      return { ...fact(recent), person }
    default:
      return { ...linked(fact(recent, { session: `e${person}` }), `e${person}`, personName(person), late), person }
  }
}

/** Weights in all: pageviews of every age, what prunings and erasures take, and what they must leave. */
const kinds: (readonly [name: string])[] = Object.entries({
  recent: 6,
  late: 4,
  event: 2,
  engagement: 2,
  prunable: 3,
  'old and known': 1,
  'old and linked': 1,
  erasable: 1,
  'erasable by server': 1,
  'erasable by link': 1,
}).flatMap(([name, weight]) => Array.from({ length: weight }, () => [name] as const))

function linked(fact: CrashFact, session: string, user: string, time: number): CrashFact {
  return { ...fact, link: { name: session, site, session, user, time: time - (time % day) } }
}

function createHit(index: number, time: number, random: () => number, fields: Partial<StoredHit>): StoredHit {
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(6, index)
  const id = idFrom(time, bytes)
  const path = `/${Math.floor(random() * 50)}`
  return {
    site,
    id,
    origin: 'browser',
    type: 'pageview',
    day: new Date(time).toISOString().slice(0, 10),
    time,
    received: 0,
    view: id,
    url: `https://shop.example${path}?utm_source=crash`,
    title: 'Crash '.repeat(1 + Math.floor(random() * 20)),
    referrer: 'https://r.example/',
    hostname: 'shop.example',
    path,
    referrerHost: 'r.example',
    source: 'crash',
    medium: '',
    campaign: '',
    visitor: `v${index % 97}`,
    session: '',
    user: '',
    ...fields,
  }
}

function randomOf(seed: number, index: number): () => number {
  const random = seededRandom((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0)
  random()
  return random
}
