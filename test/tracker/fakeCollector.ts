import type { Answer, Occasion, Transport } from '@treadlight/tracker'
import type { Hit, HitAnswer } from '@treadlight/protocol'

interface SentRequest {
  occasion: Occasion
  sentAt: number
  hits: Hit[]
  bytes: number
}

/** How to answer one request; `undefined` is a transport that cannot know. */
export type Behaviour = (request: SentRequest) => Answer | undefined | Promise<Answer | undefined>

export interface FakeCollector {
  transport: Transport
  requests: SentRequest[]
  /** What arrived and was answered 201, by id: a union. */
  stored: Map<string, Hit>
  /** Behaviours of the next requests, in order; then 201. */
  next: Behaviour[]
}

/** A collector within the test, reached by a transport of its own. */
export function createFakeCollector(): FakeCollector {
  const collector: FakeCollector = {
    requests: [],
    stored: new Map(),
    next: [],
    async transport({ body, occasion }) {
      const { sentAt, hits } = JSON.parse(body) as { sentAt: number; hits: Hit[] }
      const request = { occasion, sentAt, hits, bytes: Buffer.byteLength(body) }
      collector.requests.push(request)
      const answer = await (collector.next.shift() ?? (() => respond(201)))(request)
      if (answer?.status === 201) for (const hit of hits) collector.stored.set(hit.id, hit)
      return answer
    },
  }
  return collector
}

/** An answer of the collector itself, which names its clock. */
export function respond(
  status: number,
  { refused = [], headers = {}, time = Date.now() }: { refused?: HitAnswer['refused']; headers?: Record<string, string>; time?: number } = {},
): Response {
  const answer: HitAnswer = { stored: 0, duplicate: 0, dropped: 0, refused }
  return new Response(JSON.stringify(answer), { status, headers: { 'x-hit': String(time), ...headers } })
}

/** An answer of somebody in between: no `x-hit`. */
export function respondAsStranger(status: number, headers: Record<string, string> = {}): Response {
  return new Response('<h1>Welcome to the hotel</h1>', { status, headers })
}

/** Offline, reset, refused: nobody answers. */
export function fail(): never {
  throw new TypeError('Failed to fetch')
}
