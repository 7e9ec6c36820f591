import { isRefusal } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import { readBearer } from '../../http/readBearer.ts'
import type { Dialect, DialectAnswer, DialectRequest, Take, Taken } from '../dialect.ts'
import { pageOrigin } from '../pageUrl.ts'
import { pixelOf } from '../pixel.ts'
import { readJsonBody } from '../readJsonBody.ts'
import { readApiHit } from './readApiHit.ts'
import { hitOfCount } from './readCount.ts'
import { readQuery } from './readQuery.ts'

/** GoatCounter's image of 43 bytes. */
const image = pixelOf('R0lGODlhAQABAIABAAAAAP///yH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==')

const apiPath = '/api/v0/count'
const maxHits = 500
const bodyFailures = { 400: 'The body must be JSON', 408: 'The body broke off', 413: 'The body is too large' } as const

/**
 * GoatCounter's `count.js`, its pixel, and its API for servers. A site is the host that is asked, by the setting `aliases`
 * or as one of the site's own hosts; where that is none of them, the page's host decides.
 */
export const goatcounter: Dialect = {
  name: 'goatcounter',
  paths: ['/count', apiPath],
  // Five hundred hits of 2 kB.
  maxBytes: 1_000_000,
  cors: {
    each: ['access-control-allow-origin', '*', 'access-control-expose-headers', 'x-goatcounter, x-goatcounter-filter'],
    preflight: ['access-control-allow-headers', 'authorization, content-type', 'access-control-allow-methods', 'GET, POST', 'access-control-max-age', '86400'],
  },
  tokenOf: ({ header }) => readKey(header('authorization')),
  answer: (request, take) => (request.url.pathname === apiPath ? answerApi(request, take) : answerCount(request, take)),
  refuse: (status, reason, { url }) => (url.pathname === apiPath ? apiFailure(status, reason) : pixel(status, reason)),
}

/** `sendBeacon` posts with an empty body: what there is to say is in the query, whatever the method. */
async function answerCount({ method, url, header }: DialectRequest, take: Take): Promise<DialectAnswer> {
  if (method !== 'GET' && method !== 'POST') return pixel(405, 'method: must be GET or POST')
  const count = readQuery(url.searchParams)
  if (isRefusal(count)) return pixel(400, `${count.field}: ${count.reason}`)
  const hit = hitOfCount(count, url.hostname, pageOrigin(header))
  if (isRefusal(hit)) return pixel(400, `${hit.field}: ${hit.reason}`)
  const [taken] = await take([hit])
  if (taken?.outcome === 'refused') return pixel(400, `${taken.field}: ${taken.reason}`)
  return taken?.outcome === 'dropped' ? pixel(202, `ignored: ${taken.reason}`) : pixel(200)
}

function pixel(status: number, reason?: string): DialectAnswer {
  const own = ['content-type', 'image/gif', 'cross-origin-resource-policy', 'cross-origin']
  return { status, headers: reason === undefined ? own : [...own, 'x-goatcounter', reason.replace(/[^ -~]/g, '?')], body: image }
}

async function answerApi(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  if (request.method !== 'POST') return apiFailure(405, 'The method must be POST')
  const token = readKey(request.header('authorization'))
  if (token === undefined || !(await request.authorize(token))) return apiFailure(401, 'The key must be a token of scope hits, as a bearer or a password')
  const body = await readJsonBody(request)
  if (typeof body === 'number') return apiFailure(body, bodyFailures[body])
  const { hits, no_sessions } = isObject(body.json) ? body.json : {}
  if (!Array.isArray(hits) || hits.length === 0) return apiFailure(400, 'There must be hits')
  if (hits.length > maxHits) return apiFailure(400, `There must be at most ${maxHits} hits`)
  return answerHits(await takeAll(hits.map((hit) => readApiHit(hit, request.url.hostname, no_sessions === true)), take))
}

/** As `take`, where some hits were refused before. */
async function takeAll(reads: readonly ReturnType<typeof readApiHit>[], take: Take): Promise<Taken[]> {
  const hits = reads.flatMap((read) => (isRefusal(read) ? [] : read))
  const taken = hits.length === 0 ? [] : await take(hits)
  let next = 0
  return reads.map((read) => (isRefusal(read) ? { outcome: 'refused', ...read } : taken[next++]!))
}

/** What is not named in `errors` was taken, or is left out for good: nothing of it is to be sent again. */
function answerHits(outcomes: readonly Taken[]): DialectAnswer {
  const dropped = outcomes.flatMap(({ outcome }, index) => (outcome === 'dropped' ? index : []))
  const headers = dropped.length === 0 ? [] : ['x-goatcounter-filter', dropped.join(', ')]
  const errors = outcomes.flatMap((taken, index) => (taken.outcome === 'refused' ? [[index, `${taken.field}: ${taken.reason}`] as const] : []))
  return errors.length === 0 ? json(202, { status: 'ok' }, headers) : json(400, { errors: Object.fromEntries(errors) }, headers)
}

/** The password of a name that does not matter, or a bearer. */
function readKey(authorization: string): string | undefined {
  const basic = /^Basic +([A-Za-z0-9+/=]{1,500})$/i.exec(authorization)?.[1]
  if (basic === undefined) return readBearer(authorization)
  try {
    const text = atob(basic)
    return text.includes(':') ? text.slice(text.indexOf(':') + 1) || undefined : undefined
  } catch {
    return undefined
  }
}

function apiFailure(status: number, error: string): DialectAnswer {
  return json(status, { error }, status === 401 ? ['www-authenticate', 'Basic realm=treadlight'] : [])
}

function json(status: number, body: unknown, headers: readonly string[]): DialectAnswer {
  return { status, headers: ['content-type', 'application/json', ...headers], body: JSON.stringify(body) }
}
