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
  return (globalThis.treadlight ??= startOnce(options))
}

function startOnce(options: TrackerOptions): Tracker {
  const tracker = createTracker(options)
  return {
    ...tracker,
    stop() {
      tracker.stop()
      globalThis.treadlight = undefined
    },
  }
}

export { createTracker }
export type { QueueMode, Tracker, TrackerOptions } from './tracker.ts'
export { beaconTransport, fetchTransport, pageTransport } from './transport.ts'
export type { Answer, Occasion, Transport, TransportRequest } from './transport.ts'
