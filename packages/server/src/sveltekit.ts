import { beginVisit, trackingOf, type TrackRequestsOptions } from './adapters/trackingOf.ts'
import { trackResponse } from './trackResponse.ts'
import type { RequestFacts } from './tracking.ts'

/** What is used of SvelteKit's event. */
interface SvelteKitEvent {
  request: Request
  locals: object
  getClientAddress(): string
  platform?: Readonly<{ ctx?: { waitUntil?(promise: Promise<unknown>): void }; context?: { waitUntil?(promise: Promise<unknown>): void } }> | undefined
}

/** `handle` of SvelteKit, for events of any app. */
export type Handle = <Event extends SvelteKitEvent>(input: {
  event: Event
  resolve: (event: Event, ...rest: never[]) => Response | Promise<Response>
}) => Promise<Response>

/**
 * Counts the pages that a SvelteKit app answers. The visit is at `event.locals.treadlight`, and so in every `load`.
 *
 * @example
 * // src/hooks.server.ts
 * export const handle = trackRequests({ collector: 'https://stats.example', token: env.TREADLIGHT_TOKEN })
 */
export function trackRequests(options: TrackRequestsOptions): Handle {
  const tracking = trackingOf(options)
  return async ({ event, resolve }) => {
    const facts = factsOf(event)
    const visit = facts && (await beginVisit(tracking, () => event.request, { ...facts, native: event }))
    Object.assign(event.locals, { treadlight: visit })
    const response = await resolve(event)
    if (visit === undefined) return response
    return trackResponse(visit, response, { locals: event.locals as Readonly<Record<string, unknown>>, waitUntil: facts?.waitUntil })
  }
}

/** Undefined where there is no visitor: a page is prerendered as the app is built. */
function factsOf({ getClientAddress, platform }: SvelteKitEvent): RequestFacts | undefined {
  const lifetime = platform?.ctx ?? platform?.context
  try {
    return { address: getClientAddress(), waitUntil: lifetime?.waitUntil?.bind(lifetime) }
  } catch {
    return undefined
  }
}
