import type { Context, MiddlewareHandler } from 'hono'
import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import { trackResponse } from './trackResponse.ts'
import type { RequestFacts, Visit } from './tracking.ts'

/** What the middleware needs to know of a runtime. */
export interface HonoOptions {
  /** The peer's address. @default on Node.js the socket's, on Workers `cf-connecting-ip`; elsewhere unknown: give `getConnInfo` of hono's adapter */
  address?: (context: Context) => string | undefined
}

/**
 * Counts the pages that a Hono app answers. The visit is at `context.get('treadlight')`.
 *
 * @example
 * app.use(trackRequests({ collector: 'https://stats.example', token: process.env.TREADLIGHT_TOKEN }))
 */
export function trackRequests(
  options: TrackRequestsOptions,
  { address = addressOf }: HonoOptions = {},
): MiddlewareHandler<{ Variables: { treadlight: Visit | undefined } }> {
  const tracking = trackingOf(options)
  /** `getConnInfo` throws where there is no connection, as in `app.request()`. */
  const addressIn = (context: Context): string | undefined => {
    try {
      return address(context)
    } catch (error) {
      tracking.report(error)
      return undefined
    }
  }
  return async (context, next) => {
    const waitUntil = waitUntilOf(context)
    const visit = await beginVisit(tracking, () => context.req.raw, { address: addressIn(context), waitUntil, native: context })
    context.set('treadlight', visit)
    await next()
    if (visit === undefined) return
    const tracked = trackResponse(visit, context.res, { locals: context.var, waitUntil })
    if (tracked === context.res) return
    // Else Hono would put the headers of before over those of the new one.
    context.res = undefined
    context.res = tracked
  }
}

function addressOf({ env, req }: Context): string | undefined {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress ?? req.header('cf-connecting-ip')
}

/** Hono throws where the runtime has none. */
function waitUntilOf(context: Context): RequestFacts['waitUntil'] {
  try {
    const { executionCtx } = context
    return (promise) => executionCtx.waitUntil(promise)
  } catch {
    return undefined
  }
}
