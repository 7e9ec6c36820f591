import { createId, type HitAnswer } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createTestCollector, noon } from './collector.ts'

// A view whose id the site's server has made, by its clock, and whose other fields a browser says, by its own.

const second = 1000
const hour = 3_600_000
const day = 24 * hour

const clocks: [name: string, ahead: number][] = [
  ['right', 0],
  ['ten minutes ahead', hour / 6],
  ['two hours behind', -2 * hour],
  ['two hours ahead', 2 * hour],
  ['twenty hours ahead', 20 * hour],
  ['twenty hours behind', -20 * hour],
  ['three days behind', -3 * day],
  ['a year behind', -365 * day],
]

test.each(clocks)('a browser whose clock is %s: the view has the server’s id and day, and its events belong to it', async (_, ahead) => {
  const { post, stored, clock } = createTestCollector()
  const view = createId(noon)
  const page = { url: 'https://shop.example/', title: 'Shop' }
  const made = noon + second + ahead
  const hits = [
    { ...page, id: view, type: 'pageview', timestamp: new Date(made).toISOString() },
    { ...page, id: createId(made + 1), type: 'event', name: 'signup', view, timestamp: new Date(made + 1).toISOString() },
    { ...page, id: createId(made + 2), type: 'engagement', engaged: 700, view, timestamp: new Date(made + 2).toISOString() },
  ]
  clock.now = noon + 2 * second
  const answer = (await (await post({ sentAt: made + second, hits })).json()) as HitAnswer
  // As the tracker does.
  if (answer.retimed) await post({ sentAt: made + second, hits: answer.retimed })
  const kept = await stored()
  expect(kept.map(({ type, view: of }) => [type, of]).toSorted()).toEqual([
    ['engagement', view],
    ['event', view],
    ['pageview', view],
  ])
  const pageview = kept.find(({ type }) => type === 'pageview')!
  expect([pageview.id, pageview.day]).toEqual([view, '2026-11-21'])
  expect(Math.abs(pageview.time - noon)).toBeLessThanOrEqual(hour / 6 + second)
})
