import type { HitType } from '@treadlight/protocol'
import { idFrom } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { dayStart } from './dayStart.ts'
import { createRandom, type Random } from './random.ts'

/**
 * Made-up traffic of a small publisher's site, always the same for the same options. Its shape follows the figures
 * that the storage layouts were compared with: 1.08 sessions per visitor and day, 3.1 pageviews per session of which
 * 42 % have one only, 12 % of visitors signed in, some 500 paths with a Zipf-like share each, and what this tracker
 * sends: UUIDv7 ids, an engagement hit for about every second pageview, few events. A hit is some 600 bytes of JSON.
 * What it does not have: bots, scanners with ever new paths, long sessions, campaigns that come and go.
 */
export interface GenerateOptions {
  /** Of all days together, about. */
  hits: number
  days: number
  /** @default 1 */
  seed?: number
  /** @default 'shop' */
  site?: string
  /** The last day, `YYYY-MM-DD`. @default '2026-11-21' */
  end?: string
  /** IANA name of the zone in which days begin and end. @default 'UTC' */
  timezone?: string
  /** Share of visitors whose hits carry a session id, as in the modes that allow one. @default 0 */
  sessionIds?: number
}

/** Signed in on every day: someone to export or erase. */
export const everydayUser = 'user-1'

const dayLength = 86_400_000
const idBytes = new Uint8Array(10)
const digits = '0123456789abcdef'
const pageviewsPerSession = 3.1
const onePageview = 0.42
const sessionsPerVisitor = 1.08
const signedIn = 0.12

/** The hits of each day in order of arrival, a day at a time, the earliest first. */
export function* generateHits(options: GenerateOptions): Generator<StoredHit[]> {
  const { hits, days, seed = 1, site = 'shop', end = '2026-11-21', timezone = 'UTC', sessionIds = 0 } = options
  const random = createRandom(seed)
  const last = Date.parse(end)
  for (let index = days - 1; index >= 0; index--) {
    const day = new Date(last - index * dayLength).toISOString().slice(0, 10)
    const next = new Date(last - (index - 1) * dayLength).toISOString().slice(0, 10)
    const start = dayStart(timezone, day)
    yield generateDay(Math.round(hits / days), { site, day, start, length: dayStart(timezone, next) - start, sessionIds, random })
  }
}

interface Day {
  site: string
  /** `YYYY-MM-DD` */
  day: string
  /** ms since 1970. */
  start: number
  /** ms: 23 to 25 hours. */
  length: number
  sessionIds: number
  random: Random
}

interface Visitor {
  visitor: string
  session: string
  user: string
  device: Pick<StoredHit, 'screen' | 'timezone'>
  /** What the collector finds out: the same for all hits of a visit but the channel. */
  derived: Partial<StoredHit>
  entry: Pick<StoredHit, 'referrer' | 'referrerHost' | 'source' | 'medium' | 'campaign'> & { query: string }
}

function generateDay(count: number, day: Day): StoredHit[] {
  const hits: StoredHit[] = []
  while (hits.length < count) {
    const sessions = day.random() < sessionsPerVisitor - 1 ? 2 : 1
    const user = hits.length === 0 ? everydayUser : undefined
    const visitor = generateVisitor(day, user)
    for (let session = 0; session < sessions; session++) addSession(hits, visitor, day)
  }
  return hits.slice(0, count).sort((a, b) => a.received - b.received)
}

function generateVisitor({ random, sessionIds }: Day, known?: string): Visitor {
  const user = known ?? (random() < signedIn ? `user-${1 + Math.floor(20_000 * random() ** 2)}` : '')
  return {
    visitor: hexOf(random, 16),
    session: random() < sessionIds ? hexOf(random, 24) : '',
    user,
    device: { screen: pick(random, screens), timezone: pick(random, timezones) },
    derived: { language: pick(random, languages), ...pick(random, browsers), country: pick(random, countries) },
    entry: generateEntry(random),
  }
}

