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

export interface RouteOptions {
  /** False where the handler itself is measured. @default true */
  measured?: boolean
  /**
   * Pages of any origin may read what it answers, refusals too. No cookie comes with what they ask: a token does.
   * @default false
   */
  isShared?: boolean
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

/** Adds routes to an app, each behind its guard. */
export function createRoutes({ app, authorize, measure }: RoutesOptions): Routes {
  const routes: Route[] = []
  return {
    list: () => routes,
    add(method, path, guard, handler, { measured = true, isShared = false } = {}) {
      routes.push({ method, path, guard })
      const guarded: Handler = guard === 'public' ? handler : async (event) => (await authorize(event, guard)) ?? handler(event)
      const shared = isShared ? share(guarded) : guarded
      app.on(method === 'ALL' ? '' : method, path, measured ? measure(path, shared) : shared)
    },
  }
}

/** With `*` browsers hand over nothing that was asked for with cookies. */
function share(handler: Handler): Handler {
  return async (event) => {
    const response = await handler(event)
    response.headers.set('access-control-allow-origin', '*')
    return response
  }
}
