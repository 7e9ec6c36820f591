import { element } from '../shop/element.js'
import { applyPrivacy, beforeSend } from './choices.js'
import { currentFault, faults, setFault } from './faults.js'
import { hitRow } from './hitRow.js'
import { readQueue, watchQueue } from './queueRows.js'
import { watchServer } from './serverHits.js'
import { ends, forgetAll, onTrail, settleFormer } from './trail.js'
import { tries } from './tries.js'
import { watchWire } from './wire.js'

const openKey = 'demo:panel'
/** From here on the panel stands beside the page; below it is a sheet at the bottom, and closed until it is asked for. */
const isWide = matchMedia('(min-width: 76rem)')

// Before the tracker runs, whose tag is behind this one.
watchWire()
watchQueue(showQueue)
globalThis.demoBeforeSend = beforeSend
applyPrivacy()

const list = element('ol', { class: 'hits', 'aria-label': 'Hits, the newest first' })
const empty = element('p', { class: 'panel-note' }, 'No hits yet. The first view comes as soon as somebody sees the page.')
const counts = element('span', { class: 'panel-counts' })
const queued = element('span', {})
const explained = element('p', { class: 'panel-note', role: 'status' })
const rows = new Map()

document.head.append(element('link', { rel: 'stylesheet', href: '/demo/panel/panel.css', load: mount }))

function mount() {
  const body = element(
    'div',
    { class: 'panel-body', id: 'panel-body' },
    faultChoice(),
    element('details', { class: 'tries', open: isWide.matches }, element('summary', {}, 'What you can try'), element('ul', {}, ...tries())),
    element('div', { class: 'panel-hits' }, element('p', { class: 'panel-note panel-line' }, queued, element('button', { class: 'panel-link', type: 'button', click: forgetAll }, 'Clear')), empty, list),
  )
  const toggle = element('button', { type: 'button', class: 'panel-toggle', 'aria-controls': 'panel-body' })
  const panel = element(
    'aside',
    { class: 'panel', 'aria-label': 'Hits on their way' },
    element('header', { class: 'panel-head' }, element('strong', {}, 'Hits on their way'), counts, toggle),
    body,
  )
  const show = (isOpen) => {
    body.hidden = !isOpen
    toggle.ariaExpanded = isOpen
    toggle.textContent = isOpen ? 'Hide' : 'Show'
    document.body.classList.toggle('has-panel', isOpen)
  }
  toggle.addEventListener('click', () => {
    show(body.hidden)
    sessionStorage.setItem(openKey, body.hidden ? 'closed' : 'open')
  })
  show((sessionStorage.getItem(openKey) ?? (isWide.matches ? 'open' : 'closed')) === 'open')
  document.body.append(panel)
  onTrail(showHits)
  watchServer()
  void showQueue()
}

function faultChoice() {
  const say = (name) => explained.replaceChildren(faults[name].explain)
  say(currentFault())
  return element(
    'fieldset',
    { class: 'choice faults' },
    element('legend', {}, 'The way to the collector'),
    ...Object.entries(faults).map(([name, { label }]) => {
      const change = () => {
        setFault(name)
        say(name)
      }
      return element('label', {}, element('input', { type: 'radio', name: 'demo-fault', value: name, checked: name === currentFault(), change }), label)
    }),
    explained,
  )
}

function showHits(entries) {
  const waiting = entries.filter(({ state }) => !ends.has(state)).length
  counts.textContent = `${entries.length - waiting} done, ${waiting} under way`
  empty.hidden = entries.length > 0
  for (const [id, { row }] of rows) {
    if (entries.some((entry) => entry.id === id)) continue
    row.remove()
    rows.delete(id)
  }
  entries.forEach((entry, index) => {
    const known = rows.get(entry.id)
    const text = JSON.stringify(entry)
    if (known?.text !== text) {
      const row = hitRow(entry, known?.row.firstChild.open ?? false)
      replaceRow(known?.row, row)
      rows.set(entry.id, { row, text })
    }
    const { row } = rows.get(entry.id)
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null)
  })
}

/** Whoever is at it with the keyboard stays there. */
function replaceRow(before, row) {
  const isFocused = before?.contains(document.activeElement)
  before?.replaceWith(row)
  if (isFocused) row.querySelector('summary').focus()
}

async function showQueue() {
  const hits = await readQueue()
  const { length } = hits ?? []
  queued.textContent = `${length === 0 ? 'Nothing' : length === 1 ? '1 hit' : `${length} hits`} in this browser’s queue (IndexedDB). `
  // Only where the database was seen can something be missing in it.
  if (hits !== undefined) settleFormer(new Set(hits.map(({ id }) => id)))
}
