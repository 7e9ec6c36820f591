// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Part } from '@treadlight/tracker'
import { closePage, hide, minute, openPage, openTracker, pass, second, setVisibility, show, type OpenTracker } from './openTracker.ts'

let tracker: OpenTracker

beforeEach(openPage)
afterEach(closePage)

async function open(options?: { heartbeat?: number; idle?: number }): Promise<void> {
  tracker = await openTracker(({ engagement }) => [engagement(options)])
}
const reports = () => tracker.collector.sent().filter(({ type }) => type === 'engagement')
const totals = () => reports().map(({ engaged }) => engaged)
const depths = () => reports().map(({ scroll }) => scroll)

const touch = (type = 'scroll') => document.dispatchEvent(new Event(type, { bubbles: true }))
/** The page is used for as long: something happens every second. */
async function use(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= second) {
    await vi.advanceTimersByTimeAsync(Math.min(left, second))
    touch()
  }
}
function setFocus(hasFocus: boolean): void {
  vi.mocked(document.hasFocus).mockReturnValue(hasFocus)
  dispatchEvent(new Event(hasFocus ? 'focus' : 'blur'))
}
function scrollTo(y: number): void {
  vi.stubGlobal('scrollY', y)
  touch()
}

test.each([0, NaN])('a heartbeat of %d s is one of a minute', async (heartbeat) => {
  await open({ heartbeat })
  await use(minute)
  expect(totals()).toEqual([minute])
})

test('a part that fails with a report does not end the views', async () => {
  const broken: Part = (next) => (hit) => next({ ...hit, title: hit.engaged === undefined ? hit.title : (undefined as unknown as string).trim() })
  tracker = await openTracker(({ engagement }) => [broken, engagement()])
  await use(5 * second)
  history.pushState(null, '', '/next')
  await pass(300)
  expect(tracker.collector.sent().map(({ url }) => new URL(url).pathname)).toEqual(['/start', '/next'])
})

describe('engaged time', () => {
  test('is said every minute, as a total that grows', async () => {
    await open()
    await use(3 * minute)
    expect(totals()).toEqual([minute, 2 * minute, 3 * minute])
    const view = tracker.collector.sent().find(({ type }) => type === 'pageview')!
    expect(reports()).toMatchObject(reports().map(() => ({ view: view.id, url: view.url })))
    expect(new Set(reports().map(({ id }) => id)).size).toBe(3)
  })

  test('or as often as one likes', async () => {
    await open({ heartbeat: 15 })
    await use(minute)
    expect(totals()).toEqual([15, 30, 45, 60].map((seconds) => seconds * second))
  })

  test('edge 1, 2: is said as the page is hidden, rests while it is, and goes on', async () => {
    await open()
    await use(5 * second)
    hide()
    expect(totals()).toEqual([5000])
    await pass(10 * minute)
    show()
    await use(5 * second)
    hide()
    expect(totals()).toEqual([5000, 10_000])
  })

  test('is said once, however often the page is hidden', async () => {
    await open()
    await use(5 * second)
    hide()
    hide()
    show()
    hide()
    await pass(5 * minute)
    expect(totals()).toEqual([5000])
  })

  test('rests while another window has the focus', async () => {
    await open()
    await use(5 * second)
    setFocus(false)
    await pass(30 * second)
    setFocus(true)
    await use(5 * second)
    hide()
    expect(totals()).toEqual([10_000])
  })

  test('a page opened behind another window counts from its focus', async () => {
    vi.mocked(document.hasFocus).mockReturnValue(false)
    await open()
    await pass(30 * second)
    setFocus(true)
    await use(5 * second)
    hide()
    expect(totals()).toEqual([5000])
  })

  test('edge 17: is not said before a view', async () => {
    setVisibility('hidden')
    await open()
    await use(3 * minute)
    setFocus(false)
    setFocus(true)
    expect(reports()).toEqual([])
    show()
    await use(5 * second)
    hide()
    expect(totals()).toEqual([5000])
  })

  test('nor while tracking is stopped', async () => {
    await open()
    await use(5 * second)
    tracker.stop()
    await use(2 * minute)
    hide()
    expect(reports()).toEqual([])
  })

  describe('edge 35: of who touches nothing', () => {
    test.each([
      ['is a minute', {}, minute],
      ['is as long as one likes', { idle: 20 }, 20 * second],
    ])('%s', async (_, options, expected) => {
      await open(options)
      await pass(10 * minute)
      hide()
      expect(totals()).toEqual([expected])
    })

    test('goes on with the next touch', async () => {
      await open()
      await pass(10 * minute)
      await use(5 * second)
      hide()
      // Of the eleventh minute the four seconds after the first touch.
      expect(totals()).toEqual([minute, minute + 4000])
    })

    test.each(['scroll', 'keydown', 'click', 'focus'])('a %s is a touch', async (type) => {
      await open({ heartbeat: 3600 })
      for (let time = 0; time < 10; time++) {
        await pass(50 * second)
        touch(type)
      }
      hide()
      expect(totals()).toEqual([500 * second])
    })

    test('Infinity: a video wall counts on', async () => {
      await open({ idle: Infinity })
      await pass(10 * minute)
      expect(totals()).toEqual(Array.from({ length: 10 }, (_, index) => (index + 1) * minute))
    })
  })

  test('edge 34: a night asleep is worth a minute', async () => {
    await open()
    await use(10 * second)
    // Timers rest while the clock goes on.
    const asleep = performance.now() + 8 * 60 * minute
    vi.spyOn(performance, 'now').mockReturnValue(asleep)
    touch()
    hide()
    expect(totals()).toEqual([10 * second + minute])
  })

  test('edge 34: a clock that is set does not matter', async () => {
    await open()
    await use(5 * second)
    vi.setSystemTime(Date.now() + 86_400_000)
    await use(5 * second)
    hide()
    expect(totals()).toEqual([10_000])
  })
})

