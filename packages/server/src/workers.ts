import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import { trackResponse } from './trackResponse.ts'
import type { Tracking, Visit } from './tracking.ts'

/** What a Worker's `fetch` is given beside the request. */
interface Lifetime {
  waitUntil(promise: Promise<unknown>): void
}

/** A Worker's `fetch`, and what else it has to say of the visit. */
export type WorkerHandler<Env, Context extends Lifetime> = (request: Request, env: Env, context: Context, visit: Visit | undefined) => Response | Promise<Response>

/**
 * Counts the pages that a Cloudflare Worker answers. A Worker knows its secrets with the first request only, so settings may be
 * a function of `env`.
 *
 * @example
 * export default { fetch: trackRequests((env) => ({ collector: 'https://stats.example', token: env.TREADLIGHT_TOKEN }), handler) }
 */
export function trackRequests<Env, Context extends Lifetime>(
  options: TrackRequestsOptions | ((env: Env) => TrackRequestsOptions),
  handler: WorkerHandler<Env, Context>,
): (request: Request, env: Env, context: Context) => Promise<Response> {
  let tracking: Tracking | undefined
  return async (request, env, context) => {
    tracking ??= trackingOf(typeof options === 'function' ? options(env) : options)
    const address = request.headers.get('cf-connecting-ip') ?? undefined
    const waitUntil = (promise: Promise<unknown>): void => context.waitUntil(promise)
    const visit = await beginVisit(tracking, () => request, { address, waitUntil })
    let response: Response
    try {
      response = await handler(request, env, context, visit)
    } catch (error) {
      visit?.end({ status: 500, headers: new Headers(), reason: 'Internal Server Error' })
      throw error
    }
    return visit === undefined ? response : trackResponse(visit, response, { waitUntil })
  }
}
