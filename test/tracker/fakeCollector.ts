import type { HitAnswer } from '@treadlight/protocol'
import type { Answer, PageHit, Transport } from '@treadlight/tracker'

interface SentRequest {
  url: string
  isLeaving: boolean
  sentAt: number
  hits: PageHit[]
  bytes: number
}

/** How to answer one request; nothing is a transport that cannot know. */
export type Behaviour = (request: SentRequest) => Answer | void | Promise<Answer | void>

export interface FakeCollector {
  transport: (...args: Parameters<Transport>) => Promise<Answer | void>
  requests: SentRequest[]
  /** What arrived and was answered 201, by id: a union. */
  stored: Map<string, PageHit>
  /** Behaviours of the next requests, in order; then 201. */
  next: Behaviour[]
  /** All hits that were sent, as often as they were sent. */
  sent(): PageHit[]
}

/** A collector within the test, reached by a transport of its own. */
export function createFakeCollector(): FakeCollector {
  const collector: FakeCollector = {
    requests: [],
    stored: new Map(),
    next: [],
    sent: () => collector.requests.flatMap(({ hits }) => hits),
    async transport(url, body, isLeaving = false) {
      const { sentAt, hits } = JSON.parse(body) as { sentAt: number; hits: PageHit[] }
      const request = { url: String(url), isLeaving, sentAt, hits, bytes: Buffer.byteLength(body) }
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
  { refused = [], retimed, headers = {} }: Partial<Pick<HitAnswer, 'refused' | 'retimed'>> & { headers?: Record<string, string> } = {},
): Response {
  const answer: HitAnswer = { stored: 0, duplicate: 0, dropped: 0, refused, ...(retimed && { retimed }) }
  return new Response(JSON.stringify(answer), { status, headers: { 'x-hit': String(Date.now()), ...headers } })
}

/** An answer of somebody in between: no `x-hit`. */
export function respondAsStranger(status: number, headers: Record<string, string> = {}): Response {
  return new Response('<h1>Welcome to the hotel</h1>', { status, headers })
}

/** Offline, reset, refused: nobody answers. */
export function fail(): never {
  throw new TypeError('Failed to fetch')
}
