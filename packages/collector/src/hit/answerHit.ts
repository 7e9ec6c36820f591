import { answerHeader, droppedHeader, maxBodyBytes, type HitAnswer } from '@treadlight/protocol'
import { StoreBusyError } from '@treadlight/store'
import { isEncoding } from '../isEncoding.ts'
import { agentOf } from '../enrich/agent.ts'
import { readBearer } from '../http/readBearer.ts'
import { networkOf } from './network.ts'
import type { Receiver } from './receive.ts'
import type { RequestLimit } from './requestLimit.ts'
import type { ServerTokens } from './serverTokens.ts'

/** A request to `/hit`, whatever runtime it comes from. */
interface HitRequest {
  method: string
  /** What stands behind the `?` of the URL; '' for nothing. */
  query: string
  /** The client's address, past trusted proxies. */
  address: string | undefined
  /** A header by its lower-case name; '' where there is none. */
  header: (name: string) => string
  /** The body as text, or why there is none. */
  readBody: () => Promise<HitBody>
}

/** @see HitRequest */
export type HitBody = { text: string } | 'too large' | 'broken off'

/** An answer before it is written in the way of a runtime: headers as names and values in turn. */
interface HitResponse {
  status: number
  headers: string[]
  body: string | Uint8Array<ArrayBuffer> | null
}

/** Any page may post, none needs credentials, and each may read what the answer says. */
const cors = [
  'access-control-allow-origin',
  '*',
  'access-control-expose-headers',
  `${answerHeader}, ${droppedHeader}, retry-after`,
  'cache-control',
  'no-store',
] as const

const preflight: HitResponse = {
  status: 204,
  headers: [...cors, 'access-control-allow-methods', 'POST', 'access-control-allow-headers', 'content-type', 'access-control-max-age', '86400'],
  body: null,
}

/** The smallest GIF: one transparent pixel. */
const transparentPixel: Uint8Array<ArrayBuffer> = Uint8Array.from(atob('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='), (letter) => letter.charCodeAt(0))

/** Seconds after which a sender comes back when nobody knows better. */
const retryAfter = 5

export interface AnswerHitOptions {
  receive: Receiver
  limit: RequestLimit
  serverTokens: ServerTokens
  now: () => number
}

/** Answers a request to `/hit`; never rejects. */
export type AnswerHit = (request: HitRequest) => Promise<HitResponse>

/** `POST /hit`, and `GET /hit?hit=` for pixels, with an answer of ours for whatever comes: see "Wire" in ARCHITECTURE.md. */
export function createAnswerHit({ receive, limit, serverTokens, now }: AnswerHitOptions): AnswerHit {
  return async (request) => {
    const { method, header } = request
    if (method === 'OPTIONS') return preflight
    const network = networkOf(request.address)
    const token = readBearer(header('authorization'))
    // A server sends for all its visitors from one address. What was not known good is limited as everybody is, before it is looked up.
    const wait = token !== undefined && serverTokens.wasGood(token) ? limit() : limit(network)
    if (wait > 0) return answer(429, refusal('request', 'too many for now'), ['retry-after', String(wait)])
    const pixel = method === 'GET' ? new URLSearchParams(request.query).get('hit') : null
    if (method !== 'POST' && pixel === null)
      return answer(405, refusal('method', 'must be POST, or GET with ?hit= for a pixel'), ['allow', 'POST, OPTIONS'])
    if (isEncoding(header('content-encoding')))
      return answer(415, refusal('content-encoding', 'is not taken: send the body as it is'), ['connection', 'close'])

    if (token !== undefined) {
      const isGood = await serverTokens.isGood(token).catch(() => undefined)
      if (isGood === undefined) return answer(503, refusal('authorization', 'cannot be checked at the moment'), ['retry-after', String(retryAfter)])
      if (!isGood) return answer(401, refusal('authorization', 'is no token of scope hits: treadlight token create --name NAME --scope hits makes one'), ['www-authenticate', 'Bearer'])
    }

    const isTooLarge = pixel === null && Number(header('content-length')) > maxBodyBytes
    const body = isTooLarge ? 'too large' : pixel === null ? await request.readBody() : { text: pixel }
    // What is left of such a body is not worth reading: the connection goes with the answer.
    if (body === 'too large') return answer(413, refusal('body', `must be at most ${maxBodyBytes} bytes`), ['connection', 'close'])
    if (body === 'broken off') return answer(408, refusal('body', 'broke off'), ['connection', 'close'])

    try {
      const { status, body: result, dropped } = await receive(body.text, {
        address: request.address,
        network,
        agent: agentOf(header('user-agent')),
        header,
        isPixel: pixel !== null,
        isServer: token !== undefined,
      })
      const headers = dropped.size > 0 ? [droppedHeader, [...dropped].join(', ')] : []
      return pixel === null ? answer(status, result, headers) : answerPixel(headers)
    } catch (error) {
      // Nothing of the request is acknowledged: the sender keeps its hits and comes back. The receiver's watcher tells the owner.
      const seconds = error instanceof StoreBusyError ? error.retryAfter : retryAfter
      return answer(503, refusal('store', 'cannot take hits at the moment'), ['retry-after', String(seconds)])
    }
  }

  /** Whatever became of the hit, unless it should come again: an image that loads is all that its sender can see. */
  function answerPixel(headers: readonly string[]): HitResponse {
    const own = ['content-type', 'image/gif', 'cross-origin-resource-policy', 'cross-origin', answerHeader, String(now())]
    return { status: 200, headers: [...cors, ...own, ...headers], body: transparentPixel }
  }

  function answer(status: number, body: HitAnswer, headers: readonly string[] = []): HitResponse {
    return { status, headers: [...cors, 'content-type', 'application/json', answerHeader, String(now()), ...headers], body: JSON.stringify(body) }
  }
}

function refusal(field: string, reason: string): HitAnswer {
  return { stored: 0, duplicate: 0, dropped: 0, refused: [{ index: 0, field, reason }] }
}
