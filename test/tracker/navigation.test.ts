// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, openPage, openTracker, pass, type OpenTracker } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

/** What browsers fire after the URL has changed by a traversal or a link to a fragment. */
function fire(...types: string[]): void {
  for (const type of types) dispatchEvent(new Event(type))
}

const push = (path: string) => () => history.pushState(null, '', path)
const replace = (path: string) => () => history.replaceState(null, '', path)
/** A traversal as a page sees it: the URL is another one, then the events come. */
const traverse =
  (path: string, ...types: string[]) =>
  () => {
    History.prototype.replaceState.call(history, null, '', path)
    fire(...types)
  }

/** Views after the first one. */
async function countViews({ collector }: OpenTracker): Promise<number> {
  await pass(300)
  return collector.sent().filter(({ type }) => type === 'pageview').length - 1
}

const cases: [name: string, from: string, steps: (() => void)[], views: number][] = [
  ['a push is a view', '/a', [push('/b')], 1],
  ['two pushes are two views', '/a', [push('/b'), push('/c')], 2],
  ['edge 10: a push to the same URL is none', '/a', [push('/a')], 0],
  ['edge 10: a router that calls replaceState before and after its push', '/a', [replace('/a'), push('/b'), replace('/b')], 1],
  ['edge 10: a push that changes the query only is none', '/a?page=1', [push('/a?page=2')], 0],
  ['edge 10: a push that changes path and query is one', '/a?page=1', [push('/b?page=1')], 1],
  ['edge 10: mirroring filters into the query is none', '/a', [replace('/a?q=t'), replace('/a?q=tr'), replace('/a?q=tre')], 0],
  ['edge 10: after mirroring, a push of the mirrored URL is none', '/a', [replace('/a?q=tr'), push('/a?q=tr')], 0],
  ['edge 10: mirroring on scroll, with the state of the entry', '/a', Array.from({ length: 50 }, (_, y) => () => history.replaceState({ y }, '')), 0],
  ['edge 11: popstate and hashchange of one traversal count once', '/a', [traverse('/a#/b', 'popstate', 'hashchange')], 1],
  ['edge 11: back to a former entry', '/a', [push('/b'), traverse('/a', 'popstate')], 2],
  ['edge 11: popstate without a change of the URL is none', '/a', [() => fire('popstate')], 0],
  ['edge 12: an in-page anchor is none', '/a', [traverse('/a#terms', 'popstate', 'hashchange'), push('/a#prices')], 0],
  ['edge 12: an anchor of a page with a query is none', '/a?b=c', [traverse('/a?b=c#terms', 'popstate', 'hashchange')], 0],
  ['edge 12: leaving an anchor is none', '/a#terms', [traverse('/a', 'popstate')], 0],
  ['edge 12: a hash route', '/#/a', [traverse('/#/b', 'popstate', 'hashchange')], 1],
  ['edge 12: a hash route by pushState', '/#/a', [push('/#/b')], 1],
  ['edge 12: a hash route behind a query', '/?lang=de#/a', [push('/?lang=de#/b')], 1],
  ['edge 12: a query within a hash route is none', '/#/a', [push('/#/a?sort=price')], 0],
  ['edge 12: a hashbang route', '/#!a', [traverse('/#!b', 'popstate', 'hashchange')], 1],
  ['edge 12: an anchor ends a hash route, for its router too, and the way back begins it anew', '/#/two', [traverse('/#more', 'popstate', 'hashchange'), traverse('/#/two', 'popstate', 'hashchange')], 2],
  ['edge 12: from a hash route by way of an anchor to another', '/#/two', [traverse('/#more', 'popstate', 'hashchange'), traverse('/#/three', 'popstate', 'hashchange')], 2],
  ['edge 12: an anchor pushed within a hash route', '/a?b=c#/two', [push('/a?b=c#more'), replace('/a?b=c#less')], 1],
  ['edge 12: an anchor of another page than the hash route', '/a#/two', [push('/b#more'), push('/b#less')], 1],
  ['edge 12: out of a hash route', '/#/two', [traverse('/', 'popstate', 'hashchange')], 1],
  ['edge 12: from one hash route to the next', '/#/two', [traverse('/#/three', 'popstate', 'hashchange')], 1],
  ['edge 12: history and hash routes on one page', '/a', [push('/b'), traverse('/b#/c', 'popstate', 'hashchange'), push('/d')], 3],
]

test.each(cases)('%s', async (_, from, steps, views) => {
  history.replaceState(null, '', from)
  const tracker = await openTracker()
  for (const step of steps) step()
  expect(await countViews(tracker)).toBe(views)
})

