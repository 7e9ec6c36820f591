import type { Origin, StoredHit } from './hit.ts'

type Rule = 'server' | 'browser' | 'earliest'

/**
 * Which fact a merged hit takes each field from.
 *
 * - `server`: server, then browser, then import. Who it was and when: the server knows the login and has the better clock.
 * - `browser`: browser, then server, then import. What the page was: only the browser knows the fragment, the title
 *   that scripts set, the screen, and what the visitor did.
 * - `earliest`: the smallest.
 *
 * The first value that is neither `''` nor missing wins. `time` and `day` share a rule, so that they come from one
 * fact and the time stays inside its day.
 */
export const mergeRules: { readonly [Field in keyof StoredHit]-?: Rule } = {
  site: 'server',
  id: 'server',
  origin: 'server',
  type: 'server',
  day: 'server',
  time: 'server',
  received: 'earliest',
  view: 'server',
  url: 'browser',
  title: 'browser',
  referrer: 'browser',
  hostname: 'browser',
  path: 'browser',
  referrerHost: 'browser',
  source: 'browser',
  medium: 'browser',
  campaign: 'browser',
  visitor: 'server',
  session: 'server',
  user: 'server',
  name: 'server',
  props: 'server',
  engaged: 'browser',
  engagedDelta: 'browser',
  scroll: 'browser',
  screen: 'browser',
  language: 'browser',
  timezone: 'browser',
  navigation: 'browser',
  interactive: 'server',
  webdriver: 'browser',
  // Only a denial is ever said, so whoever says it is heard.
  forwarding: 'browser',
  revenue: 'server',
  term: 'browser',
  content: 'browser',
  clickIds: 'browser',
  channel: 'browser',
  browser: 'browser',
  browserVersion: 'browser',
  os: 'browser',
  osVersion: 'browser',
  device: 'browser',
  country: 'browser',
  region: 'browser',
  city: 'browser',
  address: 'browser',
}

/** A part of another field comes from a fact that says the same of the whole: no city of one country in another. */
const wholes: Partial<Record<keyof StoredHit, keyof StoredHit>> = { browserVersion: 'browser', osVersion: 'os', region: 'country', city: 'country' }

const orders: Record<Exclude<Rule, 'earliest'>, readonly Origin[]> = {
  server: ['server', 'browser', 'import'],
  browser: ['browser', 'server', 'import'],
}
const fields = Object.keys(mergeRules) as (keyof StoredHit)[]

/**
 * Adds a fact to the facts of its id: at most one per origin, in a fixed order.
 *
 * Of two facts of one origin (a retry) the one received first is kept whole; at the same millisecond the one whose
 * JSON is smaller. That makes the union the same whatever arrives when and however often.
 */
export function addFact(facts: readonly StoredHit[], fact: StoredHit): StoredHit[] {
  const union: StoredHit[] = []
  for (const origin of orders.server) {
    const known = facts.find((each) => each.origin === origin)
    const kept = fact.origin !== origin ? known : known === undefined ? fact : firstReceived(known, fact)
    if (kept !== undefined) union.push(kept)
  }
  return union
}

/** Makes one hit of the facts of one id, given in any order and any number of times: see `mergeRules`. */
export function mergeFacts(facts: readonly StoredHit[]): StoredHit {
  const union = facts.length === 1 ? facts : facts.reduce<StoredHit[]>(addFact, [])
  const [only] = union
  if (only === undefined) throw new RangeError('[treadlight store] a hit needs at least one fact')
  return union.length === 1 ? only : mergeFields(union)
}

function mergeFields(facts: readonly StoredHit[]): StoredHit {
  const merged: Partial<Record<keyof StoredHit, unknown>> = {}
  for (const field of fields) {
    const whole = wholes[field]
    const value = mergeField(whole === undefined ? facts : facts.filter((fact) => fact[whole] === merged[whole]), field)
    if (value !== undefined) merged[field] = value
  }
  return merged as StoredHit
}

function mergeField(facts: readonly StoredHit[], field: keyof StoredHit): unknown {
  const rule = mergeRules[field]
  if (rule === 'earliest') return Math.min(...facts.map((fact) => fact[field] as number))
  const values = orders[rule].flatMap((origin) => facts.filter((fact) => fact.origin === origin)).map((fact) => fact[field])
  return values.find((value) => value !== undefined && value !== '') ?? values[0]
}

/** Which of two facts of one id and origin counts; the first of two that say the same. */
export function firstReceived(a: StoredHit, b: StoredHit): StoredHit {
  if (a.received !== b.received) return a.received < b.received ? a : b
  return a === b || JSON.stringify(a) <= JSON.stringify(b) ? a : b
}
