// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { idTime } from '@treadlight/protocol'
import { init, type QueueMode, type Tracker } from '@treadlight/tracker'
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createId } from '../../packages/tracker/src/id.ts'
import { createQueue } from '../../packages/tracker/src/queue.ts'
import { createFakeCollector, fail, respond, type FakeCollector } from './fakeCollector.ts'

const endpoint = 'https://stats.example/hit'
const start = Date.parse('2026-11-21T10:00:00.000Z')
const day = 86_400_000

let collector: FakeCollector
let tracker: Tracker

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.stubGlobal('indexedDB', new IDBFactory())
  collector = createFakeCollector()
  setVisibility('visible')
  history.replaceState(null, '', '/start')
  document.title = 'Start'
})
afterEach(() => {
  tracker.stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function open(queue: QueueMode = 'always'): void {
  tracker = init({ endpoint, transport: collector.transport, queue })
}

/** Lets fake time pass, and IndexedDB, which lives in real time, catch up. */
async function pass(milliseconds = 0): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

function setVisibility(state: DocumentVisibilityState): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true })
}

function hide(): void {
  setVisibility('hidden')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

function show(): void {
  setVisibility('visible')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

const queued = () => createQueue(endpoint)()
const sent = () => collector.requests.flatMap(({ hits }) => hits)
const paths = () => sent().map(({ url }) => new URL(url).pathname)

describe('views', () => {
  test('PV03: the landing view leaves at once, with URL, title, referrer and time', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    open()
    expect(sent()).toEqual([
      {
        id: expect.any(String),
        type: 'pageview',
        url: 'http://localhost:3000/start',
        title: 'Start',
        referrer: 'https://search.example/',
        timestamp: '2026-11-21T10:00:00.000Z',
      },
    ])
    expect(idTime(sent()[0]!.id)).toBe(start)
    expect(collector.requests[0]!.sentAt).toBe(start)
  })

  test('edge 9: the URL is that of the navigation, the title what it has become', async () => {
    open()
    history.pushState(null, '', '/cart')
    await pass(100)
    document.title = 'Cart'
    expect(paths()).toEqual(['/start'])
    await pass(200)
    expect(sent()[1]).toMatchObject({ url: 'http://localhost:3000/cart', title: 'Cart' })
  })

  test('edge 9: of two quick navigations both are sent, each with its own URL and the title it had', async () => {
    open()
    history.pushState(null, '', '/a')
    document.title = 'A'
    await pass(50)
    history.pushState(null, '', '/b')
    document.title = 'B'
    await pass(300)
    expect(sent().map(({ url, title }) => [new URL(url).pathname, title])).toEqual([
      ['/start', 'Start'],
      ['/a', 'A'],
      ['/b', 'B'],
    ])
  })

  test('edge 9: hidden before the title has settled, the view leaves with the title of now', async () => {
    open()
    await pass()
    history.pushState(null, '', '/a')
    document.title = 'A'
    hide()
    expect(collector.requests[1]).toMatchObject({ occasion: 'leave', hits: [{ title: 'A' }] })
    await pass(300)
    expect(collector.requests).toHaveLength(2)
  })

  test('an async script that runs before the title is parsed waits for it', async () => {
    document.title = ''
    open()
    expect(sent()).toEqual([])
    document.title = 'Parsed'
    await pass(300)
    expect(sent()).toMatchObject([{ title: 'Parsed' }])
  })

  test('a form that is named title does not stand in for it', async () => {
    Object.defineProperty(document, 'title', { value: document.createElement('form'), configurable: true })
    open()
    Reflect.deleteProperty(document, 'title')
    expect(typeof sent()[0]!.title).toBe('string')
  })

  test('edge 15: later views name the route before as their referrer', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    open()
    for (const path of ['/a', '/b']) {
      history.pushState(null, '', path)
      await pass(300)
    }
    expect(sent().map(({ referrer }) => referrer)).toEqual([
      'https://search.example/',
      'http://localhost:3000/start',
      'http://localhost:3000/a',
    ])
  })

  test('edge 16, 17: a page that nobody has seen is no view, and where it is shown counts', async () => {
    setVisibility('hidden')
    open()
    history.replaceState(null, '', '/redirected')
    await pass(1000)
    expect(sent()).toEqual([])
    show()
    expect(paths()).toEqual(['/redirected'])
  })

  test('edge 18: a page restored from the back/forward cache is a new view of the same URL', async () => {
    open()
    await pass()
    hide()
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    // Chromium 1133363: still hidden at pageshow.
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    show()
    await pass()
    expect(sent()).toMatchObject([{ url: 'http://localhost:3000/start' }, { navigation: 'back-forward-cache' }])
    expect(sent()[1]!.id).not.toBe(sent()[0]!.id)
    expect(sent()[1]!.url).toBe(sent()[0]!.url)
  })

  test('a first pageshow is no second view', async () => {
    open()
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))
    await pass()
    expect(sent()).toHaveLength(1)
  })

  test('edge 14: a page is tracked once, and again after a stop', async () => {
    open()
    expect(init({ endpoint, transport: collector.transport })).toBe(tracker)
    expect(sent()).toHaveLength(1)
    tracker.stop()
    open()
    expect(sent()).toHaveLength(2)
  })

  test('pageview() counts the URL again', async () => {
    open()
    tracker.pageview()
    expect(paths()).toEqual(['/start', '/start'])
  })

  test('after stop() nothing is counted', async () => {
    open()
    tracker.stop()
    history.pushState(null, '', '/a')
    tracker.track('late')
    hide()
    await pass(1000)
    expect(sent()).toHaveLength(1)
  })
})

