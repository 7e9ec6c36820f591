import type { PropValue } from '@treadlight/protocol'
import type { HitOverrides } from './hitFromRequest.ts'
import type { Tracking } from './tracking.ts'

/** An event in the words of Universal Analytics. Its action is its name; the rest become properties. */
export interface EventDescription {
  action: string
  category?: string
  label?: string
  value?: number
  props?: Record<string, PropValue>
}

export interface WithEventOptions<Args extends unknown[]> {
  /** Finds the request among the arguments, or in what they hold. @default the first that is one, or has one as `req`, `request` or `req.raw` */
  request?: (...args: Args) => object | undefined
}

/** What happened, or what tells it from the result: undefined is no event. */
export type EventOf<Args extends unknown[], Result> = EventDescription | ((result: Awaited<Result>, ...args: Args) => EventDescription | undefined)

/**
 * Sends an event each time that a function has done its work (SS25): not where it throws or rejects, nor where it answers with
 * 400 or more, by a Response or with the response of Express or Fastify. What it gives back, and when, stays as it is; what goes wrong with the event is reported.
 *
 * The event belongs to the visit of the request, where that is tracked: see `RequestFacts.native` for frameworks that have
 * requests of their own.
 *
 * @example
 * app.post('/order', withEvent(tracking, placeOrder, { category: 'Shop', action: 'Order', value: 1 }))
 */
export function withEvent<This, Args extends unknown[], Result>(
  tracking: Tracking,
  fn: (this: This, ...args: Args) => Result,
  event: EventOf<Args, Result>,
  options: WithEventOptions<Args> = {},
): (this: This, ...args: Args) => Result {
  return function (...args) {
    const result = fn.apply(this, args)
    // Not all that can be awaited: the queries of some libraries run once more for each `then`.
    if (result instanceof Promise) result.then((settled) => send(settled as Awaited<Result>, args), () => {})
    else send(result as Awaited<Result>, args)
    return result
  }

  function send(result: Awaited<Result>, args: Args): void {
    try {
      if (statusOf(result, args) >= 400) return
      const described = typeof event === 'function' ? event(result, ...args) : event
      if (described !== undefined) sendEvent(tracking, described, requestOf(args))
    } catch (error) {
      tracking.report(error)
    }
  }

  function requestOf(args: Args): object | undefined {
    return options.request === undefined ? foundRequest(tracking, args) : options.request(...args)
  }
}

/**
 * `withEvent` as a decorator of methods, as ECMAScript has them.
 *
 * @example
 * class Orders {
 *   @trackEvent(tracking, { category: 'Shop', action: 'Order' })
 *   place(request: Request): Promise<Response> { … }
 * }
 */
export function trackEvent<This, Args extends unknown[], Result>(
  tracking: Tracking,
  event: EventOf<Args, Result>,
  options: WithEventOptions<Args> = {},
): (
  method: (this: This, ...args: Args) => Result,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result>,
) => (this: This, ...args: Args) => Result {
  return (method) => withEvent(tracking, method, event, options)
}

function sendEvent(tracking: Tracking, { action, category, label, value, props }: EventDescription, request: object | undefined): void {
  const described = { ...props, ...(category === undefined ? {} : { category }), ...(label === undefined ? {} : { label }), ...(value === undefined ? {} : { value }) }
  const event: HitOverrides = { type: 'event', name: action, props: described }
  const visit = request && tracking.visitOf(request)
  if (visit !== undefined) visit.track(action, described)
  else if (request instanceof Request) void tracking.hit(request, event)
  else
    throw new Error(`[treadlight server] withEvent: no request for the event ${JSON.stringify(action)}: track the server, or name it with the option request`)
}

/** What was answered: by a Response, or with the `response` or `reply` that Express and Fastify hand over; 0 where it is neither. */
function statusOf(result: unknown, args: unknown[]): number {
  if (result instanceof Response) return result.status
  // A request has a `statusCode` too, of null, where it is one of node:http.
  return Math.max(0, ...args.map((arg) => field(arg, 'statusCode')).filter((status) => typeof status === 'number'))
}

/** What a visit is known by comes first: a framework's own request says nothing without it. */
function foundRequest(tracking: Tracking, args: unknown[]): object | undefined {
  const candidates = args.flatMap((arg) => [arg, field(arg, 'req'), field(arg, 'request'), field(field(arg, 'req'), 'raw')]).filter(isObject)
  return candidates.find((candidate) => tracking.visitOf(candidate) !== undefined) ?? candidates.find((candidate) => candidate instanceof Request)
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? (value as Record<string, unknown>)[name] : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
