import { createTracker, type Tracker, type TrackerOptions } from './tracker.ts'

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis
  var treadlight: Tracker | undefined
}

/**
 * Starts tracking this page. A page is tracked once: further calls, and the script tag beside the import,
 * return the tracker that runs.
 *
 * @example
 * const tracker = init({ endpoint: 'https://stats.example/hit' })
 * tracker.track('signup', { plan: 'pro' })
 */
export function init(options: TrackerOptions): Tracker {
  return (globalThis.treadlight ??= createTracker(options))
}

export { createTracker }
export type { QueueMode, Tracker, TrackerOptions } from './tracker.ts'
export { fetchTransport, pageTransport } from './transport.ts'
export type { Answer, Occasion, Transport, TransportRequest } from './transport.ts'
