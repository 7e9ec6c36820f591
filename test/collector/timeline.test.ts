import { createReferenceStore, type StoredHit } from '@treadlight/store'
import { expect, test } from 'vitest'
import { makeEngagement, makeEvent, makeHit, minute, noon, second, testId } from '../store/makeHit.ts'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'
import type { Timeline } from '../../packages/collector/src/persons/timeline.ts'

const day = 86_400_000
const ann = { site: 'default', user: 'ann', session: 's1', visitor: 'v1' }

async function open(hits: readonly StoredHit[]): Promise<{ test: TestCollector; ask: (query: string) => Promise<Timeline> }> {
  const store = createReferenceStore({ now: () => noon })
  await store.append(hits)
  const test = createTestCollector({ store })
  const cookie = await logInOwner(test)
  return {
    test,
    async ask(query) {
      const response = await test.request(`/api/timeline?${query}`, { headers: { cookie } })
      return (await response.json()) as Timeline
    },
  }
}

test('a visit has its views in order with the engaged time of all their reports, its events with props, and where it came from', async () => {
  const first = makeHit({ ...ann, path: '/a', title: 'A', source: 'google', channel: 'Organic Search', device: 'Mobile', browser: 'Firefox', country: 'DE' })
  const second_ = makeHit({ ...ann, path: '/b', time: noon + 2 * minute, engaged: 4000 })
  const { ask } = await open([
    second_,
    first,
    makeEngagement(first, { time: noon + 20 * second, engaged: 15_000, scroll: 40 }),
    makeEngagement(first, { time: noon + 60 * second, engaged: 42_500, scroll: 90 }),
    makeEngagement(first, { time: noon + 61 * second, engaged: 20_000 }),
    makeEvent('buy', { ...ann, path: '/b', time: noon + 3 * minute, view: second_.id, props: { plan: 'pro' }, revenue: { amount: '12.50', currency: 'EUR' } }),
    makeHit({ site: 'default', user: 'bob', session: 's2', visitor: 'v2' }),
  ])
  const { visits, next, summary } = await ask('user=ann')
  expect(next).toBe(null)
  expect(visits).toEqual([
    {
      id: first.id,
      start: '2026-11-21T12:00:00.000Z',
      end: '2026-11-21T12:03:00.000Z',
      duration: 180,
      user: 'ann', session: 's1', visitor: 'v1',
      source: 'Google', channel: 'Organic Search',
      device: 'Mobile', browser: 'Firefox', os: '', country: 'DE', region: '', city: '',
      entry: '/a', exit: '/b', pageviews: 2, events: 1, engaged: 46.5,
      hits: [
        { type: 'pageview', id: first.id, time: '2026-11-21T12:00:00.000Z', path: '/a', url: 'https://shop.example/a', title: 'A', engaged: 42.5, scroll: 90 },
        { type: 'pageview', id: second_.id, time: '2026-11-21T12:02:00.000Z', path: '/b', url: 'https://shop.example/b', title: '', engaged: 4, scroll: null },
        { type: 'event', id: expect.any(String), time: '2026-11-21T12:03:00.000Z', name: 'buy', path: '/b', url: 'https://shop.example/b', view: second_.id, props: { plan: 'pro' }, revenue: { amount: '12.50', currency: 'EUR' } },
      ],
    },
  ])
  expect(summary).toEqual({ first_seen: '2026-11-21T12:00:00.000Z', last_seen: '2026-11-21T12:03:00.000Z', visits: 1, pageviews: 2, events: 1, engaged: 46.5, users: ['ann'], complete: true })
})

test('pages end with home days, follow each other without a gap, and have every visit once, newest first; figures are of all', async () => {
  const hits = Array.from({ length: 30 }, (_, index) => [0, 40, 41].map((minutes) => makeHit({ ...ann, time: noon - index * day + minutes * minute }))).flat()
  const { ask } = await open(hits)
  const starts: string[] = []
  let page = await ask('user=ann&limit=7')
  expect(page.summary).toMatchObject({ visits: 60, pageviews: 90, complete: true })
  const sizes: number[] = []
  for (;;) {
    sizes.push(page.visits.length)
    starts.push(...page.visits.map(({ start }) => start))
    if (page.next === null) break
    page = await ask(`user=ann&limit=7&after=${page.next}`)
    expect(page.summary).toBeUndefined()
  }
  expect(sizes).toEqual([8, 8, 8, 8, 8, 8, 8, 4])
  expect(starts).toEqual(hits.filter((_, index) => index % 3 !== 2).map(({ time }) => new Date(time).toISOString()).toSorted().toReversed())
})

test('by a session, by a visitor, and with the hits that a log-in made somebody’s', async () => {
  const store = createReferenceStore({ now: () => noon })
  await store.append([makeHit({ ...ann, user: '', path: '/before' }), makeHit({ ...ann, path: '/after', time: noon + second }), makeHit({ ...ann, user: 'bob', session: 's9', visitor: 'v1', time: noon + 2 * second })])
  await store.identify({ site: 'default', session: 's1', user: 'ann', time: noon })
  const test = createTestCollector({ store })
  const cookie = await logInOwner(test)
  const paths = async (query: string): Promise<string[][]> => {
    const { visits } = (await (await test.request(`/api/timeline?${query}`, { headers: { cookie } })).json()) as Timeline
    return visits.map(({ hits }) => hits.map(({ path }) => path))
  }
  expect(await paths('user=ann')).toEqual([['/before', '/after']])
  expect(await paths('session=s1')).toEqual([['/before', '/after']])
  expect(await paths('visitor=v1')).toEqual([['/'], ['/before', '/after']])
  expect(await paths('visitor=nobody')).toEqual([])
})

test('a day with more hits than are looked at together is told in parts, and none is lost', async () => {
  const hits = Array.from({ length: 6000 }, (_, index) => makeHit({ ...ann, id: testId(900_000 + index, noon + index * 1000), time: noon + index * 1000 }))
  const { ask } = await open(hits)
  const one = await ask('user=ann&limit=1')
  const two = await ask(`user=ann&limit=1&after=${one.next}`)
  expect([one, two].map(({ visits }) => visits.map(({ pageviews }) => pageviews))).toEqual([[5000], [1000]])
  expect(two.next).toBe(null)
})

test.each([
  ['', /^user: name a person by it, by session or by visitor$/],
  ['user=', /^user: needs an id/],
  ['user=a&session=b', /^user and session: name one person at a time$/],
  ['user=a&limit=101', /^limit: must be a whole number from 1 to 100$/],
  ['user=a&after=yesterday', /^after: must be what the page before calls next$/],
  ['user=a&site_id=nope', /^site_id: /],
])('%j is refused', async (query, message) => {
  const { ask } = await open([])
  expect(await ask(query)).toEqual({ error: expect.stringMatching(message) })
})

test('of nobody there is nothing', async () => {
  const { ask } = await open([])
  expect(await ask('user=nobody')).toEqual({ site_id: 'default', person: { user: 'nobody' }, summary: null, visits: [], next: null })
})
