// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { idTime } from '@treadlight/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, define, endpoint, hide, loadTracker, openPage, openTracker, pass, sendEach, setVisibility, show, start, type OpenTracker } from './openTracker.ts'

let tracker: OpenTracker

beforeEach(openPage)
afterEach(closePage)

const open = async (...args: Parameters<typeof openTracker>) => void (tracker = await openTracker(...args))
/** Restores the page from the back/forward cache: Chromium says hidden at pageshow (1133363), and visible after it. */
function restore(): void {
  dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  show()
}
const sent = () => tracker.collector.sent()
const paths = () => sent().map(({ url }) => new URL(url).pathname)
const titles = () => sent().map(({ url, title }) => [new URL(url).pathname, title])

describe('views', () => {
  test('PV03: the landing view has URL, title, referrer and time, and leaves when its title has settled', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    await open()
    await pass(299)
    expect(sent()).toEqual([])
    await pass(1)
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
    expect(tracker.collector.requests[0]).toMatchObject({ url: endpoint, sentAt: start + 300 })
  })

  test('edge 9: the URL is that of the navigation, the title what it has become', async () => {
    await open()
    await pass(300)
    history.pushState(null, '', '/cart')
    await pass(100)
    document.title = 'Cart'
    expect(paths()).toEqual(['/start'])
    await pass(200)
    expect(sent()[1]).toMatchObject({ url: 'http://localhost:3000/cart', title: 'Cart', timestamp: '2026-11-21T10:00:00.300Z' })
  })

  test('edge 9: of two quick navigations both are sent, each with its own URL and the title it had', async () => {
    await open()
    await pass(50)
    history.pushState(null, '', '/a')
    document.title = 'A'
    await pass(50)
    history.pushState(null, '', '/b')
    document.title = 'B'
    await pass(300)
    expect(titles()).toEqual([
      ['/start', 'Start'],
      ['/a', 'A'],
      ['/b', 'B'],
    ])
  })

  test('edge 9: hidden before the title has settled, the view leaves with the title of now, once', async () => {
    await open()
    await pass(100)
    document.title = 'Hidden'
    hide()
    expect(titles()).toEqual([['/start', 'Hidden']])
    document.title = 'Later'
    await pass(300)
    expect(sent()).toHaveLength(1)
  })

  test('an async script that runs before the title is parsed waits for it', async () => {
    document.title = ''
    await open()
    document.title = 'Parsed'
    await pass(300)
    expect(titles()).toEqual([['/start', 'Parsed']])
  })

  test('a form named title or an image named referrer does not stand in for it', async () => {
    define(document, 'title', document.createElement('form'))
    vi.spyOn(document, 'referrer', 'get').mockReturnValue(document.createElement('img') as never)
    await open()
    await pass(300)
    expect(sent()).toMatchObject([{ title: expect.any(String), referrer: expect.any(String) }])
  })

  test('edge 9: until then its events have no title, and never that of the view before', async () => {
    await open()
    await pass(300)
    history.pushState(null, '', '/cart')
    document.title = 'Cart'
    tracker.track('at once')
    await pass(300)
    tracker.track('later')
    expect(sent().map(({ name, url, title }) => [name, new URL(url).pathname, title])).toEqual([
      [undefined, '/start', 'Start'],
      ['at once', '/cart', undefined],
      [undefined, '/cart', 'Cart'],
      ['later', '/cart', 'Cart'],
    ])
  })

  test('edge 15: later views name the route before as their referrer', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    await open()
    for (const path of ['/a', '/b']) history.pushState(null, '', path)
    await pass(300)
    expect(sent().map(({ referrer }) => referrer)).toEqual(['https://search.example/', 'http://localhost:3000/start', 'http://localhost:3000/a'])
  })

  test('edge 16, 17: a page that nobody has seen is no view, and where it is shown counts', async () => {
    setVisibility('hidden')
    await open()
    history.replaceState(null, '', '/redirected')
    await pass(1000)
    expect(sent()).toEqual([])
    show()
    await pass(300)
    expect(paths()).toEqual(['/redirected'])
    expect(sent()[0]!.timestamp).toBe('2026-11-21T10:00:01.000Z')
  })

  test('a route that was changed to while hidden is seen when the page is', async () => {
    await open()
    hide()
    history.pushState(null, '', '/in-the-background')
    await pass(1000)
    expect(paths()).toEqual(['/start'])
    show()
    await pass(300)
    expect(paths()).toEqual(['/start', '/in-the-background'])
  })

  test('edge 2: hidden is not the end: shown again it is the same view', async () => {
    await open()
    hide()
    show()
    await pass(300)
    expect(sent()).toHaveLength(1)
    tracker.track('back')
    expect(sent()[1]!.view).toBe(sent()[0]!.id)
  })

  test('edge 18: a page restored from the back/forward cache is a new view of the same URL', async () => {
    await open()
    hide()
    restore()
    await pass(300)
    expect(paths()).toEqual(['/start', '/start'])
    expect(sent()[1]!.id).not.toBe(sent()[0]!.id)
  })

  test('a first pageshow is no second view', async () => {
    await open()
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))
    await pass(300)
    expect(sent()).toHaveLength(1)
  })

  test('pageview() counts the URL again', async () => {
    await open()
    tracker.pageview()
    await pass(300)
    expect(paths()).toEqual(['/start', '/start'])
  })
})

