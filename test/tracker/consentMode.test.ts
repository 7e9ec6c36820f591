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
  // oxlint-disable-next-line prefer-rest-params -- Google's gtag pushes `arguments`, which is no array: a rest parameter would test another thing
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

describe('which region the visitor is in is not known', () => {
  const denied = { analytics_storage: 'denied', ad_user_data: 'denied' }
  const granted = { analytics_storage: 'granted', ad_user_data: 'granted' }
  const region = ['DE', 'ES']
  const all = [['pageview', true], ['a', true]]
  const unsaid = [['pageview', undefined], ['a', undefined]]
  const cases: [name: string, said: [command: string, signals: object][], sent: unknown[]][] = [
    ['denied there, then granted elsewhere', [['default', { ...denied, region }], ['default', granted]], []],
    ['granted elsewhere, then denied there', [['default', granted], ['default', { ...denied, region }]], []],
    ['denied in one region, which is a text', [['default', { ...denied, region: 'US-CA' }], ['default', granted]], []],
    ['denied there, and allowed by the visitor', [['default', { ...denied, region }], ['default', granted], ['update', granted]], all],
    ['a grant for a region takes no denial back', [['default', denied], ['default', { ...granted, region }]], []],
    ['a grant for a region alone says nothing', [['default', { ...granted, region }]], unsaid],
    ['no region in the list', [['default', { ...denied, region: [] }], ['default', { ...granted, region: [] }]], all],
    ['of two defaults for all the last', [['default', denied], ['default', granted]], all],
    ['only what a denial names', [['default', { ad_user_data: 'denied', region }], ['default', granted]], [['pageview', false], ['a', false]]],
    ['a default after an update: granted', [['update', denied], ['default', granted]], []],
    ['a default after an update: denied', [['update', granted], ['default', denied], ['default', { ...denied, region }]], all],
    ['an update leaves alone what it does not name', [['default', { ...denied, region }], ['update', { ad_user_data: 'granted' }], ['default', granted]], []],
    ['of two updates the last', [['update', granted], ['update', denied], ['update', granted]], all],
  ]
  const say = (said: (typeof cases)[number][1]) => said.forEach(([command, signals]) => gtag('consent', command, signals))

  test.each(cases)('said before: %s', async (_, said, expected) => {
    say(said)
    await open()
    await pass(300)
    tracker.track('a')
    expect(sent()).toEqual(expected)
  })

  test.each(cases)('said after: %s', async (_, said, expected) => {
    await open()
    say(said)
    await pass(300)
    tracker.track('a')
    expect(sent()).toEqual(expected)
  })
})

test('a default that grants does not make the view leave before its title has settled', async () => {
  gtag('consent', 'default', { analytics_storage: 'granted' })
  await open()
  gtag('consent', 'default', { analytics_storage: 'granted' })
  document.title = 'Settled'
  await pass(300)
  expect(collector.sent()).toMatchObject([{ title: 'Settled' }])
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
