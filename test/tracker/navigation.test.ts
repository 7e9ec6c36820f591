// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { onNavigate } from '../../packages/tracker/src/navigation.ts'

const navigated = vi.fn()
let stopping: AbortController

function start(path: string): void {
  history.replaceState(null, '', path)
  stopping = new AbortController()
  onNavigate(navigated, stopping.signal)
}

beforeEach(() => void navigated.mockReset())
afterEach(() => stopping.abort())

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

const cases: [name: string, from: string, steps: (() => void)[], views: number][] = [
  ['a push is a view', '/a', [push('/b')], 1],
  ['two pushes are two views', '/a', [push('/b'), push('/c')], 2],
  ['edge 10: a push to the same URL is none', '/a', [push('/a')], 0],
  ['edge 10: a router that calls replaceState before and after its push', '/a', [replace('/a'), push('/b'), replace('/b')], 1],
  ['edge 10: a push that changes the query is a view', '/a?page=1', [push('/a?page=2')], 1],
  ['edge 10: mirroring filters into the query is none', '/a', [replace('/a?q=t'), replace('/a?q=tr'), replace('/a?q=tre')], 0],
  ['edge 10: after mirroring, a push of the mirrored URL is none', '/a', [replace('/a?q=tr'), push('/a?q=tr')], 0],
  ['a replaced path is a view', '/a', [replace('/b')], 1],
  ['edge 11: popstate and hashchange of one traversal count once', '/a', [traverse('/a#/b', 'popstate', 'hashchange')], 1],
  ['edge 11: back to a former entry', '/a', [push('/b'), traverse('/a', 'popstate')], 2],
  ['edge 11: popstate without a change of the URL is none', '/a', [() => fire('popstate')], 0],
  ['edge 12: an in-page anchor is none', '/a', [traverse('/a#terms', 'popstate', 'hashchange'), push('/a#prices')], 0],
  ['edge 12: leaving an anchor is none', '/a#terms', [traverse('/a', 'popstate')], 0],
  ['edge 12: a hash route', '/#/a', [traverse('/#/b', 'popstate', 'hashchange')], 1],
  ['edge 12: a hash route by pushState', '/#/a', [push('/#/b')], 1],
  ['edge 12: a hashbang route', '/#!a', [traverse('/#!b', 'hashchange')], 1],
  ['edge 12: a replaced hash route', '/#/a', [replace('/#/b')], 1],
  ['edge 12: an anchor within a hash route is none, nor is the way back', '/#/two', [traverse('/#more', 'popstate', 'hashchange'), traverse('/#/two', 'popstate', 'hashchange')], 0],
  ['edge 12: from a hash route by way of an anchor to another', '/#/two', [traverse('/#more', 'hashchange'), traverse('/#/three', 'hashchange')], 1],
  ['edge 12: an anchor pushed within a hash route', '/a?b=c#/two', [push('/a?b=c#more'), replace('/a?b=c#less')], 0],
  ['edge 12: an anchor of another page than the hash route', '/a#/two', [push('/b#more'), push('/b#less')], 1],
  ['edge 12: an anchor of another query than the hash route', '/a?b=c#/two', [push('/a?b=d#more')], 1],
  ['edge 12: out of a hash route', '/#/two', [traverse('/', 'popstate', 'hashchange')], 1],
  ['edge 12: from one hash route to the next', '/#/two', [traverse('/#/three', 'popstate', 'hashchange')], 1],
  ['edge 12: history and hash routes on one page', '/a', [push('/b'), traverse('/b#/c', 'popstate', 'hashchange'), push('/d')], 3],
]

test.each(cases)('%s', (_, from, steps, views) => {
  start(from)
  for (const step of steps) step()
  expect(navigated).toHaveBeenCalledTimes(views)
})

describe('edge 14', () => {
  test('the original is called first', () => {
    start('/a')
    navigated.mockImplementation(() => expect(location.pathname).toBe('/b'))
    history.pushState({ key: 1 }, '', '/b')
    expect(navigated).toHaveBeenCalledOnce()
    expect(history.state).toEqual({ key: 1 })
  })

  test('what the original throws reaches the caller, what we throw does not', () => {
    start('/a')
    expect(() => history.pushState(null, '', 'https://elsewhere.example/')).toThrow(DOMException)
    navigated.mockImplementation(() => {
      throw new Error('ours')
    })
    expect(() => history.pushState(null, '', '/b')).not.toThrow()
  })

  test('stopping gives back what was patched', () => {
    const { pushState, replaceState } = history
    start('/a')
    expect(history.pushState).not.toBe(pushState)
    stopping.abort()
    expect(history.pushState).toBe(pushState)
    expect(history.replaceState).toBe(replaceState)
  })

  test('stopping leaves alone who patched after us, and is silent', () => {
    start('/a')
    const ours = history.pushState
    const theirs = vi.fn(ours)
    history.pushState = theirs
    stopping.abort()
    history.pushState(null, '', '/b')
    expect(theirs).toHaveBeenCalledOnce()
    expect(location.pathname).toBe('/b')
    expect(navigated).not.toHaveBeenCalled()
    history.pushState = History.prototype.pushState
  })
})
