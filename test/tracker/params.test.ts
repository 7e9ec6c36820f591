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

const referrers: [referrer: string, expected: string][] = [
  ['http://localhost:3000/reset?token=1&ref=x', 'http://localhost:3000/reset?ref=x'],
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

test('the route before is stripped too', async () => {
  history.replaceState(null, '', '/reset?token=1')
  const { collector } = await openTracker(({ allowParams }) => [allowParams('ref')])
  history.pushState(null, '', '/done')
  await pass(300)
  expect(JSON.stringify(collector.sent())).not.toContain('token')
})
