import { createQueue, nullQueue, type QueueMode } from './queue.ts'
import { createTracker, type Tracker } from './tracker.ts'
import { pageTransport, type Transport } from './transport.ts'

export interface TrackerOptions {
  /** The collector's URL, for instance `https://stats.example/hit`. A relative one is the page's own origin. */
  endpoint: string
  /**
   * Replaces fetch and beacon.
   * @default pageTransport
   */
  transport?: Transport
  /**
   * `always` survives a crash of the browser; `offline` writes to the device only after a failed send;
   * `off` never, and hits are lost with the page.
   * @default 'always'
   */
  queue?: QueueMode
}

const defaults = { transport: pageTransport, queue: 'always' } satisfies Partial<TrackerOptions>

/**
 * Starts tracking this page. A page is tracked once: further calls, and the script tag beside the import,
 * return the tracker that runs.
 *
 * @example
 * const tracker = init({ endpoint: 'https://stats.example/hit' })
 * tracker.track('signup', { plan: 'pro' })
 */
export function init(options: TrackerOptions): Tracker {
  const { endpoint, transport, queue } = { ...defaults, ...options }
  return (globalThis.treadlight ??= createTracker(
    endpoint,
    transport,
    queue === 'off' ? nullQueue : createQueue(endpoint),
    queue === 'offline',
  ))
}

export type { QueueMode } from './queue.ts'
export type { Tracker } from './tracker.ts'
export { fetchTransport, pageTransport } from './transport.ts'
export type { Answer, Occasion, Transport, TransportRequest } from './transport.ts'
