import { answerHeader, droppedHeader, maxBodyBytes, type HitAnswer } from '@treadlight/protocol'
import { StoreBusyError } from '@treadlight/store'
import type { H3Event } from 'h3'
import { FastResponse } from 'srvx'
import type { Receiver } from '../hit/receive.ts'

/** Any page may post, none needs credentials, and each may read what the answer says. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': `${answerHeader}, ${droppedHeader}, retry-after`,
  'cache-control': 'no-store',
} as const

const preflight = {
  ...cors,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
} as const

/** Long user agents are attacks or accidents: nobody's needs more to be told apart. */
const userAgentLimit = 512

export interface HitRouteOptions {
  receive: Receiver
  now: () => number
}

/** The smallest GIF: one transparent pixel. */
const transparentPixel: Uint8Array<ArrayBuffer> = Uint8Array.from(atob('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='), (letter) => letter.charCodeAt(0))

/** Seconds after which a sender comes back when nobody knows better. */
const retryAfter = 5

/** `POST /hit`, and `GET /hit?hit=` for pixels, with an answer of ours for whatever comes: see "Wire" in ARCHITECTURE.md. */
export function createHitRoute({ receive, now }: HitRouteOptions): (event: H3Event) => Promise<Response> {
  return async (event) => {
    const { method } = event.req
    if (method === 'OPTIONS') return new FastResponse(null, { status: 204, headers: preflight })
    const pixel = method === 'GET' ? event.url.searchParams.get('hit') : null
    if (method !== 'POST' && pixel === null)
      return answer(405, refusal('method', 'must be POST, or GET with ?hit= for a pixel'), { allow: 'POST, OPTIONS' })

    const body = pixel === null ? await readBody(event) : { text: pixel }
    // What is left of such a body is not worth reading: the connection goes with the answer.
    if (body === 'too large') return answer(413, refusal('body', `must be at most ${maxBodyBytes} bytes`), { connection: 'close' })
    if (body === 'broken off') return answer(408, refusal('body', 'broke off'), { connection: 'close' })

    try {
      const { status, body: result, dropped } = await receive(body.text, {
        address: event.req.ip,
        userAgent: (event.req.headers.get('user-agent') ?? '').slice(0, userAgentLimit),
        header: (name) => event.req.headers.get(name) ?? '',
      })
      const headers = dropped.size > 0 ? { [droppedHeader]: [...dropped].join(', ') } : {}
      return pixel === null ? answer(status, result, headers) : answerPixel(headers)
    } catch (error) {
      // Nothing of the request is acknowledged: the sender keeps its hits and comes back. The receiver's watcher tells the owner.
      const seconds = error instanceof StoreBusyError ? error.retryAfter : retryAfter
      return answer(503, refusal('store', 'cannot take hits at the moment'), { 'retry-after': String(seconds) })
    }
  }

  /** Whatever became of the hit, unless it should come again: an image that loads is all that its sender can see. */
  function answerPixel(headers: Record<string, string>): Response {
    return new FastResponse(transparentPixel, {
      headers: { ...cors, 'content-type': 'image/gif', 'cross-origin-resource-policy': 'cross-origin', [answerHeader]: String(now()), ...headers },
    })
  }

  function answer(status: number, body: HitAnswer, headers: Record<string, string> = {}): Response {
    return new FastResponse(JSON.stringify(body), {
      status,
      headers: { ...cors, 'content-type': 'application/json', [answerHeader]: String(now()), ...headers },
    })
  }
}

function refusal(field: string, reason: string): HitAnswer {
  return { stored: 0, duplicate: 0, dropped: 0, refused: [{ index: 0, field, reason }] }
}

/**
 * The body as text. The server counts the bytes of bodies that do not say their length (`maxRequestBodySize`); other
 * runtimes are checked after reading.
 */
async function readBody(event: H3Event): Promise<{ text: string } | 'too large' | 'broken off'> {
  if (Number(event.req.headers.get('content-length')) > maxBodyBytes) return 'too large'
  try {
    const text = await event.req.text()
    return text.length > maxBodyBytes ? 'too large' : { text }
  } catch (error) {
    // Senders go away, are too slow or send nonsense in chunks: nothing that the owner could mend.
    return error instanceof Error && 'statusCode' in error && error.statusCode === 413 ? 'too large' : 'broken off'
  }
}
