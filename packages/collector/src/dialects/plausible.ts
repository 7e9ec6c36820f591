import type { PropValue, Revenue } from '@treadlight/protocol'
import { isObject } from '../isObject.ts'
import { parseObject } from '../parseObject.ts'
import { readBearer } from '../http/readBearer.ts'
import type { Dialect, DialectAnswer, DialectHit, DialectRequest, Taken } from './dialect.ts'

const dropped = 'x-plausible-dropped'

/**
 * Plausible's events API: `POST /api/event`, JSON whatever its content type. What is dropped is answered as what is stored
 * is, but for a header. Servers send a token of scope `hits` as a bearer, and are believed the `x-forwarded-for` of their
 * visitors.
 */
export const plausible: Dialect = {
  name: 'plausible',
  paths: ['/api/event'],
  // Plausible takes a million. With all its fields at their longest an event has less than this.
  maxBytes: 262_144,
  reportsEngagement: true,
  cors: {
    preflight: ['access-control-allow-methods', 'POST', 'access-control-allow-headers', 'content-type, authorization', 'access-control-max-age', '86400'],
    each: ['access-control-allow-origin', '*', 'access-control-expose-headers', dropped],
  },

  async answer(request, take) {
    if (request.method !== 'POST') return { ...errors(405, 'request', 'must be POST'), headers: [...json, 'allow', 'POST, OPTIONS'] }
    const token = readBearer(request.header('authorization'))
    if (token !== undefined && !(await request.authorize(token))) return plausible.refuse(401, 'is no token of scope hits', request)
    const body = await request.readBody()
    if (body === 'too large') return plausible.refuse(413, 'is too large', request)
    if (body === 'broken off') return plausible.refuse(408, 'broke off', request)
    const event = parseObject(body.text)
    if (event === undefined) return errors(400, 'request', 'must be a JSON object')
    const hit = readEvent(event)
    if ('reason' in hit) return errors(400, hit.field, hit.reason)
    const client = token === undefined ? undefined : clientOf(request)
    const [taken] = await take([client === undefined ? hit : { ...hit, client }])
    return answerFor(taken!)
  },

  refuse: (status, reason) => errors(status, status === 401 ? 'authorization' : 'request', reason),
}

const json = ['content-type', 'application/json; charset=utf-8'] as const
const text = ['content-type', 'text/plain; charset=utf-8'] as const

function errors(status: number, field: string, reason: string): DialectAnswer {
  return { status, headers: json, body: JSON.stringify({ errors: { [field]: [reason] } }) }
}

/** Fields of a hit in Plausible's words. */
const words: Record<string, string> = { name: 'event_name', site: 'domain' }

function answerFor(taken: Taken): DialectAnswer {
  // Engagement of nobody's view is dropped there too.
  if (taken.outcome === 'refused' && taken.field !== 'view') return errors(400, words[taken.field] ?? taken.field, taken.reason)
  const isDropped = taken.outcome === 'dropped' || taken.outcome === 'refused'
  return { status: 202, headers: isDropped ? [...text, dropped, '1'] : text, body: 'ok' }
}

type Refused = { field: string; reason: string }

/** The long names are those of the API, the short ones those of the scripts. */
function readEvent(event: Record<string, unknown>): DialectHit | Refused {
  const either = (...names: string[]): unknown => names.map((name) => event[name]).find((value) => value !== undefined && value !== null)
  // Integers are names of events for pages that are not found.
  const name = either('n', 'name')
  const called = Number.isInteger(name) ? String(name) : name
  if (typeof called !== 'string' || called.trim() === '') return { field: 'event_name', reason: 'is required' }
  const url = either('u', 'url')
  if (typeof url !== 'string' || url === '') return { field: 'url', reason: 'is required' }
  const domain = either('d', 'domain')
  const site = typeof domain === 'string' ? readDomains(domain) : []
  if (domain !== undefined && site.length === 0) return { field: 'domain', reason: 'must name a site' }
  const referrer = either('r', 'referrer')
  const hit = { url, site, ...(typeof referrer === 'string' && { referrer }) }

  if (called === 'engagement' || called === 'pageleave') return readEngagement(event, hit)
  const described = { ...hit, ...readProps(either('m', 'meta', 'p', 'props')), ...readRevenue(either('$', 'revenue')) }
  if (called === 'pageview') return { type: 'pageview', ...described }
  const isPassive = either('i', 'interactive') === false
  return { type: 'event', name: called, ...described, ...(isPassive && { interactive: false }) }
}

/** No site counts as one of several: of a name that there is not the URL decides. */
function readDomains(text: string): string[] {
  return [...new Set(text.split(',').map((domain) => domain.trim()))].filter(Boolean).slice(0, mostDomains)
}

const mostDomains = 20
const thirtyDays = 30 * 86_400_000

function readEngagement(event: Record<string, unknown>, hit: Pick<DialectHit, 'url' | 'site'>): DialectHit | Refused {
  const scroll = readInteger(event['sd'])
  const engagedDelta = readInteger(event['e'])
  const isDeep = scroll !== undefined
  const isLong = engagedDelta !== undefined && engagedDelta < thirtyDays
  if (!isDeep && !isLong) return { field: 'engagement', reason: 'sd or e must be a number' }
  return { type: 'engagement', ...hit, ...(isDeep && { scroll: Math.min(scroll, 100) }), ...(isLong && { engagedDelta }) }
}

/** A whole number from 0, or its digits. */
function readInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

/** Values are texts there; lists, objects and what is blank are left out. */
function readProps(value: unknown): { props?: Record<string, PropValue> } {
  const given = readObject(value)
  if (given === undefined) return {}
  const isPlain = (prop: unknown): boolean => typeof prop === 'number' || typeof prop === 'boolean' || (typeof prop === 'string' && prop.trim() !== '')
  return { props: Object.fromEntries(Object.entries(given).filter(([, prop]) => isPlain(prop)).map(([key, prop]) => [key, String(prop)])) }
}

/** What is none is left out when the hit is decoded. */
function readRevenue(value: unknown): { revenue?: Revenue } {
  const given = readObject(value)
  return given === undefined ? {} : { revenue: given as unknown as Revenue }
}

/** An object, or the JSON of one. */
function readObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'string' ? parseObject(value) : isObject(value) ? value : undefined
}

function clientOf({ header }: DialectRequest): DialectHit['client'] {
  const address = header('x-forwarded-for').split(',')[0]!.trim()
  const language = header('accept-language')
  return address === '' ? undefined : { address, userAgent: header('user-agent'), ...(language !== '' && { language }) }
}
