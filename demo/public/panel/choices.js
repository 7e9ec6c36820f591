import { meet, note } from './trail.js'

const eventsKey = 'demo:drop-events'
const privacyKey = 'demo:gpc'

/** What the shop's tag names as `data-before-send`: it sees each hit before it is queued or sent. */
export function beforeSend(hit) {
  const entry = meet(JSON.parse(JSON.stringify(hit)))
  if (hit.type !== 'event' || !isRefusingEvents()) return hit
  note(entry, 'dropped in the page, by its beforeSend', { state: 'dropped' })
  return undefined
}

export function isRefusingEvents() {
  return sessionStorage.getItem(eventsKey) === 'yes'
}

export function refuseEvents(isRefused) {
  sessionStorage.setItem(eventsKey, isRefused ? 'yes' : 'no')
}

/** Whether this tab asks not to be counted, as a browser with Global Privacy Control does. */
export function asksForPrivacy() {
  return sessionStorage.getItem(privacyKey) === 'yes'
}

/** The tracker looks once, as it starts: the page has to be loaded again. */
export function askForPrivacy(isAsked) {
  sessionStorage.setItem(privacyKey, isAsked ? 'yes' : 'no')
  location.reload()
}

/** Makes the browser ask, and the tag listen: elsewhere in the demo it does not, since it is there to be counted. */
export function applyPrivacy() {
  if (!asksForPrivacy()) return
  Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true })
  for (const tag of document.querySelectorAll('script[src*="/t."]')) tag.dataset.ignore = `${tag.dataset.ignore ?? ''} gpc`
}

export function hasOptedOut() {
  return localStorage.getItem('treadlight') !== null
}

/** What the tracker remembers an opt-out by. A site has no such button: who has opted out stays so until the browser forgets. */
export function optInAgain() {
  localStorage.removeItem('treadlight')
  location.reload()
}