describe('init and stop', () => {
  test('edge 14: a page is tracked once', async () => {
    await open()
    tracker.init({ endpoint: 'https://elsewhere.example/hit', use: [sendEach(tracker.collector)] })
    history.pushState(null, '', '/a')
    await pass(300)
    expect(paths()).toEqual(['/start', '/a'])
    expect(new Set(tracker.collector.requests.map(({ url }) => url))).toEqual(new Set([endpoint]))
  })

  test('after stop() nothing is counted', async () => {
    await open()
    await pass(300)
    tracker.stop()
    history.pushState(null, '', '/a')
    tracker.track('late')
    tracker.pageview()
    hide()
    restore()
    await pass(1000)
    expect(paths()).toEqual(['/start'])
  })

  test('init after stop() goes on: with a view only if the page is another', async () => {
    await open()
    await pass(300)
    tracker.stop()
    tracker.init({ endpoint })
    await pass(300)
    expect(paths()).toEqual(['/start'])
    tracker.stop()
    history.pushState(null, '', '/a')
    tracker.init({ endpoint })
    tracker.track('on')
    await pass(300)
    expect(sent().map(({ name, url }) => [name, new URL(url).pathname])).toEqual([
      [undefined, '/start'],
      [undefined, '/a'],
      ['on', '/a'],
    ])
  })

  test('edge 40: what is called before init throws nothing and counts nothing', async () => {
    const module = await loadTracker()
    module.track('early')
    module.stop()
    module.identify('token')
    await module.flush()
  })
})

describe('events', () => {
  test('an event names its view, and holds its props as they were', async () => {
    await open()
    await pass(300)
    const props = { plan: 'pro', seats: 3, trial: false }
    tracker.track('signup', props)
    props.plan = 'free'
    expect(sent()[1]).toMatchObject({
      type: 'event',
      name: 'signup',
      view: sent()[0]!.id,
      url: 'http://localhost:3000/start',
      title: 'Start',
      props: { plan: 'pro', seats: 3, trial: false },
    })
  })

  test('an event before its view has settled names it all the same', async () => {
    await open()
    tracker.track('quick')
    await pass(300)
    expect(sent()[0]!.view).toBe(sent()[1]!.id)
  })

  test('an event of a page that nobody has seen has no view', async () => {
    setVisibility('hidden')
    await open()
    tracker.track('loaded')
    expect(sent()).toMatchObject([{ name: 'loaded', url: 'http://localhost:3000/start' }])
    expect(sent()[0]).not.toHaveProperty('view')
  })

  const odd: [string, unknown][] = [
    ['a circle', Object.assign([], { 0: [] }).map((self: unknown[]) => (self.push(self), self))],
    ['a bigint', { big: 1n }],
    ['a getter that throws', { get bad() { throw new Error('getter') } }],
    ['null', null],
    ['a text', 'text'],
    ['nothing', undefined],
  ]
  test.each(odd)('edge 40: props that are none throw nothing, and cost no other hit: %s', async (_, props) => {
    await open(({ queue }, { transport }) => [queue('always', transport)])
    expect(() => tracker.track('odd', props as never)).not.toThrow()
    tracker.track('good')
    await pass(300)
    expect([...tracker.collector.stored.values()].map(({ name, type }) => name ?? type)).toEqual(expect.arrayContaining(['good', 'pageview']))
  })

  test.each([Symbol('odd'), 1n, {}, null, () => 1])('edge 40: a name that is none throws nothing, and costs no other hit: %s', async (name) => {
    await open(({ queue }, { transport }) => [queue('always', transport)])
    expect(() => tracker.track(name as never)).not.toThrow()
    await pass()
    tracker.track('good')
    await pass(300)
    expect([...tracker.collector.stored.values()].map(({ name, type }) => name ?? type)).toEqual(expect.arrayContaining(['good', 'pageview']))
  })

  test('edge 32: hits of one millisecond have ids that sort as they were made', async () => {
    await open()
    for (const name of 'abcdefgh') tracker.track(name)
    const hits = sent().toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(hits.map(({ name }) => name).join('')).toBe('abcdefgh')
    expect(new Set(hits.map(({ id }) => idTime(id))).size).toBe(8)
    expect(hits.every(({ id, timestamp }) => Date.parse(timestamp as string) === idTime(id))).toBe(true)
  })

  test('edge 33: so do those of a clock that is set back', async () => {
    await open()
    tracker.track('before')
    vi.setSystemTime(start - 3_600_000)
    tracker.track('after')
    expect(sent()[1]!.id > sent()[0]!.id).toBe(true)
  })

  test('edge 33: the dead battery of a clock makes ids of 2004', async () => {
    vi.setSystemTime(0)
    await open()
    tracker.track('early')
    expect(sent()[0]!.timestamp).toMatch(/^2004-/)
  })
})

describe('identify', () => {
  test('hits have the token from now on', async () => {
    await open()
    tracker.track('anonymous')
    tracker.identify('token')
    tracker.track('known')
    expect(sent().map(({ user }) => user)).toEqual([undefined, 'token'])
  })
})
