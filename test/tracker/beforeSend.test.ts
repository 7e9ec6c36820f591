// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { BeforeSend } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, hide, openPage, openTracker, pass, second, type OpenTracker } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

const open = (change: BeforeSend): Promise<OpenTracker> => openTracker(({ beforeSend, engagement }) => [beforeSend(change), engagement()])
const paths = ({ collector }: OpenTracker) => collector.sent().map(({ url }) => new URL(url).pathname)

test('sees every hit, complete', async () => {
  const seen = vi.fn<BeforeSend>((hit) => hit)
  const tracker = await open(seen)
  tracker.track('a')
  await pass(second)
  hide()
  expect(seen.mock.calls.map(([{ type, title }]) => [type, title])).toEqual([
    ['event', undefined],
    ['pageview', 'Start'],
    ['engagement', 'Start'],
  ])
  expect(tracker.collector.sent()).toHaveLength(3)
})

describe('what it returns', () => {
  const cases: [name: string, change: BeforeSend, paths: string[]][] = [
    ['the hit', (hit) => hit, ['/start', '/next']],
    ['the hit, changed in place', (hit) => ((hit.url = 'http://localhost:3000/changed'), hit), ['/changed', '/changed']],
    ['another one', (hit) => ({ ...hit, url: 'http://localhost:3000/changed' }), ['/changed', '/changed']],
    ['null drops it', () => null, []],
    ['nothing drops it', () => {}, []],
    ['null for one drops that one', (hit) => (hit.url.endsWith('/start') ? null : hit), ['/next']],
    [
      'an error drops it: what it was to remove might be in there',
      () => {
        throw new Error('theirs')
      },
      [],
    ],
    [
      'an error for one drops that one, and no other',
      (hit) => {
        if (hit.url.endsWith('/start')) throw new Error('theirs')
        return hit
      },
      ['/next'],
    ],
  ]
  test.each(cases)('%s', async (_, change, expected) => {
    const tracker = await openTracker(({ beforeSend }) => [beforeSend(change)])
    await pass(300)
    history.pushState(null, '', '/next')
    await pass(300)
    expect(paths(tracker)).toEqual(expected)
  })
})

test('an error about time on page costs no view', async () => {
  const tracker = await open((hit) => {
    if (hit.type === 'engagement') throw new Error('theirs')
    return hit
  })
  for (const path of ['/a', '/b']) {
    await pass(second)
    expect(() => history.pushState(null, '', path)).not.toThrow()
  }
  await pass(300)
  expect(paths(tracker)).toEqual(['/start', '/a', '/b'])
})
