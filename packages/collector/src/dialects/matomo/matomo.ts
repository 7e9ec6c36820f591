import { isRefusal, maxBatchHits } from '@treadlight/protocol'
import type { Dialect, DialectAnswer, DialectHit, DialectRequest, Take, Taken } from '../dialect.ts'
import { pixelOf } from '../pixel.ts'
import { readBulk, type Bulk } from './readBulk.ts'
import { readMatomo } from './readMatomo.ts'
import { readParams } from './readParams.ts'

/** Matomo's image of 43 bytes. */
const image = pixelOf('R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==')

/**
 * Matomo's tracking API: `matomo.js`, its image, `matomo-tracker` and the like. One request in the query or as a form, or
 * many as JSON. `token_auth` is a token of scope `hits`.
 */
export const matomo: Dialect = {
  name: 'matomo',
  paths: ['/matomo.php', '/piwik.php'],
  // A thousand requests of 1 kB.
  maxBytes: 1_000_000,
  reportsEngagement: true,
  cors: {
    each: ['access-control-allow-origin', '*'],
    // `matomo.js` posts with credentials, and sends again what it may not read the answer of: then all would be counted twice.
    isCredentialed: true,
    preflight: ['access-control-allow-methods', 'GET, POST', 'access-control-allow-headers', 'content-type', 'access-control-max-age', '86400'],
  },
  tokenOf: ({ url }) => url.searchParams.get('token_auth') ?? undefined,
  answer,
  refuse: failure,
}

async function answer(request: DialectRequest, take: Take): Promise<DialectAnswer> {
  const { method, url } = request
  if (method !== 'GET' && method !== 'POST') return { ...failure(405, 'The method must be GET or POST'), headers: [...plain, 'allow', 'GET, POST, OPTIONS'] }
  const body = method === 'GET' ? { text: '' } : await request.readBody()
  if (typeof body === 'string') return failure(body === 'too large' ? 413 : 408, `The body is ${body}`)
  const bulk = readBulk(body.text)
  if (bulk !== undefined) return answerBulk(bulk, request, take)
  // What the query says counts before what the form says.
  const params = new URLSearchParams([...url.searchParams, ...readParams(body.text)])
  const token = params.get('token_auth')
  if (token && !(await request.authorize(token))) return failure(401, wrongToken)
  const read = readMatomo(params, request.header('referer'))
  if (isRefusal(read)) return failure(400, `${read.field}: ${read.reason}`)
  const [taken] = read.length === 0 ? [] : await take(read)
  if (taken?.outcome === 'refused' && !isNobodys(taken)) return failure(400, `${taken.field}: ${taken.reason}`)
  return params.get('send_image') === '0' ? { status: 204, headers: [], body: null } : { status: 200, headers: ['content-type', 'image/gif'], body: image }
}

const wrongToken = 'token_auth is no token of scope hits'

/** A beat of a visit that there is not is nothing wrong. */
function isNobodys({ field }: Extract<Taken, { outcome: 'refused' }>): boolean {
  return field === 'view'
}

async function answerBulk({ requests, token, sendImage }: Bulk, request: DialectRequest, take: Take): Promise<DialectAnswer> {
  if (requests.length > maxBatchHits) return failure(413, `There must be at most ${maxBatchHits} requests`)
  // `matomo-tracker` has no other place for a token than each request. One lookup of a wrong one, however many there are.
  for (const one of new Set([token, ...requests.map((params) => params?.get('token_auth'))])) {
    if (one && !(await request.authorize(one))) return json(401, { status: 'error', tracked: 0, invalid: requests.length })
  }
  const reads = requests.map((params) => (params === undefined ? undefined : readMatomo(params, '')))
  const hits = reads.flatMap((read): DialectHit[] => (read === undefined || isRefusal(read) ? [] : read))
  const taken = (hits.length === 0 ? [] : await take(hits)).values()
  const invalid = reads.flatMap((read, index) => {
    if (read === undefined || isRefusal(read)) return index
    const outcome = read.length === 0 ? undefined : taken.next().value
    return outcome?.outcome === 'refused' && !isNobodys(outcome) ? index : []
  })
  if (sendImage === '0') return { status: 204, headers: [], body: null }
  return json(200, { status: 'success', tracked: requests.length - invalid.length, invalid: invalid.length, ...(token && { invalid_indices: invalid }) })
}

const plain = ['content-type', 'text/plain; charset=utf-8'] as const

function failure(status: number, reason: string): DialectAnswer {
  return { status, headers: plain, body: reason }
}

function json(status: number, body: unknown): DialectAnswer {
  return { status, headers: ['content-type', 'application/json'], body: JSON.stringify(body) }
}