function generateEntry(random: Random): Visitor['entry'] {
  const none = { referrer: '', referrerHost: '', source: '', medium: '', campaign: '', query: '' }
  const kind = random()
  if (kind < 0.45) return none
  if (kind < 0.85) {
    const [referrer, referrerHost] = pick(random, referrers)
    return { ...none, referrer, referrerHost }
  }
  if (kind < 0.93) {
    const slug = pathOf(random).replaceAll('/', '-')
    return { ...none, referrer: `https://news.example/item${slug}`, referrerHost: 'news.example' }
  }
  const [source, medium, campaign] = pick(random, campaigns)
  const click = random() < 0.3 ? `&gclid=${hexOf(random, 40)}` : ''
  return { ...none, source, medium, campaign, query: `?utm_source=${source}&utm_medium=${medium}&utm_campaign=${campaign}${click}` }
}

function addSession(hits: StoredHit[], visitor: Visitor, day: Day): void {
  const { random, start, length } = day
  // Two in three between 8 and 22 o'clock.
  let time = start + Math.floor(length * (random() < 0.67 ? (8 + 14 * random()) / 24 : random()) * 0.98)
  const pageviews = random() < onePageview ? 1 : 2 + geometric(random, (pageviewsPerSession - onePageview) / (1 - onePageview) - 2)
  let referrer = visitor.entry.referrer
  for (let index = 0; index < pageviews; index++) {
    time = Math.min(time + 1, start + length - 1)
    const page = addPageview(hits, visitor, day, time, index === 0, referrer)
    referrer = page.url
    const stay = Math.min(Math.floor(-Math.log(1 - random()) * 40_000) + 500, start + length - 1 - time)
    if (random() < 0.12) addEvent(hits, visitor, page, day, time + Math.floor(stay * random()))
    if (random() < 0.5) addEngagement(hits, visitor, page, day, time + stay, stay)
    time += stay
  }
}

function addPageview(hits: StoredHit[], visitor: Visitor, day: Day, time: number, entry: boolean, referrer: string): StoredHit {
  const { random } = day
  const path = pathOf(random)
  const query = entry ? visitor.entry.query : random() < 0.03 ? `?page=${1 + geometric(random, 3)}` : ''
  const id = idOf(random, time)
  const page: Page = { view: id, url: `https://${hostname}${path}${query}`, title: titleOf(path), referrer, path }
  const hit = startHit('pageview', id, time, day, visitor, page)
  addDevice(hit, visitor)
  hit.navigation = entry || random() < 0.9 ? 'navigate' : random() < 0.5 ? 'reload' : 'back-forward'
  hits.push(addDerived(hit, visitor))
  return hit
}

function addEvent(hits: StoredHit[], visitor: Visitor, page: StoredHit, day: Day, time: number): void {
  const { random } = day
  const name = pick(random, eventNames)
  const props = { plan: pick(random, ['free', 'team', 'business']), position: Math.floor(random() * 12), trial: random() < 0.3 }
  const hit = startHit('event', idOf(random, time), time, day, visitor, page)
  hit.name = name
  hit.props = props
  hits.push(addDerived(addDevice(hit, visitor), visitor))
}

function addEngagement(hits: StoredHit[], visitor: Visitor, page: StoredHit, day: Day, time: number, stay: number): void {
  const { random } = day
  const engaged = Math.floor(stay * (0.3 + 0.7 * random()))
  const scroll = Math.floor(100 * random() ** 0.5)
  const hit = startHit('engagement', idOf(random, time), time, day, visitor, page)
  hit.engaged = engaged
  hit.scroll = scroll
  hits.push(addDerived(addDevice(hit, visitor), visitor))
}

/** What an event or engagement repeats of its view. */
type Page = Pick<StoredHit, 'view' | 'url' | 'title' | 'referrer' | 'path'>

/** The fields in the order of the collector. Spelled out: copying objects took five times as long, for ten million hits minutes. */
function startHit(type: HitType, id: string, time: number, { random, site, day }: Day, { visitor, session, user, entry }: Visitor, page: Page): StoredHit {
  const { view, url, title, referrer, path } = page
  const { referrerHost, source, medium, campaign } = entry
  const received = time + 20 + Math.floor(1980 * random() ** 3)
  return { site, id, origin: 'browser', type, day, time, received, view, url, title, referrer, hostname, path, referrerHost, source, medium, campaign, visitor, session, user } as StoredHit
}

function addDevice(hit: StoredHit, { device }: Visitor): StoredHit {
  hit.screen = device.screen!
  hit.timezone = device.timezone!
  return hit
}