describe('replaced', () => {
  const read = ({ collector }: OpenTracker): string[][] =>
    collector
      .sent()
      .filter(({ type }) => type === 'pageview')
      .map(({ url, title, referrer }) => [url.replace(location.origin, ''), title, referrer!.replace(location.origin, '')])

  test.each([['/b'], ['/#/b']])('a page that somebody may have seen is a view before %s', async (path) => {
    const tracker = await openTracker()
    await pass(300)
    replace(path)()
    expect(await countViews(tracker)).toBe(1)
  })

  test('a page that redirects before its title has settled is none: its view is that of where it leads', async () => {
    const tracker = await openTracker()
    await pass(300)
    push('/moved')()
    document.title = 'Moved'
    await pass(10)
    replace('/signin?next=/moved')()
    replace('/signin?next=/moved#form')()
    document.title = 'Sign in'
    await pass(290)
    push('/other')()
    await pass(300)
    expect(read(tracker)).toEqual([
      ['/start', 'Start', ''],
      ['/signin?next=/moved', 'Sign in', '/start'],
      ['/other', 'Sign in', '/signin?next=/moved'],
    ])
  })

  test('neither is a landing page, whose referrer stays', async () => {
    vi.spyOn(document, 'referrer', 'get').mockReturnValue('https://search.example/')
    const tracker = await openTracker()
    replace('/en/')()
    await pass(300)
    expect(read(tracker)).toEqual([['/en/', 'Start', 'https://search.example/']])
  })

  test('one with a query is: it may say where the visitor comes from', async () => {
    history.replaceState(null, '', '/?utm_source=letter')
    const tracker = await openTracker()
    replace('/en/')()
    await pass(300)
    expect(read(tracker)).toEqual([
      ['/?utm_source=letter', 'Start', ''],
      ['/en/', 'Start', '/?utm_source=letter'],
    ])
  })

  test('a traversal is no redirect', async () => {
    const tracker = await openTracker()
    push('/a')()
    traverse('/b', 'popstate')()
    expect(await countViews(tracker)).toBe(2)
  })

  test('by the Navigation API, which tells of it first', async () => {
    const navigation = new EventTarget()
    vi.stubGlobal('navigation', navigation)
    const tracker = await openTracker(({ navigationApi }) => [navigationApi()])
    traverse('/b')()
    navigation.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType: 'push' }))
    traverse('/c')()
    navigation.dispatchEvent(Object.assign(new Event('currententrychange'), { navigationType: 'replace' }))
    history.replaceState(null, '', '/c')
    expect(await countViews(tracker)).toBe(1)
    expect(read(tracker).at(-1)![0]).toBe('/c')
  })
})

describe('setNoise', () => {
  const rules: [name: string, noise: RegExp, steps: (() => void)[], views: number][] = [
    ['queries as views', /#.*/g, [push('/start?page=2'), push('/start?page=2#top')], 1],
    ['anchors as views', /\?.*/g, [push('/start#one'), push('/start#two')], 2],
    ['a number in the path that is noise', /\/\d+$/, [push('/start/1'), push('/start/2')], 0],
  ]
  test.each(rules)('edge 10: %s', async (_, noise, steps, views) => {
    const tracker = await openTracker((module) => [() => module.setNoise(noise)])
    for (const step of steps) step()
    expect(await countViews(tracker)).toBe(views)
  })
})

describe('edge 13: the Navigation API', () => {
  test('an intercepted navigation, which calls no method of the history, is a view', async () => {
    const navigation = new EventTarget()
    vi.stubGlobal('navigation', navigation)
    const tracker = await openTracker(({ navigationApi }) => [navigationApi()])
    traverse('/b')()
    navigation.dispatchEvent(new Event('currententrychange'))
    expect(await countViews(tracker)).toBe(1)
  })

  test('with the history and popstate one navigation is still one view', async () => {
    const navigation = new EventTarget()
    vi.stubGlobal('navigation', navigation)
    const tracker = await openTracker(({ navigationApi }) => [navigationApi()])
    history.pushState(null, '', '/b')
    navigation.dispatchEvent(new Event('currententrychange'))
    traverse('/a', 'popstate')()
    navigation.dispatchEvent(new Event('currententrychange'))
    expect(await countViews(tracker)).toBe(2)
  })

  test('a browser without it follows the history', async () => {
    const tracker = await openTracker(({ navigationApi }) => [navigationApi()])
    history.pushState(null, '', '/b')
    expect(await countViews(tracker)).toBe(1)
  })
})

describe('edge 14', () => {
  test('the original is called first, with all it was given', async () => {
    const tracker = await openTracker()
    history.pushState({ key: 1 }, '', '/b')
    expect(history.state).toEqual({ key: 1 })
    await pass(300)
    expect(tracker.collector.sent().at(-1)!.url).toBe('http://localhost:3000/b')
  })

  test('what the original throws reaches the caller and is no view', async () => {
    const tracker = await openTracker()
    expect(() => history.pushState(null, '', 'https://elsewhere.example/')).toThrow(DOMException)
    expect(await countViews(tracker)).toBe(0)
  })

  test('what we throw does not', async () => {
    await openTracker(() => [
      () => () => {
        throw new Error('ours')
      },
    ])
    expect(() => history.pushState(null, '', '/b')).not.toThrow()
    expect(() => history.replaceState(null, '', '/c')).not.toThrow()
    expect(location.pathname).toBe('/c')
  })

  test('after stop() the history works as before, and is silent', async () => {
    const tracker = await openTracker()
    tracker.stop()
    const theirs = vi.fn(history.pushState)
    history.pushState = theirs
    history.pushState(null, '', '/b')
    expect(theirs).toHaveBeenCalledOnce()
    expect(location.pathname).toBe('/b')
    await pass(1000)
    expect(tracker.collector.sent().filter(({ url }) => url.endsWith('/b'))).toEqual([])
  })
})
