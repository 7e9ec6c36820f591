import type { H3, H3Event } from 'h3'
import type { Authorize, Guard } from './authorize.ts'

type Handler = (event: H3Event) => Response | Promise<Response>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ALL'

/** A route as it was declared. */
interface Route {
  method: Method
  path: string
  guard: Guard
}

/**
 * The collector's routes. Each says who may ask for it, and nothing is behind a prefix: a path that is written another
 * way is either the same route with its guard, or none.
 */
export interface Routes {
  /** @param options.measured false where the handler itself is measured. @default true */
  add(method: Method, path: string, guard: Guard, handler: Handler, options?: { measured: boolean }): void
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
    add(method, path, guard, handler, { measured } = { measured: true }) {
      routes.push({ method, path, guard })
      const guarded: Handler = guard === 'public' ? handler : async (event) => (await authorize(event, guard)) ?? handler(event)
      app.on(method === 'ALL' ? '' : method, path, measured ? measure(path, guarded) : guarded)
    },
  }
}
