import type { H3, H3Event } from 'h3'
import type { Authorize, Guard } from './authorize.ts'

type Handler = (event: H3Event) => Response | Promise<Response>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'ALL'

/** A route as it was declared. */
interface Route {
  method: Method
  path: string
  guard: Guard
}

interface RouteOptions {
  /** False where the handler itself is measured. @default true */
  measured?: boolean
  /**
   * Pages of any origin may read what it answers, refusals too. No cookie comes with what they ask: a token does.
   * @default false
   */
  anyOrigin?: boolean
}

/**
 * The collector's routes. Each says who may ask for it, and nothing is behind a prefix: a path that is written another
 * way is either the same route with its guard, or none.
 */
export interface Routes {
  add(method: Method, path: string, guard: Guard, handler: Handler, options?: RouteOptions): void
  list(): readonly Route[]
}

export interface RoutesOptions {
  app: H3
  authorize: Authorize
  /** Wraps a handler to count and time what it answers. @param path as declared, never as asked for */
  measure: (path: string, handler: Handler) => Handler
}

/** Below it, and the secret of a share link, is what the link opens. */
export const sharePath = '/share/:secret'

/** Adds routes to an app, each behind its guard; what `token stats` opens is there for share links too, and nothing else. */
export function createRoutes({ app, authorize, measure }: RoutesOptions): Routes {
  const routes: Route[] = []

  function add(method: Method, path: string, guard: Guard, handler: Handler, { measured, anyOrigin }: Required<RouteOptions>): void {
    routes.push({ method, path, guard })
    const guarded: Handler = guard === 'public' ? handler : async (event) => (await authorize(event, guard)) ?? handler(event)
    const answer = anyOrigin ? readable(guarded) : guarded
    app.on(method === 'ALL' ? '' : method, path, measured ? measure(path, answer) : answer)
  }

  return {
    list: () => routes,
    add(method, path, guard, handler, { measured = true, anyOrigin = false } = {}) {
      add(method, path, guard, handler, { measured, anyOrigin })
      if (guard === 'token stats') add(method, sharePath + path, 'share', hidden(handler), { measured, anyOrigin })
    },
  }
}

/** With `*` browsers hand over nothing that was asked for with cookies. */
function readable(handler: Handler): Handler {
  return async (event) => {
    const response = await handler(event)
    response.headers.set('access-control-allow-origin', '*')
    return response
  }
}

/** No search engine is to have the numbers of a link that somebody has put on a page. */
function hidden(handler: Handler): Handler {
  return async (event) => {
    const response = await handler(event)
    response.headers.set('x-robots-tag', 'noindex')
    return response
  }
}
