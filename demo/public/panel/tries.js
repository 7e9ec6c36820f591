import { element } from '../shop/element.js'
import { askForPrivacy, asksForPrivacy, hasOptedOut, isRefusingEvents, optInAgain, refuseEvents } from './choices.js'

/** The tracker, early or late; there is none where a blocker took it. */
const tell = (call) => (globalThis.treadlight ||= []).push(call)
/** `t.full.js` knows more than `t.js`. */
const isFull = () => document.querySelector('script[src*="/t.full."]') !== null

/** What there is to try, each with the control that does it. */
export function tries() {
  return [
    item('A view', 'Every step through the shop is one, back and forward too; so is a note’s #/ and each page of the journal.', link('Boots', '/demo/shop/products/walking-boots'), link('A note', '/demo/notes/#/two'), link('The journal', '/demo/pages/canal-at-dawn')),
    item(
      'An event',
      'By an attribute of a button, or by a call.',
      element('button', { type: 'button', class: 'panel-button', 'data-track': 'panel-button', 'data-track-colour': 'green' }, 'data-track'),
      button('track()', () => tell((tracker) => tracker.track('panel-call', { at: location.pathname, count: 1 }))),
    ),
    item(
      'Time on page',
      'Stay and scroll: the shop says so every 15 s, and every page as it is hidden. Look into another tab.',
      element('a', { class: 'panel-button', href: '/dashboard/', target: 'treadlight-dashboard' }, 'Dashboard in a tab'),
    ),
    item('Bad networks', 'Choose one above, make some hits, go to another page or close the tab, and choose “Works” again: each is counted once.', link('Reload', () => location.reload())),
    isFull()
      ? item('Links, files, forms', 'The shop’s tag is t.full.js: it counts these without being asked.', element('a', { class: 'panel-button', href: 'https://example.com/', target: '_blank', rel: 'noreferrer' }, 'Outbound link'), element('a', { class: 'panel-button', href: '/demo/price-list.csv', download: '' }, 'Download'), link('A form', '/demo/shop/checkout'))
      : item('Links, files, forms', 'The shop’s tag counts these: it is t.full.js. Here is the small one.', link('To the shop', '/demo/shop/')),
    item('A page that is missing', 'A 404 is an event of the page that answers so.', link('To nowhere', '/demo/nowhere')),
    item('A campaign', 'How a visit began is told once. Begin another in a private window.', link('Newsletter', '/demo/shop/?utm_source=newsletter&utm_medium=email&utm_campaign=spring'), link('Advertisement', '/demo/shop/products/walking-boots?gclid=demo')),
    item('Log in', 'The demo’s server signs who it is; from then on hits carry that token, and the dashboard has a page about the user.', button('As Anna', () => logIn('anna')), button('As Ben', () => logIn('ben')), button('Log out', () => tell((tracker) => tracker.identify()))),
    consents(),
    privacy(),
    events(),
    item('The server counts', 'The club is an Express app: its server makes the view, the script adds what a browser knows. Join, and the server makes an event.', link('To the club', '/demo/club/'), link('Not counted', '/demo/club/back-office')),
  ]
}

function consents() {
  const said = element('span', { class: 'panel-said', role: 'status' })
  const choose = (label, choice, text) =>
    button(label, () => {
      tell((tracker) => tracker.consent(choice))
      said.textContent = text
    })
  if (!isFull()) return item('Consent', 'consent() is in t.full.js, which the shop has.', link('To the shop', '/demo/shop/'))
  return item(
    'Consent',
    'Without it nothing is made, sent or written; the view that is looked at is kept back, and counted once it is given.',
    choose('Deny', { measurement: false }, 'Denied: nothing is counted until it is allowed.'),
    choose('Allow', { measurement: true }, 'Allowed.'),
    choose('Not to others', { forwarding: false }, 'Hits say forwarding: false from now on.'),
    said,
  )
}

function privacy() {
  const optedOut = hasOptedOut()
  const asks = asksForPrivacy()
  const state = optedOut ? 'You have opted out: this browser is not counted.' : asks ? 'This tab asks by Global Privacy Control: it is not counted.' : 'An opt-out is remembered in this browser. Global Privacy Control counts where the tag says so.'
  return item(
    'Not to be counted',
    state,
    optedOut
      ? button('Undo the opt-out', optInAgain)
      : button('optOut()', () => {
          tell((tracker) => tracker.optOut())
          location.reload()
        }),
    button(asks ? 'Privacy Control off' : 'Privacy Control on', () => askForPrivacy(!asks)),
  )
}

function events() {
  if (!isFull()) return ''
  const toggle = button(isRefusingEvents() ? 'Let events through' : 'Drop events', () => {
    refuseEvents(!isRefusingEvents())
    toggle.textContent = isRefusingEvents() ? 'Let events through' : 'Drop events'
  })
  return item('beforeSend', 'A function of the page’s sees each hit first: it may change it or drop it.', toggle)
}

async function logIn(name) {
  const { token } = await (await fetch(`/demo/token/${name}`, { method: 'POST' })).json()
  tell((tracker) => {
    tracker.identify(token)
    tracker.track('log-in')
  })
}

function item(title, text, ...controls) {
  return element('li', {}, element('strong', {}, title), element('p', {}, text), element('p', { class: 'panel-actions' }, ...controls))
}

function button(label, click) {
  return element('button', { type: 'button', class: 'panel-button', click }, label)
}

function link(label, to) {
  return typeof to === 'function' ? button(label, to) : element('a', { class: 'panel-button', href: to }, label)
}
