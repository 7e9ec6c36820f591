import { createStore, openStorage } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../../packages/collector/src/admin/tokens.ts'
import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { createTestCollector, logInOwner, noon, type TestCollector } from '../collector.ts'
import { makeEvent, makeHit, minute } from '../../store/makeHit.ts'

const at = (minutes: number) => noon - 60 * minute + minutes * minute
const hits = [
  makeHit({ visitor: 'ann', path: '/', time: at(0), source: 'news' }),
  makeHit({ visitor: 'ann', path: '/pricing', time: at(1) }),
  makeEvent('signup', { visitor: 'ann', path: '/pricing', time: at(2) }),
  makeHit({ visitor: 'bob', path: '/', time: at(0) }),
  makeHit({ visitor: 'bob', path: '/pricing', time: at(1) }),
  makeHit({ visitor: 'cat', path: '/', time: at(0) }),
  makeHit({ visitor: 'dan', path: '/blog', time: at(0) }),
].map((hit) => Object.assign(hit, { site: 'default' }))
const steps = [{ page: '/' }, { page: '/p*' }, { event: 'signup' }]

interface Asked extends TestCollector {
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> & { error: string } }>
}

async function start(): Promise<Asked> {
  const collector = createTestCollector()
  await collector.store.append(hits)
  const cookie = await logInOwner(collector)
  return {
    ...collector,
    async ask(method, path, body) {
      const headers = { cookie, 'content-type': 'application/json' }
      const response = await collector.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
      const text = await response.text()
      return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
    },
  }
}

