import { expect, test } from 'vitest'
import { day, makeEvent, makeHit, noon } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const ask = async (path: string) => {
  const { get } = await openStats([
    makeEvent('signup', { props: { plan: 'pro', 'a,b': 1 } }),
    makeEvent('signup', { props: { plan: 'free' } }),
    makeEvent('purchase', { props: { size: 'XL', plan: 'pro' } }),
    makeEvent('signup', { props: { old: true }, time: noon - 40 * day }),
    // A key that objects have anyway.
    makeEvent('odd', { props: Object.fromEntries([['__proto__', 'x']]) }),
    makeHit({ path: '/no-event' }),
  ])
  return get(`/api/props?${path}`)
}

test.each([
  ['site_id=default', ['plan', '__proto__', 'a,b', 'size'], 4],
  ['site_id=default&date_range=day&name=signup', ['plan', 'a,b'], 2],
  ['site_id=default&date_range=all&name=signup', ['plan', 'a,b', 'old'], 3],
  ['site_id=default&date_range=2026-10-01,2026-10-31', ['old'], 1],
  ['site_id=default&name=nothing', [], 0],
])('%s: the keys of the newest events, the most frequent first', async (query, keys, events) => {
  expect(await ask(query)).toEqual([200, { site_id: 'default', keys, events, complete: true }])
})

test.each([
  ['site_id=default&date_range=fortnight', /^date_range: "fortnight" is unknown; it must be one of .*30d/],
  ['site_id=default&date_range=2026-02-01,2026-01-01', /^date_range: "2026-02-01,2026-01-01"/],
  ['site_id=nobody', /^site_id: /],
])('%s is refused', async (query, message) => {
  const [status, body] = await ask(query)
  expect(status).toBe(400)
  expect((body as { error: string }).error).toMatch(message)
})

test('at most 100 keys, and the newest 10,000 events', async () => {
  const events = Array.from({ length: 10_005 }, (_, index) => makeEvent('e', { props: { [`key${index % 150}`]: 1 } }))
  const { get } = await openStats(events)
  const [, body] = await get('/api/props?site_id=default')
  const { keys, ...rest } = body as { keys: string[] }
  expect(rest).toEqual({ site_id: 'default', events: 10_000, complete: false })
  expect(keys).toHaveLength(100)
})
