import { toResponse, type Middleware } from 'h3'
import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import { trackResponse } from './trackResponse.ts'

/** Runtimes that live on after an answer, and have a `waitUntil` all the same. */
const longLived = new Set<string | undefined>(['node', 'deno', 'bun'])

/**
 * Counts the pages that an h3 app answers, and with it Nitro. The visit is at `event.context.treadlight`.
 *
 * @example
 * app.use(trackRequests({ collector: 'https://stats.example', token: process.env.TREADLIGHT_TOKEN }))
 */
export function trackRequests(options: TrackRequestsOptions): Middleware {
  const tracking = trackingOf(options)
  return async (event, next) => {
    const { ip, waitUntil, runtime } = event.req
    const keepAlive = longLived.has(runtime?.name) ? undefined : waitUntil?.bind(event.req)
    const visit = await beginVisit(tracking, () => event.req as Request, { address: ip, waitUntil: keepAlive, native: event })
    event.context['treadlight'] = visit
    const answer = await next()
    return visit === undefined ? answer : trackResponse(visit, await toResponse(answer, event), { locals: event.context, waitUntil: keepAlive })
  }
}
