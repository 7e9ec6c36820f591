/**
 * Calls `listener` once for each navigation within the page, until `signal` aborts. History and hash
 * routing are followed together.
 *
 * A new or another history entry is a navigation if path, query or hash route differ from the last; a
 * replaced one only if path or hash route do, because pages mirror filters and scroll positions into the
 * query. Comparing the URL also makes one of what comes twice: popstate and hashchange fire together, and
 * routers call replaceState on each push (vuejs/router#1416). In-page anchors are no route.
 */
export function onNavigate(listener: () => void, signal: AbortSignal): void {
  let lastRoute: string
  let lastSearch: string

  const hasChanged = (isReplaced?: boolean): boolean => {
    const { pathname, search, hash } = location
    const route = pathname + (/^#[/!]/.test(hash) ? hash : '')
    const changed = route !== lastRoute || (!isReplaced && search !== lastSearch)
    lastRoute = route
    lastSearch = search
    return changed
  }

  hasChanged()
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    const wrapped: typeof original = function (this: History, ...args) {
      original.apply(this, args)
      try {
        if (!signal.aborted && hasChanged(method === 'replaceState')) listener()
      } catch {
        // The router that called must not pay for our mistakes.
      }
    }
    history[method] = wrapped
    // Who wrapped it after us keeps our wrapper, which is silent from then on.
    signal.addEventListener('abort', () => history[method] === wrapped && (history[method] = original))
  }
  for (const type of ['popstate', 'hashchange']) addEventListener(type, () => hasChanged() && listener(), { signal })
}
