// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, openPage, openTracker, pass } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

describe('edge 43: of a URL only the named parameters are left', () => {
  const cases: [path: string, names: string | string[], expected: string][] = [
    ['/a?token=1&ref=x', 'ref', '/a?ref=x'],
    ['/a?token=1', 'ref', '/a'],
    ['/a?ref=x&utm_source=y&token=1', 'ref utm_source', '/a?ref=x&utm_source=y'],
    ['/a?ref=x&utm_source=y&token=1', 'ref, utm_source', '/a?ref=x&utm_source=y'],
    ['/a?ref=x&utm_source=y&token=1', ['ref', 'utm_source'], '/a?ref=x&utm_source=y'],
    ['/a?ref=x&token=1&ref=y&token=2', 'ref', '/a?ref=x&ref=y'],
    ['/a?Ref=x', 'ref', '/a'],
    ['/a?token=1#top', 'ref', '/a#top'],
    ['/a?token=1#/route', 'ref', '/a#/route'],
    ['/a#/reset?token=1', 'ref', '/a#/reset'],
    ['/p?ref=a#access_token=S', 'ref', '/p?ref=a'],
    ['/p#access_token=S&token_type=bearer', 'ref', '/p'],
    ['/p?ref=a#ref=a', 'ref', '/p?ref=a'],
    ['/p#state', 'ref', '/p#state'],
    ['/p#q&a', 'ref', '/p#q&a'],
    ['/p#?access_token=S', 'ref', '/p#'],
    ['/p#!/route?token=S', 'ref', '/p#!/route'],
    ['/p#!access_token=S', 'ref', '/p'],
    // AngularJS makes a route of what an identity provider appends.
    ['/p#/access_token=S&b=c/d', 'ref', '/p#/'],
    ['/p#/route&access_token=S', 'ref', '/p#/route'],
    ['/p#/route;token=S', 'ref', '/p#/route'],
    ['/a=b?token=1#top', 'ref', '/a=b#top'],
    ['/a?token=1', [], '/a'],
    ['/a', 'ref', '/a'],
  ]
  test.each(cases)('%s with %j', async (path, names, expected) => {
    history.replaceState(null, '', path)
    const { collector, track } = await openTracker(({ allowParams }) => [allowParams(names)])
    track('a')
    await pass(300)
    expect(collector.sent().map(({ url }) => url)).toEqual([expected, expected].map((path) => `http://localhost:3000${path}`))
  })
})

test('a page that keeps its state in the fragment does not wait', async () => {
  const path = `/play#code/${'x'.repeat(100_000)}`
  history.replaceState(null, '', path)
  const { collector } = await openTracker(({ allowParams }) => [allowParams('ref')])
  const started = process.hrtime.bigint()
  await pass(300)
  // Quadratic would be tens of seconds.
  expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(2)
  expect(collector.sent()[0]!.url).toBe(`http://localhost:3000${path}`)
})

const referrers: [referrer: string, expected: string][] = [
  ['http://localhost:3000/reset?token=1&ref=x', 'http://localhost:3000/reset?ref=x'],
  ['http://localhost:3000/reset?ref=x#access_token=S', 'http://localhost:3000/reset?ref=x'],
  ['http://localhost:3000/reset#access_token=S', 'http://localhost:3000/reset'],
  ['http://localhost:3000/reset#top', 'http://localhost:3000/reset#top'],
  ['https://search.example/?q=shoes', 'https://search.example/?q=shoes'],
  ['android-app://com.example/', 'android-app://com.example/'],
  ['', ''],
]
test.each(referrers)('of referrers the site’s own: %j', async (referrer, expected) => {
  vi.spyOn(document, 'referrer', 'get').mockReturnValue(referrer)
  const { collector } = await openTracker(({ allowParams }) => [allowParams('ref')])
  await pass(300)
  expect(collector.sent()[0]!.referrer).toBe(expected)
})

test.each(['/reset?token=1', '/reset#token=1', '/#/reset?token=1'])('the route before is stripped too: %s', async (path) => {
  history.replaceState(null, '', path)
  const { collector } = await openTracker(({ allowParams }) => [allowParams('ref')])
  history.pushState(null, '', '/done')
  await pass(300)
  expect(JSON.stringify(collector.sent())).not.toContain('token')
})
