import { currentFault } from './faults.js'
import { meet, note } from './trail.js'

const requestsKey = 'demo:requests'

/**
 * Puts itself between the tracker and the browser, as the page's own scripts may: it sees what is sent and answered, and breaks
 * it where the panel says so. Has to run before the tracker sends.
 */
export function watchWire() {
  const { fetch, navigator } = window
  const sendBeacon = navigator.sendBeacon.bind(navigator)

  window.fetch = (input, init) => (isForHits(input) && init?.method === 'POST' ? send(fetch, input, init) : fetch(input, init))
  navigator.sendBeacon = (url, body) => {
    if (!isForHits(url)) return sendBeacon(url, body)
    const fault = currentFault()
    const entries = depart(body, 'a beacon')
    for (const entry of entries) note(entry, 'a beacon has no answer: it stays in the queue until a request has one')
    // Browsers say true offline too.
    return fault === 'offline' || sendBeacon(addressFor(url, fault), body)
  }
}

async function send(fetch, url, init) {
  const fault = currentFault()
  const entries = depart(init.body, init.keepalive ? 'fetch, keepalive' : 'fetch')
  const began = performance.now()
  try {
    if (fault === 'offline') throw new TypeError('Failed to fetch')
    const answer = await fetch(addressFor(url, fault), init)
    if (fault === 'lost') throw new TypeError('Failed to fetch')
    await arrive(entries, answer.clone(), Math.round(performance.now() - began))
    return answer
  } catch (error) {
    for (const entry of entries) note(entry, 'no answer: it is tried again', { state: 'queued' })
    throw error
  }
}

/** @returns the entries of the hits in a request's body */
function depart(body, transport) {
  const { hits } = JSON.parse(body)
  const number = Number(sessionStorage.getItem(requestsKey) ?? 0) + 1
  sessionStorage.setItem(requestsKey, number)
  return hits.map((hit) => {
    const entry = meet(hit)
    const others = hits.length === 1 ? 'alone' : `with ${hits.length - 1} more`
    note(entry, `request ${number}, ${others}, by ${transport}${entry.tries > 0 ? `, try ${entry.tries + 1}` : ''}`, { state: 'sent' })
    entry.tries++
    return entry
  })
}

async function arrive(entries, answer, took) {
  const { status, headers } = answer
  const told = `${status} in ${took} ms`
  if (!headers.get('x-hit')) return each(`${told} without x-hit: not the collector’s answer, so it is tried again`, 'queued')
  if (status !== 200 && status !== 201 && status !== 400 && status !== 413) {
    const pause = headers.get('retry-after')
    return each(`${told}: later${pause ? `, in ${pause} s at the soonest` : ''}`, 'queued')
  }
  const { stored = 0, duplicate = 0, dropped = 0, refused = [] } = await answer.json()
  const reasons = headers.get('x-hit-dropped')
  for (const [index, entry] of entries.entries()) {
    const refusal = refused.find((each) => each.index === index)
    if (refusal) note(entry, `${told}: refused for good, ${refusal.field} ${refusal.reason}`, { state: 'refused' })
    else if (dropped === entries.length) note(entry, `${told}: deliberately not stored, ${reasons}`, { state: 'dropped' })
    else if (duplicate === entries.length) note(entry, `${told}: it was stored already, and counts once`, { state: 'stored' })
    else if (stored === entries.length) note(entry, `${told}: stored`, { state: 'stored' })
    // The answer counts and does not say which.
    else note(entry, `${told}: of this request ${stored} stored, ${duplicate} known already${dropped > 0 ? `, ${dropped} not stored (${reasons})` : ''}`, { state: 'stored' })
  }

  function each(text, state) {
    for (const entry of entries) note(entry, text, { state })
  }
}

/** What fails is asked for really, so that the network tab of the developer tools shows it. */
function addressFor(url, fault) {
  return fault === 'busy' || fault === 'portal' ? `/demo/broken/${fault}` : url
}

function isForHits(url) {
  return new URL(url, location.href).pathname.endsWith('/hit')
}
