import type { H3Event } from 'h3'
import { FastResponse } from 'srvx'
import type { AnswerHit } from '../hit/answerHit.ts'
import { pairsOf } from './pairsOf.ts'
import { readBody } from './readBody.ts'

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
