/** Calls `listener` after each navigation within the shop: links, `navigate`, back and forward. */
export function startRouter(listener) {
  addEventListener('navigated', listener)
  addEventListener('popstate', listener)
  document.addEventListener('click', followLink)
}

/** Goes to a path of the shop. `replace` where going back should not lead here again. */
export function navigate(href, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', href)
  dispatchEvent(new Event('navigated'))
  scrollTo(0, 0)
}

/** Sets a query parameter of this address, or removes it, without going anywhere. */
export function mirrorInQuery(name, value) {
  const url = new URL(location.href)
  if (value === '') url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  history.replaceState(null, '', url)
}

function followLink(event) {
  const link = event.target.closest('a')
  const isOrdinary = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
  if (!link?.pathname.startsWith('/demo/shop/') || link.rel === 'external' || !isOrdinary) return
  event.preventDefault()
  navigate(link.href)
}
