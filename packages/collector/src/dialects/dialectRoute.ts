import { droppedHeader, type DropReason } from '@treadlight/protocol'
import { StoreBusyError } from '@treadlight/store'
import type { H3Event } from 'h3'
import { FastResponse } from 'srvx'
import { agentOf } from '../enrich/agent.ts'
import { networkOf } from '../hit/network.ts'
import type { HitBody } from '../hit/answerHit.ts'
import type { RequestLimit } from '../hit/requestLimit.ts'
import type { ServerTokens } from '../hit/serverTokens.ts'
import { pairsOf } from '../http/pairsOf.ts'
import { readBearer } from '../http/readBearer.ts'
import { readBody } from '../http/readBody.ts'
import type { Routes } from '../http/routes.ts'
import { isEncoding } from '../isEncoding.ts'
import type { Dialect, DialectAnswer, DialectRequest, Take } from './dialect.ts'
import type { CreateTake } from './take.ts'

export interface DialectRouteOptions {
  createTake: CreateTake
  /** Shared with `/hit`. */
  limit: RequestLimit
  serverTokens: ServerTokens
  /** Told of a request that no hit was made of, by the dialect's name: what is refused later the receiver counts. */
  onRefused: (dialect: string) => void
  /** ms since 1970. */
  now: () => number
}

/** Seconds after which a client comes back when nobody knows better. */
const retryAfter = 5

/** Every path of these dialects. */
export function addDialectRoutes(routes: Routes, dialects: readonly Dialect[], options: DialectRouteOptions): void {
  for (const dialect of dialects) for (const path of dialect.paths) routes.add('ALL', path, 'public', createDialectRoute(dialect, options))
}

/** Answers what the clients of a dialect send, on any runtime: limits first, then what the dialect makes of it. */
function createDialectRoute(dialect: Dialect, { createTake, limit, serverTokens, onRefused, now }: DialectRouteOptions): (event: H3Event) => Promise<Response> {
  return async (event) => {
    const { address, network, header } = senderOf(event)
    const origin = header('origin')
    const cors = dialect.cors.isCredentialed && origin !== '' ? nameOrigin(dialect.cors.each, origin) : dialect.cors.each
    const write = ({ status, headers, body }: DialectAnswer, more: readonly string[] = []): Response =>
      new FastResponse(body, { status, headers: pairsOf([...cors, 'cache-control', 'no-store', ...headers, ...more]) })
    if (event.req.method === 'OPTIONS') return write({ status: 204, headers: dialect.cors.preflight, body: null })
    const seen = createSeen()
    const request: DialectRequest = {
      method: event.req.method,
      received: now(),
      url: event.url,
      header,
      readBody: async () => seen.body(await readBody(event, dialect.maxBytes)),
      authorize: async (token) => seen.token(await seen.watch(serverTokens.isGood(token))),
    }
    const token = readBearer(header('authorization')) ?? dialect.tokenOf?.(request)
    // A server sends for all its visitors from one address.
    const wait = token !== undefined && serverTokens.wasGood(token) ? limit() : limit(network)
    if (wait > 0) return write(dialect.refuse(429, 'too many requests for now', request), ['retry-after', String(wait)])
    if (isEncoding(header('content-encoding'))) return write(dialect.refuse(415, 'content-encoding is not taken: send the body as it is', request), close)

    const doTake = createTake(dialect, { address, network, agent: agentOf(header('user-agent')), header, host: event.url.host, isAuthorized: () => seen.isAuthorized })
    const take: Take = async (hits) => {
      seen.hasTaken ||= hits.length > 0
      const taken = await seen.watch(doTake(hits))
      for (const each of taken) if (each.outcome === 'dropped') seen.dropped.add(each.reason)
      return taken
    }
    try {
      const answer = await dialect.answer(request, take)
      if (!seen.hasTaken && isRefusal(answer)) onRefused(dialect.name)
      // In our own words too: some products have none for it.
      const dropped = seen.dropped.size > 0 && !answer.headers.includes(droppedHeader) ? [droppedHeader, [...seen.dropped].join(', ')] : []
      return write(answer, seen.isCutOff ? [...close, ...dropped] : dropped)
    } catch (error) {
      // What else a dialect throws is a mistake of ours, for the log.
      if (seen.failure === undefined) throw error
      const seconds = seen.failure.error instanceof StoreBusyError ? seen.failure.error.retryAfter : retryAfter
      return write(dialect.refuse(503, 'cannot take hits at the moment', request), ['retry-after', String(seconds)])
    }
  }
}

/** Some products answer the same whatever they were sent. */
function isRefusal({ status, headers }: DialectAnswer): boolean {
  return status === 400 || status === 422 || headers.includes('x-hit-refused')
}

/** Nothing that these paths answer depends on a cookie, so it tells no page anything. */
function nameOrigin(each: readonly string[], origin: string): readonly string[] {
  return [...each.map((text) => (text === '*' ? origin : text)), 'access-control-allow-credentials', 'true', 'vary', 'origin']
}

/** What is left of such a body is not worth reading: the connection goes with the answer. */
const close = ['connection', 'close'] as const

/** What came up while a dialect answered a request. */
interface Seen {
  isAuthorized: boolean
  /** Whether a hit was made of it. */
  hasTaken: boolean
  /** Why hits were deliberately not stored. */
  dropped: Set<DropReason>
  /** The body was not read to its end. */
  isCutOff: boolean
  /** The storage has failed: the client is to come back. */
  failure: { error: unknown } | undefined
  watch<T>(promise: Promise<T>): Promise<T>
  token(isGood: boolean): boolean
  body(body: HitBody): HitBody
}

function createSeen(): Seen {
  return {
    isAuthorized: false,
    hasTaken: false,
    dropped: new Set(),
    isCutOff: false,
    failure: undefined,
    async watch(promise) {
      try {
        return await promise
      } catch (error) {
        this.failure = { error }
        throw error
      }
    },
    token(isGood) {
      this.isAuthorized ||= isGood
      return isGood
    },
    body(body) {
      this.isCutOff = typeof body === 'string'
      return body
    },
  }
}

function senderOf({ req }: H3Event): { address: string | undefined; network: string; header: (name: string) => string } {
  return { address: req.ip, network: networkOf(req.ip), header: (name) => req.headers.get(name) ?? '' }
}
