/** Why something is sent: a `new` hit, hits sent before without success (`retry`), or what is pending as the page goes (`leave`). */
export type Occasion = 'new' | 'retry' | 'leave'

export interface TransportRequest {
  url: string
  /** JSON, at most 60 kB unless it is a single hit. */
  body: string
  occasion: Occasion
}

/**
 * What a transport returns: a `Response`, or the three parts of one that are read.
 * `x-hit` has to be among the headers, or the hits count as undelivered.
 */
export type Answer = Pick<Response, 'status' | 'headers' | 'json'>

/**
 * How the tracker sends. Resolves to the collector's answer, or to nothing where there is no way to
 * learn it; the hits then stay in the queue. Rejects when nothing was delivered.
 *
 * @example
 * init({
 *   endpoint: '/hit',
 *   transport: ({ url, body }) => fetch(url, { method: 'POST', body, headers: { 'x-tenant': 'a' } }),
 * })
 */
export type Transport = (request: TransportRequest) => Promise<Answer | void>

const timeout = 30_000

/** Fetch whether the page stays or goes. */
export const fetchTransport: Transport = async ({ url, body, occasion }) => post(url, body, occasion)

/**
 * Fetch while the page lives, because content blockers match beacons; a beacon as it goes, unless the
 * browser refuses. A beacon has no answer, and `true` says no more than that it was queued, also offline.
 */
export const pageTransport: Transport = async ({ url, body, occasion }) =>
  occasion === 'leave' && navigator.sendBeacon(url, body) ? undefined : post(url, body, occasion)

/**
 * A string body is `text/plain`, so there is no preflight.
 *
 * All keepalive requests of a page share 64 KiB, and one too many fails like a lost connection. So only
 * new hits use it: they are small, and a retry has the queue to fall back on.
 */
function post(url: string, body: string, occasion: Occasion): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body,
    credentials: 'omit',
    keepalive: occasion === 'new',
    // Else a server that never answers would hold the lock against the other tabs. Missing before Safari 16.
    signal: AbortSignal.timeout?.(timeout),
  })
}
