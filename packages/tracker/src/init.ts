import { endpoint, followHistory, look, resume, start, type Deliver } from './page.ts'
import { beaconTransport } from './transport.ts'

/** What a tracker can do besides: takes where hits go, may listen to the page, and may return what is to be in between. */
export type Part = (next: Deliver) => Deliver | void

export interface TrackerOptions {
  /** The collector's URL, for instance `https://stats.example/hit`. A relative one is the page's own origin. */
  endpoint: string
  /**
   * Parts, in the order in which they see a hit: those that change hits first, `queue()` last. Without a queue each hit is
   * a beacon of its own, and lost if that is.
   */
  use?: readonly Part[]
}

/**
 * Starts tracking this page: its views, and what `track` counts. A page is tracked once; further calls do nothing,
 * but go on after `stop`.
 *
 * @example
 * init({ endpoint: 'https://stats.example/hit', use: standard() })
 */
export function init({ endpoint: url, use = [] }: TrackerOptions): void {
  if (endpoint) return resume(1)
  followHistory()
  start(
    url,
    use.reduceRight<Deliver>(
      (next, part) => part(next) ?? next,
      (hit) => void beaconTransport(url, JSON.stringify({ sentAt: Date.now(), hits: [hit] })),
    ),
  )
  look()
}