describe('POST /api/funnel', () => {
  test('tells how many came how far, and what that is of those before', async () => {
    const { ask } = await start()
    const { status, body } = await ask('POST', '/api/funnel', { site_id: 'default', date_range: 'day', steps })
    expect(status).toBe(200)
    expect(body).toEqual({
      visitors: 4,
      visits: 4,
      steps: [
        { page: '/', visitors: 3, visits: 3, drop_off: 1, step_rate: 75, conversion_rate: 100 },
        { page: '/p*', visitors: 2, visits: 2, drop_off: 1, step_rate: 66.7, conversion_rate: 66.7 },
        { event: 'signup', visitors: 1, visits: 1, drop_off: 1, step_rate: 50, conversion_rate: 33.3 },
      ],
      meta: {},
      query: { site_id: 'default', timezone: 'UTC', date_range: ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'], filters: [], steps },
    })
  })

  test('takes filters as queries do; of nobody there are no rates', async () => {
    const { ask } = await start()
    const filtered = await ask('POST', '/api/funnel', { site_id: 'default', date_range: 'day', steps, filters: [['is', 'visit:source', ['news']]] })
    expect(filtered.body).toMatchObject({ visitors: 1, steps: [{ visitors: 1 }, { visitors: 1 }, { visitors: 1 }] })
    const none = await ask('POST', '/api/funnel', { site_id: 'default', date_range: ['2026-01-01', '2026-01-02'], steps })
    expect(none.body).toMatchObject({ visitors: 0, steps: [{ visitors: 0, step_rate: null, conversion_rate: null }, {}, {}] })
  })

  test('goals are steps by their names; one that there is not is refused by name', async () => {
    const { ask } = await start()
    const asked = { site_id: 'default', date_range: 'day', steps: [{ page: '/' }, { goal: 'signup' }] }
    expect((await ask('POST', '/api/funnel', asked)).body).toMatchObject({ steps: [{ visitors: 3 }, { goal: 'signup', visitors: 1 }] })
    await ask('POST', '/api/goals', { page: '/pricing', name: 'Prices' })
    expect((await ask('POST', '/api/funnel', asked)).body.error).toBe('steps[1].goal: there is no goal "signup"; there are Prices')
    expect((await ask('POST', '/api/funnel', { ...asked, steps: [{ page: '/' }, { goal: 'Prices' }] })).body).toMatchObject({ steps: [{}, { visitors: 2 }] })
  })

  test.each([
    [{}, /^steps: must be an array of 2 to 8 steps/],
    [{ steps: [{ page: '/' }] }, /^steps: must be an array of 2 to 8 steps/],
    [{ steps: Array.from({ length: 9 }, () => ({ page: '/' })) }, /^steps: must be/],
    [{ steps: ['/', '/a'] }, /^steps\[0\]: must be an object/],
    [{ steps: [{ page: '/' }, { page: '/', event: 'x' }] }, /^steps\[1\]: must have one of page, event, goal/],
    [{ steps: [{ page: '/' }, {}] }, /^steps\[1\]: must have one of/],
    [{ steps: [{ page: '/' }, { pages: '/a' }] }, /^steps\[1\]: "pages" is unknown; did you mean page/],
    [{ steps: [{ page: 'cart' }, { page: '/' }] }, /^steps\[0\]\.page: must be a path such as/],
    [{ steps: [{ page: '/' }, { event: ' ' }] }, /^steps\[1\]\.event: must be a name/],
    [{ steps, date_range: 'yesteryear' }, /^date_range: /],
    [{ steps, filters: 'x' }, /^filters: must be an array/],
    [{ steps, metrics: ['visitors'] }, /^body: "metrics" is unknown/],
    [{ steps, site_id: 'nowhere' }, /^site_id: "nowhere" is unknown/],
  ])('refuses %j', async (body, message) => {
    const { ask } = await start()
    const answer = await ask('POST', '/api/funnel', { site_id: 'default', date_range: 'day', ...body })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(message)
  })

  test('says from when on pruning has left some hits only', async () => {
    const store = await createStore({ ...(await openStorage({ driver: 'memory' })), now: () => noon, keepSums: true })
    const collector = createTestCollector({ store })
    const headers = { cookie: await logInOwner(collector), 'content-type': 'application/json' }
    await store.append(hits)
    await store.prune({ anonymous: 30 * minute, authenticated: 30 * minute })
    for (const [path, more] of [['/api/funnel', { steps }], ['/api/journeys', {}]] as const) {
      const response = await collector.request(path, { method: 'POST', headers, body: JSON.stringify({ site_id: 'default', date_range: 'day', ...more }) })
      expect(await response.json()).toMatchObject({ visits: 0, meta: { pruned_before: '2026-11-22T00:00:00.000Z', warning: expect.stringContaining('pruned_before') } })
    }
  })
})

describe('POST /api/journeys', () => {
  test('tells what visits did next, along a step, and before', async () => {
    const { ask } = await start()
    const asked = { site_id: 'default', date_range: 'day' }
    const after = await ask('POST', '/api/journeys', { ...asked, from: { page: '/' }, along: [{ page: '/pricing' }], depth: 2, branches: 5 })
    expect(after.body).toEqual({
      visits: 4,
      started: 3,
      columns: [
        { visits: 3, steps: [{ page: '/pricing', visits: 2 }], other: { steps: 0, visits: 0 }, ended: 1 },
        { visits: 2, steps: [{ event: 'signup', visits: 1 }], other: { steps: 0, visits: 0 }, ended: 1 },
      ],
      meta: {},
      query: {
        site_id: 'default', timezone: 'UTC', date_range: ['2026-11-21T00:00:00.000Z', '2026-11-22T00:00:00.000Z'], filters: [],
        from: { page: '/' }, direction: 'after', along: [{ page: '/pricing' }], events: true, depth: 2, branches: 5,
      },
    })
    const before = await ask('POST', '/api/journeys', { ...asked, from: { event: 'signup' }, direction: 'before', depth: 2 })
    expect(before.body).toMatchObject({ started: 1, columns: [{ steps: [{ page: '/pricing', visits: 1 }] }, { steps: [{ page: '/', visits: 1 }] }] })
  })

  test.each([
    [{ depth: 6 }, /^depth: 6 must be a whole number from 1 to 5/],
    [{ branches: '5' }, /^branches: "5" must be a whole number from 1 to 100/],
    [{ direction: 'sideways' }, /^direction: "sideways" is unknown/],
    [{ along: [{ page: '/' }], depth: 1 }, /^along: must be an array of fewer steps than depth, which is 1/],
    [{ along: [{ goal: 'x' }] }, /^along\[0\]: "goal" is unknown/],
    [{ along: [{ page: 7 }] }, /^along\[0\]\.page: must be a path/],
    [{ events: 'no' }, /^events: must be true or false/],
    [{ from: '/' }, /^from: must be an object/],
  ])('refuses %j', async (body, message) => {
    const { ask } = await start()
    const answer = await ask('POST', '/api/journeys', { site_id: 'default', date_range: 'day', ...body })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatch(message)
  })
})

describe('/api/funnels', () => {
  test('are saved, listed and removed, each site its own', async () => {
    const { ask } = await start()
    expect((await ask('GET', '/api/funnels')).body).toEqual({ site_id: 'default', funnels: [] })
    const { status, body } = await ask('POST', '/api/funnels', { name: 'Sign-up', steps })
    expect(status).toBe(201)
    expect(body).toEqual({ site_id: 'default', id: expect.stringMatching(/^[0-9a-f]{12}$/), name: 'Sign-up', steps, created: '2026-11-21T12:00:00.000Z' })
    expect((await ask('GET', '/api/funnels')).body).toMatchObject({ funnels: [{ name: 'Sign-up', steps }] })
    expect((await ask('DELETE', `/api/funnels?id=${body['id'] as string}`)).status).toBe(204)
    expect((await ask('DELETE', `/api/funnels?id=${body['id'] as string}`)).status).toBe(404)
    expect((await ask('GET', '/api/funnels')).body).toMatchObject({ funnels: [] })
  })

  test('are refused by field, and where there are enough', async () => {
    const { ask } = await start()
    expect((await ask('POST', '/api/funnels', { steps })).body.error).toMatch(/^name: must be a text/)
    expect((await ask('POST', '/api/funnels', { name: 'x', steps: [] })).body.error).toMatch(/^steps: must be/)
    expect((await ask('POST', '/api/funnels', { name: 'x', steps, color: 'red' })).body.error).toMatch(/^body: "color" is unknown/)
    for (let count = 0; count < 50; count++) await ask('POST', '/api/funnels', { name: `f${count}`, steps })
    expect((await ask('POST', '/api/funnels', { name: 'x', steps })).body.error).toBe('name: there are 50 funnels already, and no more are taken: remove one first')
  })

  test('a token of scope stats may look, and not change', async () => {
    const values = createValues(createStorage())
    const { request } = createTestCollector({ values })
    const { token } = await createTokens(values, () => 0).create('ci', ['stats'])
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await request('/api/funnels', { headers })).status).toBe(200)
    expect((await request('/api/funnel', { method: 'POST', headers, body: JSON.stringify({ site_id: 'default', date_range: 'day', steps }) })).status).toBe(200)
    expect((await request('/api/funnels', { method: 'POST', headers, body: JSON.stringify({ name: 'x', steps }) })).status).toBe(403)
  })
})
