import { expect, test } from 'vitest'
import { roundOfBrowsers, type RoundOutcome } from './browsersRound.ts'
import { seededRandom } from './random.ts'

// That the proof finds what it looks for: trackers that do what ours must not. What ours does is in test/browsers.

/** Counts a load and what `track` is called with, and sends it once, by whatever `send` is. */
function naiveTracker(send: string): string {
  return `{
    const { endpoint } = document.currentScript.dataset
    const createId = () => {
      const random = crypto.randomUUID()
      return Date.now().toString(16).padStart(12, '0').replace(/.{8}/, '$&-') + '-7' + random.slice(15)
    }
    const post = (hit) => fetch(endpoint, { method: 'POST', body: JSON.stringify({ sentAt: Date.now(), hits: [hit] }) })
    const send = ${send}
    const count = (fields) => send(report({ id: createId(), url: location.href, title: '', referrer: '', timestamp: new Date().toISOString(), ...fields }))
    const { pushState } = history
    history.pushState = (...args) => { pushState.apply(history, args); count({ type: 'pageview' }) }
    globalThis.treadlight = { track: (name) => count({ type: 'event', name }), stop() {} }
    count({ type: 'pageview' })
  }`
}

function round(name: 'reset before' | 'reset after', send: string): Promise<RoundOutcome> {
  return roundOfBrowsers({ engine: 'chromium', cases: [name], random: seededRandom(2), tracker: naiveTracker(send), patience: 2000 })
}

test('a tracker that does not try again loses', async () => {
  const { lost, twice, cases } = await round('reset before', '(hit) => post(hit).catch(() => {})')
  expect(lost).toBeGreaterThan(1)
  expect(twice).toBe(0)
  expect(cases.map(({ pageErrors }) => pageErrors)).toEqual([[]])
}, 60_000)

test('a tracker that tries again as another hit counts twice', async () => {
  const { twice } = await round('reset after', '(hit) => post(hit).catch(() => post({ ...hit, id: createId() })).catch(() => {})')
  expect(twice).toBeGreaterThan(1)
}, 60_000)

test('a tracker that leaves a failure to the page is seen', async () => {
  const { cases } = await round('reset before', '(hit) => post(hit)')
  expect(cases[0]!.pageErrors[0]).toMatch(/TypeError: Failed to fetch/)
}, 60_000)
