import { idFrom, type HitType } from '@treadlight/protocol'
import { siteDay, type StoredHit } from '@treadlight/store'
import { createRandom, type Random } from './random.ts'
import { addDays, startOfDay } from '../days.ts'
import { addAttribution } from '../enrich/addAttribution.ts'
import { addChannel } from '../enrich/addChannel.ts'
import { referrerHost } from '../enrich/referrerHost.ts'
import type { EnrichContext } from '../enrich/step.ts'
import { choose, exponential } from './choose.ts'
import { buzzOf, chooseOrigin, type Origin, type SeedDay } from './origins.ts'
import { nextPage, stays, type SeedPage } from './pages.ts'
import { createPerson, type Person } from './people.ts'
import { measureVitals } from './measureVitals.ts'
import { vitalEvent } from '../vitals/thresholds.ts'

/** What traffic to make up. */
export interface SeedOptions {
  site: string
  /** IANA name: days begin there, and its visitors are awake when people there are. */
  timezone: string
  /** Days up to `base`, itself included. */
  days: number
  /** `YYYY-MM-DD`: campaigns and growth are reckoned from here. What comes after it goes on likewise. @default today */
  base?: string
  /** The first of the days that are wanted. @default all */
  since?: string
  /** Visits of a usual day; the last days have more than the first. */
  visits: number
  /** ms since 1970: nothing happens after it. */
  now: number
  /** @default 'larkfield.example' */
  hostname?: string
  /** @default 1 */
  seed?: number
}

/**
 * Made-up traffic of a small shop with a journal, made to be looked at: growth, weekdays, nights, campaigns that come
 * and go, a funnel with revenue. Always the same for the same options. A day at a time, the earliest first, each in order
 * of arrival. Where it comes from is told by the collector's own steps, so it is told as it would be of real hits.
 */
export function* seedHits(options: SeedOptions): Generator<StoredHit[]> {
  for (const hits of seedSlowly(options)) if (hits !== undefined) yield hits
}

/** The same, with nothing now and then: whoever has something else to do may do it there, every few milliseconds. */
export function* seedSlowly({ site, timezone, days, visits, now, base, since, hostname = 'larkfield.example', seed = 1 }: SeedOptions): Generator<StoredHit[] | undefined> {
  const today = siteDay(timezone, now)
  const last = base ?? today
  for (let ago = days - 1; ; ago--) {
    const day = addDays(last, -ago)
    if (day > today) return
    if (since !== undefined && day < since) continue
    const random = createRandom(seed * 7919 + Date.parse(day) / 86_400_000)
    const start = startOfDay(timezone, day)
    const end = Math.min(startOfDay(timezone, addDays(day, 1)) - 1, now)
    const weekday = new Date(day).getUTCDay()
    const scene: Scene = { site, hostname, random, start, end, date: { day, ago, weekday } }
    const growth = 1.2 - (0.55 * ago) / Math.max(days - 1, 1)
    yield* generateDay(scene, visits * growth * weekdays[weekday]! * buzzOf(scene.date) * (0.94 + 0.12 * random()))
  }
}

interface Scene {
  site: string
  hostname: string
  random: Random
  /** First and last moment that a hit may be of, ms since 1970. */
  start: number
  end: number
  date: SeedDay
}

/** A visit as it goes on. */
interface Visit {
  scene: Scene
  person: Person
  origin: Origin
  hits: StoredHit[]
  time: number
  /** What lies in the cart, in euros. */
  cart: number
}

/** From Sunday on. */
const weekdays = [0.88, 1.04, 1.08, 1.1, 1.08, 0.98, 0.78]
/** How busy each hour of the day is. */
const hours = [14, 8, 5, 4, 5, 10, 24, 46, 66, 78, 84, 82, 88, 80, 76, 74, 76, 82, 90, 98, 104, 92, 60, 32]
const clock = hours.map((weight, hour) => ({ hour, weight }))
const sessionsPerVisitor = 1.09
/** Share of views whose web vitals are sent. */
const measured = 0.06

/** After so many visits others have their turn: some hundred hits. */
const visitsInARow = 20

function* generateDay(scene: Scene, visits: number): Generator<StoredHit[] | undefined> {
  const hits: StoredHit[] = []
  for (let count = 0; count < visits; count++) {
    if (count % visitsInARow === visitsInARow - 1) yield undefined
    const person = createPerson(scene.random)
    hits.push(...generateVisit(scene, person))
    if (scene.random() < sessionsPerVisitor - 1) hits.push(...generateVisit(scene, person))
  }
  yield hits.sort((a, b) => a.received - b.received)
}

