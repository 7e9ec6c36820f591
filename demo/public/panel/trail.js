const key = 'demo:trail'
/** Of more hits the oldest are forgotten: this is to look at, not to keep. */
const most = 40

/**
 * What is known of each hit, the newest first: `{ id, hit, maker, state, said, tries, steps }`. `state` is how far it has
 * come and `said` by what, `steps` all that was seen on the way, as `{ at, text }` with ms since 1970. It outlives the page, and ends with the tab.
 */
let entries = readStored()
const former = new Set(entries.map(({ id }) => id))
const listeners = new Set()
let isTold = false

/** How far a hit can come, in order. */
export const states = ['made', 'queued', 'sent', 'stored']
/** The ends of its way. */
export const ends = new Set(['stored', 'answered', 'dropped', 'refused'])

/** Calls `listener` with the entries, now and whenever one has changed. */
export function onTrail(listener) {
  listeners.add(listener)
  listener(entries)
}

/** Takes a hit up where it is not known yet. @param maker 'page' or 'server' */
export function meet(hit, maker = 'page') {
  const known = entries.find(({ id }) => id === hit.id)
  if (known) {
    // The server's view and what the script adds to it have one id.
    known.hit = { ...known.hit, ...hit }
    tell()
    return known
  }
  const at = Date.parse(hit.timestamp)
  const entry = { id: hit.id, hit, maker, state: 'made', tries: 0, said: '', steps: [{ at, text: `made by the ${maker}` }] }
  entries = [entry, ...entries].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, most)
  tell()
  return entry
}

/**
 * Notes what has become of a hit. Who has arrived does not go back, however often it is sent.
 * @param aside what does not change how far it has come
 */
export function note(entry, text, { state = entry.state, at = Date.now(), aside = false } = {}) {
  if (!entry.steps.some((step) => step.text === text && step.at === at)) entry.steps.push({ at, text })
  if (!ends.has(entry.state) && !aside) Object.assign(entry, { state, said: text })
  tell()
}

/** Of what former pages of this tab have sent, what is in the queue no more was answered as they went: nobody saw how. */
export function settleFormer(queuedIds) {
  for (const entry of entries) {
    if (!former.has(entry.id) || ends.has(entry.state) || entry.maker !== 'page' || queuedIds.has(entry.id)) continue
    note(entry, 'gone from the queue: the collector has answered as the page was left', { state: 'answered' })
  }
}

export function forgetAll() {
  entries = []
  tell()
}

function tell() {
  if (isTold) return
  isTold = true
  queueMicrotask(() => {
    isTold = false
    store()
    for (const listener of listeners) listener(entries)
  })
}

function store() {
  try {
    sessionStorage.setItem(key, JSON.stringify(entries))
  } catch {
    // Full or denied: then it lasts as long as the page.
  }
}

function readStored() {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]')
  } catch {
    return []
  }
}
