import type { Refusal } from './answer.ts'
import { clientHeaders, type Client, type Hit, type HitType, type NavigationType, type PropValue, type Revenue } from './hit.ts'
import { isId } from './id.ts'
import { maxBatchHits, maxHitDepth, maxProps, textLimits } from './limits.ts'
import { cleanText, cutText } from './text.ts'

/** A hit as decoded: `id` and `timestamp` may still be missing, the collector fills them in. */
export type DecodedHit = Omit<Hit, 'id' | 'timestamp'> & { id?: string; timestamp?: string }

/** What a body holds before its hits are decoded one by one. */
export interface Envelope {
  hits: unknown[]
  /** The sender's clock when it sent, ms since 1970. */
  sentAt?: number
}

const types: readonly string[] = ['pageview', 'event', 'engagement'] satisfies HitType[]
const navigations: readonly string[] = [
  'navigate',
  'reload',
  'back-forward',
  'back-forward-cache',
  'prerender',
  'restore',
] satisfies NavigationType[]
// A look before the parsing, which would need the whole of a second parsing to tell the scheme.
const scheme = /^\s*(https?|ftps?):/i
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/
const screenSize = /^\d{1,5}x\d{1,5}$/
const decimal = /^-?\d{1,15}(\.\d{1,6})?$/

/** What a Date can hold, ms from 1970 in either direction (ECMAScript, "Time Values and Time Range"). */
const latestDate = 8.64e15

/** Whether a decoding ended in a refusal. */
export function isRefusal(result: object): result is Refusal {
  return 'reason' in result
}

/**
 * Reads a body: one hit, an array of hits, or `{ sentAt, hits }`, as JSON whatever its content type
 * (beacons are `text/plain`, so that they need no preflight).
 */
export function readHits(body: string): Envelope | Refusal {
  let json: unknown
  try {
    // Some editors and programs begin a file with a byte order mark.
    json = JSON.parse(body.startsWith('\ufeff') ? body.slice(1) : body)
  } catch {
    return { field: 'body', reason: 'must be JSON' }
  }
  if (Array.isArray(json)) return checkCount({ hits: json })
  if (!isObject(json)) return { field: 'body', reason: 'must be a hit, an array of hits or { sentAt, hits }' }
  if (!('hits' in json)) return { hits: [json], ...readSentAt(json['sentAt']) }
  if (!Array.isArray(json['hits'])) return { field: 'hits', reason: 'must be an array' }
  return checkCount({ hits: json['hits'], ...readSentAt(json['sentAt']) })
}

/**
 * Checks one hit at the door. What cannot be counted without it is refused by name (`url`, `type`,
 * `id`, `timestamp`, `view`, an event's `name`); what only describes is cut or left out when malformed,
 * so that an old collector and a new tracker get along. The URL keeps its length here: attribution is
 * read from the whole of it before it is cut.
 *
 * @param isUrl for who needs the URL parsed anyway, and can keep what it has parsed
 */
export function decodeHit(input: unknown, isUrl: (url: string) => boolean = URL.canParse): DecodedHit | Refusal {
  if (!isObject(input)) return { field: 'hit', reason: 'must be an object' }
  if (isDeeperThan(maxHitDepth, input)) return { field: 'hit', reason: `must not be nested deeper than ${maxHitDepth}` }

  // Who names it means an event, whether the type was thought of or not.
  const type = input['type'] ?? (input['name'] ? 'event' : 'pageview')
  if (!isOneOf<HitType>(type, types)) return { field: 'type', reason: `must be one of ${types.join(', ')}` }

  if (input['url'] === undefined || input['url'] === null || input['url'] === '') return { field: 'url', reason: 'is required' }
  if (typeof input['url'] !== 'string') return { field: 'url', reason: 'must be a text' }
  // As the URL standard does: tabs and line breaks inside are dropped. What is looked at is what will be parsed later.
  const url = cleanText(input['url'].replace(/[\t\r\n]+/g, ''))
  if (!scheme.test(url) || !isUrl(url)) return { field: 'url', reason: 'must be an absolute http(s) or ftp(s) URL' }

  const hit: DecodedHit = {
    type,
    url,
    title: text(input['title'], textLimits.title) ?? '',
    referrer: text(input['referrer'], textLimits.referrer) ?? '',
  }

  for (const field of ['id', 'view'] as const) {
    const id = input[field]
    if (id === undefined || id === null || id === '') continue
    const lower = typeof id === 'string' ? id.toLowerCase() : ''
    if (!isId(lower)) return { field, reason: 'must be a UUIDv7' }
    hit[field] = lower
  }

  const timestamp = input['timestamp']
  if (timestamp !== undefined && timestamp !== null) {
    if (typeof timestamp !== 'string' || !isoTime.test(timestamp) || Number.isNaN(Date.parse(timestamp)))
      return { field: 'timestamp', reason: 'must be an ISO 8601 time with a zone' }
    hit.timestamp = timestamp
  }

  if (type === 'event') {
    const name = text(input['name'], textLimits.name)?.trim()
    if (!name) return { field: 'name', reason: 'is required for an event' }
    hit.name = name
  } else if (type === 'engagement') {
    if (!hit.view) return { field: 'view', reason: 'is required for engagement' }
  }

  addDescription(hit, input)
  return hit
}

