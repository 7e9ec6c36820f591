import { trackResponse, type TrackResponseOptions } from './trackResponse.ts'
import type { RequestFacts, Tracking } from './tracking.ts'

/** Answers a web Request, with whatever else a framework hands over. */
export type WebHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>

export interface TrackHandlerOptions<Rest extends unknown[]> extends Pick<TrackResponseOptions, 'readTitle'> {
  /** The page's title, or what finds it in the answer (SS27). */
  title?: string | ((response: Response, request: Request) => string | undefined)
  /** What the request does not say: the peer's address, `waitUntil`. */
  facts?: (request: Request, ...rest: Rest) => RequestFacts
}

/**
 * Tracks one handler alone, where not the whole server is tracked (SS24). Within it `tracking.visitOf(request)` is the visit, for
 * its tag. A handler that throws is an exception hit, where errors count, and throws on.
 *
 * @example
 * Deno.serve(trackHandler(tracking, (request) => new Response('<title>Hello</title>', { headers: { 'content-type': 'text/html' } })))
 */
export function trackHandler<Rest extends unknown[]>(
  tracking: Tracking,
  handler: WebHandler<Rest>,
  { title, facts, readTitle = true }: TrackHandlerOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    // Who tracks the whole server as well counts a request once.
    if (tracking.visitOf(request) !== undefined) return handler(request, ...rest)
    const known = factsOf(request, rest)
    const visit = await tracking.begin(request, known)
    if (visit === undefined) return handler(request, ...rest)
    let response: Response
    try {
      response = await handler(request, ...rest)
    } catch (error) {
      visit.end({ status: 500, headers: new Headers(), reason: 'Internal Server Error' })
      throw error
    }
    try {
      return trackResponse(visit, response, { title: titleOf(response, request), waitUntil: known.waitUntil, readTitle })
    } catch (error) {
      tracking.report(error)
      return response
    }
  }

  function factsOf(request: Request, rest: Rest): RequestFacts {
    try {
      return facts?.(request, ...rest) ?? {}
    } catch (error) {
      tracking.report(error)
      return {}
    }
  }

  function titleOf(response: Response, request: Request): string | undefined {
    try {
      return typeof title === 'function' ? title(response, request) : title
    } catch (error) {
      tracking.report(error)
      return undefined
    }
  }
}
