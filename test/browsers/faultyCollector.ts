import type { Hit, HitAnswer } from '@treadlight/protocol'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the collector does with one `POST /hit`; `store` keeps the hits, `answer` writes the collector's own answer. */
export type Fault = (exchange: {
  request: IncomingMessage
  response: ServerResponse
  hits: Hit[]
  sentAt: number
  store(): void
  answer(status: number, headers?: Record<string, string>, more?: Partial<HitAnswer>): void
}) => void

/** What a path of the site answers: HTML or a script, or more of an answer than that. */
export type PageAnswer = string | { status?: number; headers?: Record<string, string>; body: string }

export interface FaultyCollector {
  url: string
  /** Every `POST /hit`, in order of arrival. */
  requests: { hits: Hit[]; contentType: string; cookie: string | undefined; method: string }[]
  /** How often each hit was stored before the union by id. */
  arrivals: Hit[]
  /** The union by id. */
  stored: Map<string, Hit>
  /** Every other request's path with its query, in order of arrival. */
  visited: string[]
  /** Applied to every request until changed; without one hits are stored and answered 201. */
  fault: Fault | undefined
  close(): void
}

const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-hit, x-hit-dropped, retry-after' }

/**
 * A collector on real HTTP that misbehaves on demand, and the site beside it.
 *
 * @param pages what any other path answers: nothing is a 404 without a text
 */
export async function startFaultyCollector(pages: (path: string) => PageAnswer | undefined): Promise<FaultyCollector> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname
    if (path !== '/hit') {
      collector.visited.push(request.url!)
      const page = pages(path)
      if (page === undefined) return response.writeHead(404).end()
      const { status = 200, headers = {}, body } = typeof page === 'string' ? { body: page } : page
      const type = path.endsWith('js') ? 'text/javascript' : 'text/html; charset=utf-8'
      return response.writeHead(status, { 'content-type': type, ...headers }).end(body)
    }

    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { hits, sentAt } = (request.method === 'POST' ? JSON.parse(body) : { hits: [] }) as { hits: Hit[]; sentAt: number }
    const { 'content-type': contentType = '', cookie } = request.headers
    collector.requests.push({ hits, contentType, cookie, method: request.method! })

    const store = (): void => {
      collector.arrivals.push(...hits)
      for (const hit of hits) collector.stored.set(hit.id, hit)
    }
    const answer = (status: number, headers: Record<string, string> = {}, more: Partial<HitAnswer> = {}): void => {
      response.writeHead(status, { ...cors, 'x-hit': String(Date.now()), ...headers })
      response.end(JSON.stringify({ stored: hits.length, duplicate: 0, dropped: 0, refused: [], ...more } satisfies HitAnswer))
    }
    if (collector.fault) return collector.fault({ request, response, hits, sentAt, store, answer })
    store()
    answer(201)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const collector: FaultyCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    visited: [],
    arrivals: [],
    stored: new Map(),
    fault: undefined,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return collector
}

/** An answer of somebody in between: reachable from the page, but without `x-hit`. */
export function answerAsStranger(status: number): Fault {
  return ({ response }) => response.writeHead(status, { ...cors, 'content-type': 'text/html' }).end('<h1>Welcome to the hotel</h1>')
}