function generateVisit(scene: Scene, person: Person): StoredHit[] {
  const { random, start, date } = scene
  const { hour } = choose(random, clock, ({ weight }) => weight)
  const { origin, entry } = chooseOrigin(random, date)
  const visit: Visit = { scene, person, origin, hits: [], time: start + Math.floor((hour + random()) * 3_600_000), cart: 0 }
  let from = origin.referrer
  for (let page: SeedPage | undefined = entry; page; page = nextPage(page, random)) from = addView(visit, page, from)
  // Whom the day's end or the present has overtaken is still there.
  return visit.hits.filter(({ received }) => received <= scene.end)
}

/** Adds a pageview with what happens on it. @returns its URL, the next one's referrer */
function addView(visit: Visit, page: SeedPage, referrer: string): string {
  const { scene, origin, hits } = visit
  const { random, hostname } = scene
  const view = createHit(visit, 'pageview', page, `https://${hostname}${page.path}${hits.length === 0 ? origin.query : ''}`, referrer)
  hits.push({ ...view, navigation: 'navigate' })
  const stay = 2000 + Math.floor(exponential(random, stays[page.kind] * 1000))
  if (random() < measured) for (const props of measureVitals(random, visit.person.device, scene.date)) addReport(visit, view, 'event', { name: vitalEvent, props, interactive: false })
  addEvents(visit, page, view, stay)
  visit.time = view.time + stay
  if (random() < 0.93) addReport(visit, view, 'engagement', { engaged: Math.floor(stay * (0.55 + 0.45 * random())), scroll: Math.ceil(100 * random() ** 0.6) })
  visit.time += 40
  return view.url
}

function addEvents(visit: Visit, page: SeedPage, view: StoredHit, stay: number): void {
  const { random } = visit.scene
  const add = (name: string, props: NonNullable<StoredHit['props']>, more: Partial<StoredHit> = {}): void => {
    visit.time = view.time + Math.floor(stay * (0.2 + 0.7 * random()))
    addReport(visit, view, 'event', { name, props, interactive: true, ...more })
  }
  const chance = random()
  if (page.kind === 'product' && chance < 0.19) {
    visit.cart += page.price!
    add('Add to cart', { product: page.title.split(' – ')[0]!, price: page.price! })
  }
  if (page.kind === 'product' && chance > 0.97) add('File Download', { url: `https://${view.hostname}/files/size-guide.pdf` })
  if (page.kind === 'article' && chance < 0.05) add('Newsletter signup', { place: chance < 0.03 ? 'article' : 'footer' })
  if (page.kind === 'article' && chance > 0.93) add('Outbound Link: Click', { url: chance > 0.97 ? 'https://www.openstreetmap.org/' : 'https://en.wikipedia.org/wiki/Layered_clothing' })
  if (page.kind === 'contact' && chance < 0.3) add('Form: Submission', { path: page.path })
  if (page.kind === 'missing') add('404', { path: page.path }, { interactive: false })
  if (page.kind === 'thanks') add('Purchase', { payment: choose(random, ['card', 'paypal', 'invoice'], () => 1) }, revenueOf(visit))
}

/** Of whoever came back with a full cart it is not known what was in it: some usual order. */
function revenueOf({ cart, scene: { random } }: Visit): Partial<StoredHit> {
  const amount = cart > 0 ? cart : 20 + Math.floor(random() * 140)
  return { revenue: { amount: amount.toFixed(2), currency: 'EUR' } }
}

function addReport(visit: Visit, view: StoredHit, type: HitType, said: Partial<StoredHit>): void {
  const { id, time, received } = stampOf(visit)
  // The home day is that of the view's id, which is the same scene's.
  visit.hits.push({ ...view, type, id, time, received, ...said })
}

function createHit(visit: Visit, type: HitType, page: SeedPage, url: string, referrer: string): StoredHit {
  const { scene: { site, hostname, date }, person } = visit
  const { id, time, received } = stampOf(visit)
  const host = referrerHost(referrer)
  const hit: StoredHit = {
    site,
    id,
    origin: 'browser',
    type,
    day: date.day,
    time,
    received,
    view: id,
    url,
    title: page.title,
    referrer,
    hostname,
    path: page.path,
    referrerHost: host === hostname ? '' : host,
    source: '',
    medium: '',
    campaign: '',
    session: '',
    ...person,
  }
  // Of the steps' context these two read the URL alone, and nothing.
  const context = { decoded: { url } } as EnrichContext
  void addAttribution(hit, context)
  void addChannel(hit, context)
  return hit
}

function stampOf({ time, scene: { random } }: Visit): Pick<StoredHit, 'id' | 'time' | 'received'> {
  const bytes = Uint8Array.from({ length: 10 }, () => Math.floor(random() * 256))
  return { id: idFrom(time, bytes), time, received: time + 20 + Math.floor(400 * random() ** 3) }
}
