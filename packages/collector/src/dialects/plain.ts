import { isObject } from '../isObject.ts'
import type { Dialect, DialectAnswer, DialectHit } from './dialect.ts'

/**
 * What plain.pageviews' script posts (PV06): JSON that says it is, with `url`, `title`, `referrer` and `timestamp`, all four of
 * them there.
 *
 * Its own framework refuses what other sites post, unless a path is exempt; this one is, for pages are elsewhere.
 */
export const plain: Dialect = {
  name: 'plain',
  paths: ['/pageviews/track/'],
  maxBytes: 65_536,
  cors: {
    preflight: ['access-control-allow-methods', 'POST', 'access-control-allow-headers', 'content-type', 'access-control-max-age', '86400'],
    each: ['access-control-allow-origin', '*'],
    // `sendBeacon` sends cookies along, and asks first since it is JSON.
    isCredentialed: true,
  },

  async answer(request, take) {
    if (request.method !== 'POST') return { ...empty(405), headers: ['allow', 'OPTIONS, POST'] }
    if (!request.header('content-type').startsWith('application/json')) return plain.refuse(415, 'content-type: must be application/json', request)
    const body = await request.readBody()
    if (body === 'too large') return plain.refuse(413, 'body: is too large', request)
    if (body === 'broken off') return plain.refuse(408, 'body: broke off', request)
    const hit = readPageview(body.text, request.received)
    if (typeof hit === 'string') return failure(400, hit)
    const [taken] = await take([hit])
    if (taken!.outcome === 'refused') return failure(400, `${taken!.field}: ${taken!.reason}`)
    return empty(taken!.outcome === 'dropped' ? 200 : 201)
  },

  refuse: (status, reason) => failure(status, reason),
}

function empty(status: number): DialectAnswer {
  return { status, headers: [], body: null }
}

function failure(status: number, error: string): DialectAnswer {
  return { status, headers: ['content-type', 'application/json'], body: JSON.stringify({ error }) }
}

const fields = ['url', 'title', 'referrer', 'timestamp'] as const
/** Further off is a clock that nobody believes: the collector's counts. ms */
const farOff = 86_400_000

/** A pageview, or why it is none. */
function readPageview(text: string, received: number): DialectHit | string {
  const given = parse(text)
  if (!isObject(given)) return 'body: must be a JSON object'
  const missing = fields.find((field) => !(field in given))
  if (missing !== undefined) return `${missing}: is required`
  const { url, title, referrer, timestamp } = given
  if (typeof url !== 'string' || !URL.canParse(url)) return 'url: must be an absolute URL'
  const time = timestamp === null ? undefined : readTime(timestamp)
  if (time !== undefined && Number.isNaN(time)) return 'timestamp: must be an ISO 8601 time'
  const isNear = time !== undefined && Math.abs(received - time) < farOff
  return { type: 'pageview', url, ...(typeof title === 'string' && { title }), ...(typeof referrer === 'string' && { referrer }), ...(isNear && { time }) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Some servers' times have no zone, and are UTC. NaN for none. */
function readTime(value: unknown): number {
  const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(value) : null
  return match === null ? NaN : Date.parse(`${match[1]}T${match[2]}${match[3] ?? 'Z'}`)
}
