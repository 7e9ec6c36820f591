import { createTracking } from '../createTracking.ts'
import type { TrackingOptions } from '../settings.ts'
import type { RequestFacts, Tracking, Visit } from '../tracking.ts'

/** What every `trackRequests` takes: the settings, or the tracking that was made with them and that other parts of the server use too. */
export type TrackRequestsOptions = TrackingOptions | Tracking

/** One tracking for a server, whichever way it was said. */
export function trackingOf(options: TrackRequestsOptions): Tracking {
  return 'begin' in options ? options : createTracking(options)
}

/** Begins a visit. What cannot even be read as a request, a Host header of nonsense for instance, is not tracked. */
export async function beginVisit(tracking: Tracking, read: () => Request, facts: RequestFacts): Promise<Visit | undefined> {
  try {
    return await tracking.begin(read(), facts)
  } catch {
    return undefined
  }
}
