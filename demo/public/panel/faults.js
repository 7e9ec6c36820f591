const key = 'demo:fault'

/** What may be wrong with the way to the collector, by name. */
export const faults = {
  none: { label: 'Works', explain: 'Requests reach the collector.' },
  offline: { label: 'Offline', explain: 'Requests fail, as without a network. Hits stay in IndexedDB and are sent again, later and later.' },
  busy: { label: '503', explain: 'The collector says “later”: 503 with Retry-After. No hit is given up.' },
  portal: { label: 'Portal', explain: 'Somebody in between answers 200, as the page of a hotel’s network does. It is no answer of the collector’s, so nothing is deleted.' },
  lost: { label: 'No answer', explain: 'Requests arrive, their answers do not. Hits are sent again, and the collector knows them by their ids.' },
}

export function currentFault() {
  const stored = sessionStorage.getItem(key)
  return Object.hasOwn(faults, stored) ? stored : 'none'
}

export function setFault(name) {
  sessionStorage.setItem(key, name)
  // What a browser says when its network comes back: the tracker tries at once, unless the collector wants a pause.
  if (name === 'none') dispatchEvent(new Event('online'))
}
