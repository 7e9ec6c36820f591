import type { RequestFacts, Tracking } from './tracking.ts'

export interface OwnTrafficOptions {
  /** Whether who asks may decide that: the site's own log-in. Without a check anybody could leave the figures with one link. */
  isAllowed: (request: Request) => boolean | Promise<boolean>
}

/**
 * A route that excludes the browser which opens it from all counting, for 400 days (SS32); with `?own=0` it counts again.
 *
 * @example
 * app.get('/not-me', toRoute(ownTraffic(tracking, { isAllowed: (request) => isStaff(request) })))
 */
export function ownTraffic(tracking: Tracking, { isAllowed }: OwnTrafficOptions): (request: Request, facts?: RequestFacts) => Promise<Response> {
  return async (request, facts) => {
    if (!(await isAllowed(request))) return new Response('Not allowed.\n', { status: 403, headers: plain })
    const own = new URL(request.url).searchParams.get('own') !== '0'
    const response = new Response(own ? 'Visits of this browser are no longer counted.\n' : 'Visits of this browser are counted.\n', { headers: plain })
    for (const cookie of await tracking.ownCookies(own, request, facts)) response.headers.append('set-cookie', cookie)
    return response
  }
}

const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
