/** What a transport returns: a `Response`, or the three parts of one that are read. Without `x-hit` among the headers hits count as undelivered. */
export type Answer = Pick<Response, 'status' | 'headers' | 'json'>

/**
 * How the tracker sends. Resolves to the collector's answer, or to anything else where there is no way to learn it: the
 * hits then stay in the queue. Throws or rejects when nothing was delivered.
 *
 * @param body JSON, at most 20,000 characters unless it is a single hit
 * @param isLeaving whether the page may be gone in a moment
 * @example
 * const withTenant: Transport = (url, body) => fetch(url, { method: 'POST', body, headers: { 'x-tenant': 'a' } })
 * init({ endpoint: '/hit', use: standard({ transport: withTenant }) })
 */
export type Transport = (url: string | URL, body: string, isLeaving?: boolean) => Promise<Answer | void> | boolean

/**
 * All keepalive requests of a page share 64 KiB, and one too many fails like a lost connection. Larger ones, all
 * of them retries, have the queue to fall back on.
 */
const keepaliveLength = 1e4

/** A beacon for each hit: the smallest. It has no answer, and `true` says no more than that it was queued, also offline. */
export const beaconTransport: Transport = (url, body) => navigator.sendBeacon(url, body)

/** Fetch whether the page stays or goes. A string body is `text/plain`, so there is no preflight. */
export const fetchTransport: Transport = (url, body) =>
  fetch(url, { method: 'POST', body, keepalive: body.length < keepaliveLength })

/** Fetch while the page lives, because content blockers match beacons; a beacon as it goes, unless the browser refuses. */
// The request is written out: to call fetchTransport would cost the scripts 11 and 18 bytes.
export const pageTransport: Transport = (url, body, isLeaving) =>
  (isLeaving && navigator.sendBeacon?.(url, body)) ||
  fetch(url, { method: 'POST', body, keepalive: body.length < keepaliveLength })

/** XMLHttpRequest, for pages whose `fetch` is replaced by something that should not see hits. Who is silent for 30 s has not answered. */
export const xhrTransport: Transport = (url, body) =>
  new Promise<Answer>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.timeout = 30_000
    // However it ends: `window.stop()` is an abort, and a promise that never settles would hold up the queue for good.
    request.addEventListener('loadend', () => {
      const { status, responseText } = request
      if (!status) return reject(new Error('treadlight: no answer'))
      resolve({
        status,
        headers: { get: (name: string) => request.getResponseHeader(name) } as Headers,
        json: async () => JSON.parse(responseText),
      })
    })
    request.send(body)
  })