/** Copies what describes a hit, leaving out what is malformed. */
function addDescription(hit: DecodedHit, input: Record<string, unknown>): void {
  assign(hit, 'props', readProps(input['props']))
  assign(hit, 'engaged', numberWithin(input['engaged'], 86_400_000))
  assign(hit, 'scroll', numberWithin(input['scroll'], 100))
  assign(hit, 'session', text(input['session'], textLimits.session))
  // A token is checked against its signature: cutting would break it, and the body limit bounds it.
  assign(hit, 'user', text(input['user'], Infinity))
  assign(hit, 'language', text(input['language'], textLimits.language))
  assign(hit, 'timezone', text(input['timezone'], textLimits.timezone))
  assign(hit, 'revenue', readRevenue(input['revenue']))
  assign(hit, 'site', text(input['site'], textLimits.session))
  assign(hit, 'client', readClient(input['client']))
  const { screen, navigation, interactive } = input
  if (typeof screen === 'string' && screenSize.test(screen)) hit.screen = screen
  if (isOneOf<NavigationType>(navigation, navigations)) hit.navigation = navigation
  if (interactive === false) hit.interactive = false
  if (input['webdriver'] === true) hit.webdriver = true
  if (input['forwarding'] === false) hit.forwarding = false
  if (input['retimed'] === true) hit.retimed = true
}

function assign<K extends keyof DecodedHit>(hit: DecodedHit, field: K, value: DecodedHit[K] | undefined): void {
  if (value !== undefined && value !== '') hit[field] = value
}

function text(value: unknown, limit: number): string | undefined {
  return typeof value === 'string' ? cutText(cleanText(value), limit) : undefined
}

function numberWithin(value: unknown, highest: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Math.min(Math.max(Math.round(value), 0), highest)
}

function readProps(value: unknown): Record<string, PropValue> | undefined {
  if (!isObject(value)) return undefined
  const entries: [string, PropValue][] = []
  for (const [key, prop] of Object.entries(value)) {
    if (entries.length === maxProps) break
    const clean = readPropValue(prop)
    if (clean === undefined || clean === '') continue
    entries.push([cutText(cleanText(key), textLimits.propKey), clean])
  }
  // fromEntries defines properties instead of assigning them, so a key named __proto__ stays a plain name.
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

function readPropValue(value: unknown): PropValue | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return text(value, textLimits.propValue)
}

function readRevenue(value: unknown): Revenue | undefined {
  if (!isObject(value)) return undefined
  const { amount: given, currency } = value
  // Of anything else a text may not even exist: { "toString": 1 } throws.
  const amount = typeof given === 'number' ? String(given) : given
  if (typeof amount !== 'string' || !decimal.test(amount) || typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined
  return { amount, currency: currency.toUpperCase() }
}

/** Present also where nothing in it is understood: the hit is a visitor's, of whom nothing is known then. */
function readClient(value: unknown): Client | undefined {
  if (!isObject(value)) return undefined
  const { address, userAgent, headers } = value
  const client: Client = {}
  // Cut, it would be another one.
  if (typeof address === 'string' && address.length <= textLimits.address) client.address = cleanText(address).trim()
  const agent = text(userAgent, textLimits.userAgent)
  if (agent !== undefined) client.userAgent = agent
  if (isObject(headers)) client.headers = readClientHeaders(headers)
  return client
}

function readClientHeaders(headers: Record<string, unknown>): Record<string, string> {
  const known: Record<string, string> = {}
  for (const name of clientHeaders) {
    const value = text(headers[name], textLimits.clientHeader)
    if (value) known[name] = value
  }
  return known
}

function readSentAt(value: unknown): { sentAt?: number } {
  const time = typeof value === 'string' && isoTime.test(value) ? Date.parse(value) : value
  return typeof time === 'number' && Math.abs(time) <= latestDate ? { sentAt: time } : {}
}

function checkCount(envelope: Envelope): Envelope | Refusal {
  const { length } = envelope.hits
  if (length === 0) return { field: 'hits', reason: 'must not be empty' }
  if (length > maxBatchHits) return { field: 'hits', reason: `must be at most ${maxBatchHits}` }
  return envelope
}

/** A few thousand levels parse, and throw where they are written again or copied. */
function isDeeperThan(levels: number, value: object): boolean {
  const isDeep = (inner: unknown): boolean => typeof inner === 'object' && inner !== null && (levels === 1 || isDeeperThan(levels - 1, inner))
  if (Array.isArray(value)) return value.some(isDeep)
  // Without a list of its keys: every hit comes by here.
  for (const key in value) if (isDeep((value as Record<string, unknown>)[key])) return true
  return false
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOneOf<T extends string>(value: unknown, allowed: readonly string[]): value is T {
  return typeof value === 'string' && allowed.includes(value)
}