describe('events', () => {
  test('an event names its view, and holds its props as they were', async () => {
    open()
    const props = { plan: 'pro', seats: 3, trial: false }
    tracker.track('signup', props)
    props.plan = 'free'
    expect(sent()[1]).toMatchObject({
      type: 'event',
      name: 'signup',
      view: sent()[0]!.id,
      props: { plan: 'pro', seats: 3, trial: false },
    })
  })

  test('edge 40: what JSON cannot hold costs the props, not the event', async () => {
    open()
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    for (const props of [circular, { big: 1n }, { get bad() { throw new Error('getter') } }, null, 'text'])
      tracker.track('odd', props as never)
    tracker.track(Symbol('odd') as never)
    expect(sent()).toHaveLength(7)
    await pass()
    expect(collector.stored.size).toBe(7)
  })

  test('edge 32: hits of one millisecond keep their order in the queue', async () => {
    collector.next = Array.from({ length: 20 }, () => fail)
    open()
    for (const name of 'abcdefgh') tracker.track(name)
    await pass()
    expect((await queued())!.map(({ name }) => name)).toEqual([undefined, ...'abcdefgh'])
  })
})

describe('the queue', () => {
  test('a hit is written and sent together, and gone once it is stored', async () => {
    let answer!: (response: Response) => void
    collector.next = [() => new Promise<Response>((resolve) => (answer = resolve))]
    open()
    expect(sent()).toHaveLength(1)
    await pass()
    expect(await queued()).toHaveLength(1)
    answer(respond(201))
    await pass()
    expect(await queued()).toEqual([])
  })

  test('what a former page left is sent by the next', async () => {
    collector.next = [fail]
    open()
    await pass()
    tracker.stop()
    history.replaceState(null, '', '/next')
    open()
    await pass()
    expect([...collector.stored.values()].map(({ url }) => new URL(url).pathname).sort()).toEqual(['/next', '/start'])
    expect(await queued()).toEqual([])
  })

  test('hits older than 7 days are dropped, and the oldest beyond 1,000', async () => {
    open()
    await pass()
    const hit = sent()[0]!
    const rowsOf = (time: number, count: number) =>
      Array.from({ length: count }, () => ({ ...hit, id: createId(time), timestamp: new Date(time).toISOString() }))
    const fresh = rowsOf(start - 7 * day + 1, 998)
    await createQueue(endpoint)([...rowsOf(start - 7 * day - 1, 12), ...fresh])
    expect(await queued()).toEqual(fresh)
    const newest = rowsOf(start - day, 500)
    await createQueue(endpoint)(newest)
    collector.requests.length = 0
    await tracker.flush()
    await pass()
    expect(sent()).toEqual([...fresh.slice(498), ...newest])
    expect(await queued()).toEqual([])
  })

  test('another tab has delivered it: it is not sent again', async () => {
    collector.next = [fail, fail]
    open()
    await pass()
    const tries = sent().length
    await createQueue(endpoint)([], [sent()[0]!.id])
    await pass(1000)
    expect(sent()).toHaveLength(tries)
  })

  test('offline: a hit is written only after a failed send', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    open('offline')
    await pass()
    expect(put).not.toHaveBeenCalled()
    collector.next = [fail]
    tracker.track('late')
    await pass()
    expect(await queued()).toMatchObject([{ name: 'late' }])
    await pass(1000)
    expect(await queued()).toEqual([])
    expect(collector.stored.size).toBe(2)
  })

  test('off: nothing touches the device, and hits are still retried', async () => {
    const opened = vi.spyOn(IDBFactory.prototype, 'open')
    collector.next = [fail]
    open('off')
    await pass(1000)
    expect(opened).not.toHaveBeenCalled()
    expect(collector.stored.size).toBe(1)
  })

  const broken: [string, () => void][] = [
    ['edge 23: access throws', () => vi.stubGlobal('indexedDB', undefined)],
    [
      'edge 23: open throws',
      () =>
        vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
          throw new DOMException('denied', 'SecurityError')
        }),
    ],
    ['edge 24: open never answers', () => vi.spyOn(IDBFactory.prototype, 'open').mockReturnValue({} as never)],
    [
      'edge 26: the connection is lost',
      () =>
        vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
          throw new DOMException('closing', 'InvalidStateError')
        }),
    ],
    [
      'the disk is full',
      () =>
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
          throw new DOMException('full', 'QuotaExceededError')
        }),
    ],
  ]
  test.each(broken)('%s: still sent, still retried, nothing thrown', async (_, breakStorage) => {
    const rejected = vi.fn()
    process.on('unhandledRejection', rejected)
    await queued()
    breakStorage()
    collector.next = [() => respond(503)]
    open()
    expect(sent()).toHaveLength(1)
    await pass(2000)
    await pass(2000)
    expect(collector.stored.size).toBe(1)
    process.off('unhandledRejection', rejected)
    expect(rejected).not.toHaveBeenCalled()
  })
})
