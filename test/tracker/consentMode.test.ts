// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeCollector, type FakeCollector } from './fakeCollector.ts'
import { closePage, endpoint, loadTracker, openPage, pass, sendEach, type TrackerModule } from './openTracker.ts'

let dataLayer: unknown[]
let collector: FakeCollector
let tracker: TrackerModule

beforeEach(() => {
  openPage()
  dataLayer = []
  collector = createFakeCollector()
  vi.stubGlobal('dataLayer', dataLayer)
})
afterEach(closePage)

/** As Google's snippet has it: what is pushed is `arguments`. */
const gtag = function (): void {
  // oxlint-disable-next-line prefer-rest-params -- that is what is tested
  dataLayer.push(arguments)
} as (...args: unknown[]) => void

async function open(): Promise<void> {
  tracker = await loadTracker()
  const { consentMode } = await import('@treadlight/tracker/consent-mode')
  tracker.init({ endpoint, use: [consentMode(), sendEach(collector)] })
  await pass()
}
const sent = () => collector.sent().map(({ type, name, forwarding }) => [name ?? type, forwarding])

const cases: [name: string, signals: object, sent: unknown[]][] = [
  ['all granted', { analytics_storage: 'granted', ad_user_data: 'granted' }, [['pageview', true], ['a', true]]],
  ['analytics denied', { analytics_storage: 'denied' }, []],
  ['ads denied', { analytics_storage: 'granted', ad_user_data: 'denied' }, [['pageview', false], ['a', false]]],
  ['what means nothing here', { ad_storage: 'denied', ad_personalization: 'denied' }, [['pageview', undefined], ['a', undefined]]],
]
describe('what a banner said before', () => {
  test.each(cases)('%s', async (_, signals, expected) => {
    gtag('consent', 'default', signals)
    await open()
    await pass(300)
    tracker.track('a')
    expect(sent()).toEqual(expected)
  })
})

describe('what it says after', () => {
  test('denied by default, granted later', async () => {
    gtag('consent', 'default', { analytics_storage: 'denied', ad_user_data: 'denied' })
    await open()
    tracker.track('before')
    await pass(1000)
    expect(sent()).toEqual([])
    gtag('consent', 'update', { analytics_storage: 'granted' })
    tracker.track('after')
    await pass(300)
    expect(sent().sort()).toEqual([['after', false], ['pageview', false]])
  })

  test('withdrawn', async () => {
    await open()
    await pass(300)
    gtag('consent', 'update', { analytics_storage: 'denied' })
    tracker.track('after')
    expect(sent()).toEqual([['pageview', undefined]])
  })

  test('what is pushed still gets to the others', async () => {
    const push = vi.spyOn(dataLayer, 'push')
    await open()
    gtag('event', 'login')
    expect(push).toHaveBeenCalledOnce()
    expect(dataLayer).toHaveLength(1)
  })
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'consent'],
  ['a number', 7],
  ['a function', () => {}],
  ['an object', { event: 'gtm.js' }],
  ['consent without signals', ['consent', 'update']],
  ['consent with null', ['consent', 'update', null]],
])('whatever else is pushed throws nothing: %s', async (_, entry) => {
  dataLayer.push(entry)
  await open()
  expect(() => dataLayer.push(entry)).not.toThrow()
  expect(dataLayer).toHaveLength(2)
  await pass(300)
  expect(sent()).toEqual([['pageview', undefined]])
})
