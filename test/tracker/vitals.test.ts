// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { Part } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeCollector, type FakeCollector } from './fakeCollector.ts'
import { closePage, endpoint, hide, loadTracker, openPage, pass, sendEach, setVisibility, show, type TrackerModule } from './openTracker.ts'

// With a web-vitals that measures when the test says so; the real one is in test/browsers/vitals.browser.test.ts.

type Report = (metric: object) => void
const measured = new Map<string, Report>()
vi.mock('web-vitals', () =>
  Object.fromEntries(['CLS', 'FCP', 'INP', 'LCP', 'TTFB'].map((name) => [`on${name}`, (report: Report) => measured.set(name, report)])),
)

let collector: FakeCollector
let tracker: TrackerModule

beforeEach(() => {
  openPage()
  collector = createFakeCollector()
})
afterEach(closePage)

async function open(before: (tracker: TrackerModule) => Part[] = () => []): Promise<void> {
  tracker = await loadTracker()
  const { vitals } = await import('@treadlight/tracker/vitals')
  tracker.init({ endpoint, use: [...before(tracker), vitals(), sendEach(collector)] })
}
const measure = (name: string, value = 1, id = name): void => measured.get(name)!({ id, name, value, rating: 'good' })
const views = () => collector.sent().filter(({ type }) => type === 'pageview')
/** What was sent of vitals: their metrics and values with the view, path and title that they are said to be of. */
const vitals = () =>
  collector
    .sent()
    .filter(({ name }) => name === 'Web Vitals')
    .map(({ props, view, url, title }) => [props!['metric'], props!['value'], views().findIndex(({ id }) => id === view), new URL(url).pathname, title])

test.each([
  ['CLS', 0.123456, 0.1235],
  ['FCP', 1234.5, 1235],
  ['INP', 56.2, 56],
  ['LCP', 2500.4, 2500],
  ['TTFB', 100, 100],
])('%s of %d is an event with %d that does not end a bounce', async (name, value, rounded) => {
  await open()
  await pass(300)
  measure(name, value)
  const [view, event] = collector.sent()
  expect(event).toMatchObject({ type: 'event', name: 'Web Vitals', view: view!.id, interactive: false, props: { metric: name, value: rounded, rating: 'good' } })
})

describe('they are of the view that the document was loaded for', () => {
  test('also when they are known on another route', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    await open()
    await pass(300)
    history.pushState(null, '', '/next')
    document.title = 'Next'
    await pass(300)
    measure('LCP')
    expect(vitals()).toEqual([['LCP', 1, 0, '/start', 'Start']])
    expect(collector.sent().at(-1)!.referrer).toBe('https://search.example/')
  })

  test('and have its title, which settles after they are known', async () => {
    document.title = ''
    await open()
    measure('TTFB')
    await pass(100)
    document.title = 'Settled'
    measure('FCP')
    expect(collector.sent()).toEqual([])
    await pass(200)
    expect(vitals()).toEqual([['TTFB', 1, 0, '/start', 'Settled'], ['FCP', 1, 0, '/start', 'Settled']])
  })

  test('where it was a redirect, of where it led', async () => {
    await open()
    measure('TTFB')
    history.replaceState(null, '', '/home')
    await pass(300)
    expect(vitals()).toEqual([['TTFB', 1, 0, '/home', 'Start']])
  })

  test('where it was left before its title had settled', async () => {
    await open()
    measure('TTFB')
    history.pushState(null, '', '/next')
    document.title = 'Next'
    await pass(300)
    measure('LCP')
    expect(vitals()).toEqual([['TTFB', 1, 0, '/start', 'Start'], ['LCP', 1, 0, '/start', 'Start']])
  })

  test('edge 17: once somebody has seen it', async () => {
    setVisibility('hidden')
    await open()
    measure('TTFB')
    await pass(1000)
    expect(collector.sent()).toEqual([])
    show()
    await pass(300)
    expect(vitals()).toEqual([['TTFB', 1, 0, '/start', 'Start']])
  })

  test('also where another part has dropped it', async () => {
    await open(({ beforeSend }) => [beforeSend((hit) => (hit.type === 'pageview' && hit.url.endsWith('/start') ? null : hit))])
    measure('TTFB')
    await pass(300)
    history.pushState(null, '', '/next')
    await pass(300)
    measure('LCP')
    expect(vitals()).toEqual([['TTFB', 1, -1, '/start', 'Start'], ['LCP', 1, -1, '/start', 'Start']])
  })

  test('edge 18: or restored for', async () => {
    await open()
    await pass(300)
    history.pushState(null, '', '/next')
    document.title = 'Next'
    await pass(300)
    hide()
    measure('CLS', 0.1)
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    show()
    measure('FCP', 5)
    await pass(300)
    measure('CLS', 0.2, 'CLS of the restored page')
    expect(vitals()).toEqual([['CLS', 0.1, 0, '/start', 'Start'], ['FCP', 5, 2, '/next', 'Next'], ['CLS', 0.2, 2, '/next', 'Next']])
  })
})

describe('while tracking is stopped', () => {
  test('they wait for the hit with which it goes on, with their last values', async () => {
    await open()
    await pass(300)
    tracker.stop()
    measure('LCP', 7)
    measure('CLS', 0.1)
    measure('CLS', 0.2)
    expect(vitals()).toEqual([])
    tracker.consent({ measurement: true })
    tracker.track('a')
    expect(vitals()).toEqual([['LCP', 7, 0, '/start', 'Start'], ['CLS', 0.2, 0, '/start', 'Start']])
    tracker.track('b')
    expect(vitals()).toHaveLength(2)
  })

  test('before the first view has left they wait for it', async () => {
    await open()
    tracker.consent({ measurement: false })
    measure('TTFB')
    await pass(1000)
    expect(collector.sent()).toEqual([])
    tracker.consent({ measurement: true })
    expect(vitals()).toEqual([['TTFB', 1, 0, '/start', 'Start']])
  })

  test('or for the end of the page', async () => {
    await open()
    await pass(300)
    tracker.stop()
    measure('LCP')
    tracker.consent({ measurement: true })
    hide()
    expect(vitals()).toEqual([['LCP', 1, 0, '/start', 'Start']])
  })

  test('for good, none is sent', async () => {
    await open()
    await pass(300)
    tracker.stop()
    measure('LCP')
    hide()
    expect(collector.sent()).toHaveLength(1)
  })
})

test('one that is measured before a view throws nothing into the page', async () => {
  setVisibility('hidden')
  await open()
  expect(() => measure('TTFB')).not.toThrow()
})
