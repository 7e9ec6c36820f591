import { maxBodyBytes } from '@treadlight/protocol'
import type { H3Event } from 'h3'
import { FastResponse } from 'srvx'
import type { AnswerHit, HitBody } from '../hit/answerHit.ts'

/** `/hit` on any runtime. On Node.js most requests take a shorter way: see `nodeHits.ts`. */
export function createHitRoute(answerHit: AnswerHit): (event: H3Event) => Promise<Response> {
  return async (event) => {
    const { req } = event
    const { status, headers, body } = await answerHit({
      method: req.method,
      query: event.url.search.slice(1),
      address: req.ip,
      header: (name) => req.headers.get(name) ?? '',
      readBody: () => readBody(event),
    })
    return new FastResponse(body, { status, headers: pairsOf(headers) })
  }
}

function pairsOf(list: readonly string[]): [string, string][] {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index]!, list[2 * index + 1]!])
}

/**
 * The body as text. The server counts the bytes of bodies that do not say their length (`maxRequestBodySize`); other
 * runtimes are checked after reading.
 */
async function readBody(event: H3Event): Promise<HitBody> {
  try {
    const text = await event.req.text()
    return text.length > maxBodyBytes ? 'too large' : { text }
  } catch (error) {
    // Senders go away, are too slow or send nonsense in chunks: nothing that the owner could mend.
    return error instanceof Error && 'statusCode' in error && error.statusCode === 413 ? 'too large' : 'broken off'
  }
}
