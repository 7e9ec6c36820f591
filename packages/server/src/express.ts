import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestOf, watchResponse } from './adapters/nodeResponse.ts'
import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import type { RequestFacts, Tracking, Visit } from './tracking.ts'

declare global {
  namespace Express {
    interface Request {
      /** What can be done beside counting the page: undefined where nothing is tracked. */
      treadlight?: Visit
    }
  }
}

/** What Express and Connect have in common. */
type NodeRequest = IncomingMessage & { originalUrl?: string; protocol?: string; app?: { get?(setting: string): unknown }; treadlight?: Visit }
type NodeResponse = ServerResponse & { locals?: Record<string, unknown> }

/** Middleware of Express, Connect and whatever takes `(request, response, next)`. */
export type TrackRequests = ((request: IncomingMessage, response: ServerResponse, next: () => void) => Promise<void>) & { tracking: Tracking }

/**
 * Counts the pages that an Express or Connect app answers. To be used before the routes. What can be done beside it, such as an
 * event or the page's tag, is at `request.treadlight` and, for templates, `response.locals.treadlight`: a `Visit`, undefined where
 * nothing is tracked. Express says scheme and host by its setting `trust proxy`.
 *
 * @example
 * app.use(trackRequests({ collector: 'https://stats.example', token: process.env.TREADLIGHT_TOKEN }))
 */
export function trackRequests(options: TrackRequestsOptions): TrackRequests {
  const tracking = trackingOf(options)
  const middleware = async (request: NodeRequest, response: NodeResponse, next: () => void): Promise<void> => {
    const visit = await beginVisit(tracking, () => toRequest(request), { address: request.socket.remoteAddress, native: request })
    if (visit !== undefined) {
      request.treadlight = visit
      if (response.locals) response.locals['treadlight'] = visit
      watchResponse(response, visit, () => response.locals)
    }
    next()
  }
  return Object.assign(middleware, { tracking })
}

/**
 * The web Request that the rest of `@treadlight/server` takes, without its body.
 *
 * @example
 * response.append('set-cookie', tracking.consentCookies('accept', toRequest(request)))
 */
export function toRequest(request: IncomingMessage): Request {
  const { protocol, originalUrl, url } = request as NodeRequest
  const host = hostOf(request)
  const origin = protocol && host ? `${protocol}://${host}` : undefined
  return requestOf(request, originalUrl ?? url ?? '/', origin)
}

/**
 * A route of Express, Connect or node:http out of what answers a web Request: `createPixel`, `createPing`, `ownTraffic`.
 *
 * @example
 * app.get('/pixel.gif', toRoute(createPixel(tracking)))
 */
export function toRoute(
  handler: (request: Request, facts: RequestFacts) => Response | Promise<Response>,
): (request: IncomingMessage, response: ServerResponse, next?: (error: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const answer = await handler(toRequest(request), { address: request.socket.remoteAddress, native: request })
      const body = Buffer.from(await answer.arrayBuffer())
      response.statusCode = answer.status
      for (const [name, value] of answer.headers) response.appendHeader(name, value)
      response.end(body)
    } catch (error) {
      if (next === undefined) throw error
      next(error)
    }
  }
}

/** As Express 5 has it in `request.host`. That of Express 4 is without the port, and warns of who reads it. */
function hostOf({ app, headers, socket }: NodeRequest): string | undefined {
  const forwarded = headers['x-forwarded-host']
  const isTrusted = app?.get?.('trust proxy fn')
  if (typeof forwarded !== 'string' || typeof isTrusted !== 'function' || !isTrusted(socket.remoteAddress, 0)) return headers.host
  return forwarded.split(',')[0]!.trim()
}
