import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestOf, watchResponse } from './adapters/nodeResponse.ts'
import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import type { Tracking, Visit } from './tracking.ts'

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
    const { protocol } = request
    const host = hostOf(request)
    const origin = protocol && host ? `${protocol}://${host}` : undefined
    const read = (): Request => requestOf(request, request.originalUrl ?? request.url ?? '/', origin)
    const visit = await beginVisit(tracking, read, { address: request.socket.remoteAddress, native: request })
    if (visit !== undefined) {
      request.treadlight = visit
      if (response.locals) response.locals['treadlight'] = visit
      watchResponse(response, visit, () => response.locals)
    }
    next()
  }
  return Object.assign(middleware, { tracking })
}

/** As Express 5 has it in `request.host`. That of Express 4 is without the port, and warns of who reads it. */
function hostOf({ app, headers, socket }: NodeRequest): string | undefined {
  const forwarded = headers['x-forwarded-host']
  const isTrusted = app?.get?.('trust proxy fn')
  if (typeof forwarded !== 'string' || typeof isTrusted !== 'function' || !isTrusted(socket.remoteAddress, 0)) return headers.host
  return forwarded.split(',')[0]!.trim()
}
