import { isRefusal, maxBatchHits, type Refusal } from '@treadlight/protocol'
import { readBearer } from '../../http/readBearer.ts'
import type { Dialect, DialectAnswer, DialectHit, DialectRequest, Take, Taken } from '../dialect.ts'
import { pageOrigin } from '../pageUrl.ts'
import { readJsonBody } from '../readJsonBody.ts'
import { failure, json, methodFailure } from './answers.ts'
import { readCollect } from './readCollect.ts'
import { readUmami } from './readUmami.ts'
import { visitOf } from './visitToken.ts'

const cors = ['access-control-allow-origin', '*'] as const

/**
 * Umami's trackers and `@umami/node`: `POST /api/send`, `POST /api/batch`, `POST /api/collect` of Umami 1, and the
 * `GET /api/heartbeat` by which its programs find out whether it is there.
 */
export const umami: Dialect = {
  name: 'umami',
  paths: ['/api/send', '/api/batch', '/api/collect', '/api/heartbeat'],
  // Of a batch; a page sends a few hundred bytes.
  maxBytes: 1_000_000,
  cors: {
    each: cors,
    preflight: ['access-control-allow-headers', '*', 'access-control-allow-methods', 'GET, DELETE, POST, PUT', 'access-control-max-age', '86400'],
  },
  answer,
  refuse: (status, reason) => failure(status, reason),
}

async function answer(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  const { pathname } = request.url
  if (pathname === '/api/heartbeat') return request.method === 'GET' ? json(200, { ok: true }) : methodFailure('GET')
  if (request.method !== 'POST') return methodFailure('POST')
  const token = readBearer(request.header('authorization'))
  if (token !== undefined && !(await request.authorize(token))) return failure(401, 'The token is not one of scope hits')
  const body = await readJsonBody(request)
  if (typeof body === 'number') return failure(body, 'The body must be JSON, whole, and not too large')
  if (pathname === '/api/batch') return answerBatch(body.json, request, take)
  const isOld = pathname === '/api/collect'
  const hits = (isOld ? readCollect : readUmami)(body.json, pageOrigin(request.header))
  return answerOne(await takeOne(hits, take), request, isOld)
}

async function takeOne(read: DialectHit[] | Refusal, take: Take): Promise<Taken[]> {
  if (isRefusal(read)) return [{ outcome: 'refused', ...read }]
  return read.length === 0 ? [] : take(read)
}

/** Umami 1 answers the token alone, as text. */
function answerOne(outcomes: readonly Taken[], request: DialectRequest, isOld: boolean): DialectAnswer {
  const failed = failureOf(outcomes)
  if (failed !== undefined) return failed
  const visit = visitOf(request.header('x-umami-cache'))
  return isOld ? { status: 200, headers: ['content-type', 'text/plain; charset=utf-8'], body: visit.cache } : json(200, visit)
}

/** What Umami has for a hit that is not taken: nothing is wrong with one of a robot. */
function failureOf(outcomes: readonly Taken[]): DialectAnswer | undefined {
  const [first] = outcomes
  if (first === undefined || outcomes.some(({ outcome }) => outcome === 'stored' || outcome === 'duplicate')) return undefined
  if (first.outcome === 'refused') return failure(400, `${first.field}: ${first.reason}`)
  if (first.outcome !== 'dropped') return undefined
  return first.reason === 'address' ? failure(403, 'The address is excluded') : json(200, { beep: 'boop' })
}

async function answerBatch(body: unknown, request: DialectRequest, take: Take): Promise<DialectAnswer> {
  if (!Array.isArray(body)) return failure(400, 'The body must be an array')
  if (body.length > maxBatchHits) return failure(400, `The body must have at most ${maxBatchHits} hits`)
  const origin = pageOrigin(request.header)
  const items = body.map((item) => readUmami(item, origin))
  const hits = items.flatMap((item) => (isRefusal(item) ? [] : item))
  const taken = hits.length === 0 ? [] : await take(hits)
  let next = 0
  const details = items.flatMap((item, index) => {
    const outcomes: Taken[] = isRefusal(item) ? [{ outcome: 'refused', ...item }] : taken.slice(next, (next += item.length))
    const failed = failureOf(outcomes)
    return failed === undefined || failed.status === 200 ? [] : [{ index, response: JSON.parse(String(failed.body)) as unknown }]
  })
  const { cache } = visitOf(request.header('x-umami-cache'))
  return json(200, { size: items.length, processed: items.length - details.length, errors: details.length, details, cache })
}
