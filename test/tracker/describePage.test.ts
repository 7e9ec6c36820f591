// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, define, hide, openPage, openTracker, pass, setVisibility, show } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

test('device: every hit has the screen, and the view the time zone, which is not asked for at the start', async () => {
  vi.stubGlobal('screen', { width: 1280, height: 720 })
  const { collector, track } = await openTracker(({ device }) => [device()])
  track('a')
  await pass(300)
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  expect(collector.sent()).toMatchObject([{ name: 'a', screen: '1280x720' }, { screen: '1280x720', timezone: timeZone }])
})

describe('navigationType', () => {
  const cases: [expected: string | undefined, entry: object | undefined, prepare?: () => void][] = [
    ['navigate', { type: 'navigate' }],
    ['reload', { type: 'reload' }],
    ['back-forward', { type: 'back_forward' }],
    ['prerender', { type: 'navigate', activationStart: 12 }],
    ['prerender', { type: 'navigate', activationStart: 0 }, () => define(document, 'prerendering', true)],
    // Edge 19.
    ['restore', { type: 'reload' }, () => define(document, 'wasDiscarded', true)],
    [undefined, undefined],
  ]
  test.each(cases)('edge 16, 19: %s of %j', async (expected, entry, prepare) => {
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue((entry ? [entry] : []) as never)
    prepare?.()
    const { collector } = await openTracker(({ navigationType }) => [navigationType()])
    await pass(300)
    expect(collector.sent().map(({ navigation }) => navigation)).toEqual([expected])
  })

  test('routes have none, and edge 18: what comes from the back/forward cache says so', async () => {
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'reload' }] as never)
    const { collector } = await openTracker(({ navigationType }) => [navigationType()])
    history.pushState(null, '', '/route')
    await pass(300)
    hide()
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    show()
    await pass(300)
    history.pushState(null, '', '/another')
    await pass(300)
    expect(collector.sent().map(({ navigation }) => navigation)).toEqual(['reload', undefined, 'back-forward-cache', undefined])
  })

  test('a page opened in the background says how it was loaded once it is seen', async () => {
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'navigate' }] as never)
    setVisibility('hidden')
    const { collector, track } = await openTracker(({ navigationType }) => [navigationType()])
    track('loaded')
    show()
    await pass(300)
    expect(collector.sent().find(({ type }) => type === 'pageview')!.navigation).toBe('navigate')
  })
})
