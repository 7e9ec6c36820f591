const anchor = /#(?![/!]).*/
const query = /\?[^#]*/

/**
 * Calls `listener` once for each navigation within the page, until `signal` aborts. History and hash
 * routing are followed together.
 *
 * A new or another history entry is a navigation if the URL differs from the last in more than an in-page
 * anchor, which is a place within a route, also within a hash route; a replaced entry only if it differs in
 * more than the query, because pages mirror filters and scroll positions into it. Comparing the URL also
 * makes one of what comes twice: popstate and hashchange fire together, and routers call replaceState on
 * each push (vuejs/router#1416).
 */
export function onNavigate(listener: () => void, signal: AbortSignal): void {
  let last = location.href.replace(anchor, '')

  const check = (ignored: RegExp | string): void => {
    const former = last
    const { href } = location
    const page = href.replace(anchor, '')
    // An anchor on the page of the last route leaves that as it is.
    if (page === href || page !== former.split('#')[0]) last = page
    if (last.replace(ignored, '') !== former.replace(ignored, '')) listener()
  }

  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    const wrapped: typeof original = function (this: History, ...args) {
      original.apply(this, args)
      try {
        if (!signal.aborted) check(method === 'pushState' ? '' : query)
      } catch {
        // The router that called must not pay for our mistakes.
      }
    }
    history[method] = wrapped
    // Who wrapped it after us keeps our wrapper, which is silent from then on.
    signal.addEventListener('abort', () => history[method] === wrapped && (history[method] = original))
  }
  for (const type of ['popstate', 'hashchange']) addEventListener(type, () => check(''), { signal })
}
