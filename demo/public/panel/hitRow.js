import { element } from '../shop/element.js'
import { ends, states } from './trail.js'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })

/** One hit as it stands: what it says, how far it has come, and on request all that was seen on the way. Text is never markup here. */
export function hitRow({ hit, maker, state, said, steps }, isOpen) {
  return element(
    'li',
    { class: `hit is-${state}` },
    element(
      'details',
      { open: isOpen },
      element(
        'summary',
        {},
        element('span', { class: 'hit-name' }, element('strong', {}, nameOf(hit)), ' ', describe(hit)),
        maker === 'server' ? element('span', { class: 'hit-maker' }, 'made by the server') : '',
        stepsOf(state),
        element('span', { class: 'hit-said' }, said),
      ),
      element('ol', { class: 'hit-way' }, ...steps.map(({ at, text }) => element('li', {}, element('time', {}, clock.format(at)), ' ', text))),
      element('pre', { tabindex: 0, 'aria-label': 'The hit as it is sent' }, JSON.stringify(hit, null, 1)),
    ),
  )
}

function stepsOf(state) {
  const isEnded = ends.has(state) && state !== 'stored'
  const shown = isEnded ? ['made', 'queued', 'sent', state] : states
  const reached = shown.indexOf(state)
  return element(
    'span',
    { class: 'hit-steps' },
    ...shown.map((name, index) => element('span', { class: index <= reached ? 'is-reached' : '' }, name)),
  )
}

function nameOf({ type, name }) {
  return type === 'event' ? name : type === 'engagement' ? 'Time on page' : 'View'
}

function describe({ type, url, props, engaged, scroll }) {
  if (type === 'engagement') return `${(engaged / 1000).toFixed(1)} s${scroll === undefined ? '' : `, ${Math.round(scroll)} % seen`}`
  if (type === 'event' && props) return Object.entries(props).map((pair) => pair.join(': ')).join(', ')
  const { pathname, search, hash } = new URL(url)
  return pathname + search + hash
}