/** What the collector finds out: the same for all hits of a visit. */
function addDerived(hit: StoredHit, { derived, entry }: Visitor): StoredHit {
  hit.language = derived.language!
  if (entry.referrerHost !== '') hit.channel = entry.medium === 'email' ? 'Email' : 'Organic Search'
  hit.browser = derived.browser!
  hit.browserVersion = derived.browserVersion!
  hit.os = derived.os!
  hit.device = derived.device!
  hit.country = derived.country!
  return hit
}

const browsers: Pick<StoredHit, 'browser' | 'browserVersion' | 'os' | 'device'>[] = [
  { browser: 'Chrome', browserVersion: '142', os: 'Windows', device: 'Desktop' },
  { browser: 'Chrome', browserVersion: '142', os: 'Android', device: 'Mobile' },
  { browser: 'Safari', browserVersion: '26', os: 'iOS', device: 'Mobile' },
  { browser: 'Safari', browserVersion: '18', os: 'macOS', device: 'Desktop' },
  { browser: 'Firefox', browserVersion: '145', os: 'Linux', device: 'Desktop' },
  { browser: 'Microsoft Edge', browserVersion: '141', os: 'Windows', device: 'Desktop' },
]
const countries = ['DE', 'US', 'GB', 'FR', 'NL', 'BR', 'JP', 'PL']
const hostname = 'shop.example'
const pathCount = 500
const sections = ['blog', 'docs', 'shop', 'guides', 'news', 'help']
const words = 'quiet river winter copper market garden signal harbor paper lantern orchard meadow silver window bridge summit'.split(' ')
const eventNames = ['signup', 'add to cart', 'checkout', 'download', 'video play', 'search', 'outbound link']
const screens = ['1920x1080', '390x844', '1440x900', '412x915', '1536x864', '393x873', '360x800', '2560x1440', '1366x768', '820x1180']
const languages = ['en-US', 'de-DE', 'en-GB', 'fr-FR', 'es-ES', 'nl-NL', 'pt-BR', 'ja-JP', 'pl-PL', 'it-IT', 'sv-SE', 'de-AT']
const timezones = ['Europe/Berlin', 'America/New_York', 'Europe/London', 'America/Los_Angeles', 'Europe/Paris', 'Asia/Tokyo', 'America/Sao_Paulo', 'Europe/Vienna']
const referrers: [string, string][] = [
  ['https://www.google.com/', 'google.com'],
  ['https://duckduckgo.com/', 'duckduckgo.com'],
  ['https://www.bing.com/', 'bing.com'],
  ['https://t.co/', 't.co'],
  ['https://www.reddit.com/', 'reddit.com'],
  ['https://github.com/', 'github.com'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm'],
]
const campaigns: [string, string, string][] = [
  ['newsletter', 'email', 'november'],
  ['google', 'cpc', 'brand'],
  ['facebook', 'social', 'autumn-sale'],
  ['partner', 'referral', 'docs-launch'],
]

const paths = Array.from({ length: pathCount }, (_, rank) => {
  if (rank === 0) return '/'
  const slug = [words[rank % 16], words[(rank >> 2) % 16], words[(rank * 7) % 16], rank].join('-')
  return `/${sections[rank % sections.length]}/${slug}`
})

/** Rank by a power law: the first of 500 has about a tenth of the views. */
function pathOf(random: Random): string {
  return paths[Math.min(pathCount - 1, Math.floor(pathCount ** random() - 1))]!
}

function titleOf(path: string): string {
  const slug = path.slice(path.lastIndexOf('/') + 1).replaceAll('-', ' ')
  return path === '/' ? 'Shop – quiet things for loud days' : `${slug.charAt(0).toUpperCase()}${slug.slice(1)} – Shop`
}

/** Early ones far more often. */
function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(from.length * random() ** 2)]!
}

/** How often it takes on to succeed; `mean` on average. */
function geometric(random: Random, mean: number): number {
  return Math.floor(Math.log(1 - random()) / Math.log(mean / (mean + 1)))
}

function idOf(random: Random, time: number): string {
  for (let index = 0; index < 10; index++) idBytes[index] = Math.floor(random() * 256)
  return idFrom(time, idBytes)
}

function hexOf(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += digits[Math.floor(random() * 16)]!
  return text
}