describe('each view has its own', () => {
  test('a route’s is said as it ends, with its URL and title', async () => {
    await open()
    await use(5 * second)
    history.pushState(null, '', '/next')
    document.title = 'Next'
    await use(3 * second)
    hide()
    const [first, next] = tracker.collector.sent().filter(({ type }) => type === 'pageview')
    expect(reports()).toMatchObject([
      { view: first!.id, url: 'http://localhost:3000/start', title: 'Start', engaged: 5000 },
      { view: next!.id, url: 'http://localhost:3000/next', title: 'Next', engaged: 3000 },
    ])
  })

  test('a route that nobody stayed at says nothing', async () => {
    await open()
    for (const path of ['/a', '/b', '/c']) history.pushState(null, '', path)
    hide()
    expect(reports()).toEqual([])
  })

  test('edge 18: restored from the back/forward cache, time begins anew', async () => {
    await open()
    await use(5 * second)
    hide()
    await pass(minute)
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    show()
    await use(2 * second)
    hide()
    expect(totals()).toEqual([5000, 2000])
    expect(new Set(reports().map(({ view }) => view)).size).toBe(2)
  })

  test('pageview() begins a new one too', async () => {
    await open()
    await use(5 * second)
    tracker.pageview()
    await use(2 * second)
    hide()
    expect(totals()).toEqual([5000, 2000])
  })
})

describe('scroll depth', () => {
  test('is the deepest of the view, per cent of the page', async () => {
    await open()
    await use(second)
    hide()
    show()
    scrollTo(innerHeight)
    await use(second)
    scrollTo(0)
    await use(second)
    hide()
    expect(depths()).toEqual([25, 50])
  })

  test('of a page that grows is that of the page as it is', async () => {
    await open()
    scrollTo(innerHeight)
    await use(second)
    vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(innerHeight * 8)
    hide()
    expect(depths()).toEqual([25])
  })

  test('begins anew with each view', async () => {
    await open()
    scrollTo(innerHeight * 3)
    await use(second)
    history.pushState(null, '', '/next')
    scrollTo(0)
    await use(second)
    hide()
    expect(depths()).toEqual([100, 25])
  })

  test('is not said of a view that nobody has touched until it ends: the layout was not read', async () => {
    await open()
    await pass(3 * second)
    history.pushState(null, '', '/next')
    await pass(3 * second)
    scrollTo(innerHeight)
    history.pushState(null, '', '/last')
    await pass(minute)
    expect(reports().map(({ url, scroll }) => [new URL(url).pathname, scroll])).toEqual([
      ['/start', undefined],
      ['/next', 50],
      ['/last', undefined],
    ])
  })

  test('of a page that is read without a touch is what can be seen', async () => {
    await open()
    await pass(20 * second)
    hide()
    expect(depths()).toEqual([25])
  })
})

test('a page that stops events on their way does not stop the count', async () => {
  const stop = (event: Event) => event.stopImmediatePropagation()
  document.addEventListener('visibilitychange', stop, true)
  await open()
  await use(5 * second)
  hide()
  document.removeEventListener('visibilitychange', stop, true)
  expect(totals()).toEqual([5000])
})
