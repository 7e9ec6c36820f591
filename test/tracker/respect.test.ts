// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { IgnoreReason } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeCollector, fail } from './fakeCollector.ts'
import { closePage, define, endpoint, openPage, openTracker, pass, readRows, type OpenTracker } from './openTracker.ts'

let logged: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  openPage()
  logged = vi.spyOn(console, 'info').mockReturnValue()
})
afterEach(closePage)

const open = (ignore?: IgnoreReason[]): Promise<OpenTracker> => openTracker(({ respect }) => [respect({ ignore })])
async function isCounted(ignore?: IgnoreReason[]): Promise<boolean> {
  const { collector, track } = await open(ignore)
  track('a')
  await pass(300)
  return collector.sent().length === 2
}
const visit = (url: string) => vi.stubGlobal('location', new URL(url))

describe('edge 22: this very machine', () => {
  const hosts: [url: string, counted: boolean][] = [
    ['http://localhost/', false],
    ['http://localhost:3000/', false],
    ['http://127.0.0.1:8080/', false],
    ['http://127.1.2.3/', false],
    ['http://[::1]/', false],
    ['file:///home/me/index.html', false],
    ['data:text/html,x', false],
    ['https://shop.example/', true],
    ['https://localhost.example/', true],
    ['https://127.example/', true],
    ['https://1275.example/', true],
    ['http://192.168.0.1/', true],
  ]
  test.each(hosts)('%s is counted: %s', async (url, counted) => {
    visit(url)
    expect(await isCounted()).toBe(counted)
    expect(logged).toHaveBeenCalledTimes(counted ? 0 : 1)
    expect(await isCounted([])).toBe(true)
  })
})

describe('edge 20: frames', () => {
  test.each([
    [undefined, false],
    [['iframe'], false],
    [['localhost'], true],
    [[], true],
  ] as [IgnoreReason[] | undefined, boolean][])('with ignore %j a frame is counted: %s', async (ignore, counted) => {
    visit('https://shop.example/')
    vi.stubGlobal('top', {})
    expect(await isCounted(ignore)).toBe(counted)
  })
})

describe('edge 44: what visitors ask for', () => {
  const signals: [signal: string, property: string, value: unknown, ignore: IgnoreReason[], counted: boolean][] = [
    ['GPC', 'globalPrivacyControl', true, ['gpc'], false],
    ['GPC that is off', 'globalPrivacyControl', false, ['gpc'], true],
    ['GPC, by default', 'globalPrivacyControl', true, [], true],
    ['DNT', 'doNotTrack', '1', ['dnt'], false],
    ['DNT that is off', 'doNotTrack', '0', ['dnt'], true],
    ['DNT that is unset', 'doNotTrack', null, ['dnt'], true],
    ['DNT, by default', 'doNotTrack', '1', [], true],
  ]
  test.each(signals)('%s', async (_, property, value, ignore, counted) => {
    define(navigator, property, value)
    expect(await isCounted(ignore)).toBe(counted)
  })
})

describe('optOut', () => {
  test('stops, and is remembered whatever is ignored', async () => {
    const { collector, optOut, track } = await open([])
    await pass(300)
    optOut()
    track('after')
    history.pushState(null, '', '/next')
    await pass(300)
    expect(collector.sent()).toHaveLength(1)
    expect(localStorage.getItem('treadlight')).toBe('1')
    expect(await isCounted([])).toBe(false)
  })

  test('takes back a view that has not left', async () => {
    const { collector, optOut } = await open([])
    optOut()
    await pass(1000)
    expect(collector.sent()).toEqual([])
  })

  test('is remembered also of who has already denied consent', async () => {
    const { consent, optOut } = await open([])
    consent({ measurement: false })
    optOut()
    expect(localStorage.getItem('treadlight')).toBe('1')
  })

  test('edge 23: where storage is denied, it holds for this page', async () => {
    vi.stubGlobal('localStorage', undefined)
    const { collector, optOut, track } = await open([])
    await pass(300)
    expect(() => optOut()).not.toThrow()
    track('after')
    expect(collector.sent()).toHaveLength(1)
  })

  test('of who has opted out nothing is kept on the device', async () => {
    localStorage.setItem('treadlight', '1')
    const fetched = vi.fn(() => Promise.reject(new TypeError('Failed to fetch')))
    vi.stubGlobal('fetch', fetched)
    const { track } = await openTracker(({ standard }) => standard({ ignore: [] }))
    track('a')
    await pass(300)
    expect(await readRows()).toEqual([])
    expect(fetched).not.toHaveBeenCalled()
  })

  test.each([
    ['consent', ({ consent }: OpenTracker) => consent({ measurement: true })],
    ['another init', ({ init }: OpenTracker) => init({ endpoint })],
    ['a retry', () => {}],
  ])('%s on the same page does not undo it', async (_, act) => {
    const collector = createFakeCollector()
    collector.next = [fail]
    const tracker = await openTracker(({ respect, queue }) => [respect({ ignore: [] }), queue('off', collector.transport)])
    await pass(300)
    tracker.optOut()
    act(tracker)
    tracker.track('after')
    await pass(60_000)
    expect(collector.requests).toHaveLength(1)
  })

  test('consent given on the next page does not undo it', async () => {
    localStorage.setItem('treadlight', '1')
    const { collector, consent, track } = await open([])
    consent({ measurement: true })
    track('a')
    await pass(300)
    expect(collector.sent()).toEqual([])
  })

  test('nor does consent that was denied before init', async () => {
    localStorage.setItem('treadlight', '1')
    const { collector, consent, track } = await openTracker((module) => {
      module.consent({ measurement: false })
      return [module.respect({ ignore: [] })]
    })
    consent({ measurement: true })
    track('a')
    await pass(300)
    expect(collector.sent()).toEqual([])
  })
})

test.each([
  [true, true],
  [false, undefined],
  [undefined, undefined],
])('edge 21: automation is flagged, not dropped: webdriver %s', async (webdriver, flagged) => {
  define(navigator, 'webdriver', webdriver)
  const { collector, track } = await open([])
  track('a')
  expect(collector.sent().map(({ webdriver }) => webdriver)).toEqual([flagged])
})
