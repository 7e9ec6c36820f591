import { HTTPError, toResponse, type H3Event, type Middleware } from 'h3'
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
    if (visit === undefined) return next()
    let answer: unknown
    try {
      answer = await next()
    } catch (error) {
      // What the app makes of it is its own, and comes later than this.
      const { status, statusText } = HTTPError.isError(error) ? error : new HTTPError({ status: 500 })
      visit.end({ status, headers: new Headers(), reason: statusText })
      throw error
    }
    return trackResponse(visit, await toResponse(answer, event, configOf(event)), { locals: event.context, waitUntil: keepAlive })
  }
}

/** With the app's own page of errors, also for what no route has answered. `onResponse` is called once, with the answer that leaves. */
function configOf({ app }: H3Event): Parameters<typeof toResponse>[2] {
  const { onResponse: _, ...config } = app?.config ?? {}
  return config
}
