import { createReferenceStore, createValues, type StoredHit } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../../packages/collector/src/admin/tokens.ts'
import { logInOwner, noon } from '../collector.ts'
import { chrome, createDialectCollector, firefox, type DialectCollector, type Told } from './sendAs.ts'

const hour = 3_600_000
const day = 24 * hour
const page = 'https://shop.example/a'

function plausible({ send }: Pick<DialectCollector, 'send'>, event: object, headers: Record<string, string> = {}): Promise<Told> {
  return send('/api/event', { method: 'POST', body: JSON.stringify(event), headers })
}

/** GoatCounter's API: its hits have times and visitors of their own. */
function count({ send, token }: DialectCollector, hits: object[], bearer: string = token): Promise<Told> {
  return send('/api/v0/count', { method: 'POST', headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }, body: JSON.stringify({ hits }) })
}

describe('whose site it is', () => {
  const sites = [
    { id: 'shop', timezone: 'UTC', hosts: ['shop.example', '*.shop.example'] },
    { id: 'blog', timezone: 'UTC', hosts: ['blog.example'] },
  ]
  test.each([
    ['an alias before all else', 'shop', 'https://shop.example/', 'blog'],
    ['an alias that is no host', 'UA-1-1', 'https://shop.example/', 'blog'],
    ['an id', 'blog', 'https://shop.example/', 'blog'],
    ['a host', 'blog.example', 'https://shop.example/', 'blog'],
    ['a host, with www. and in any case', 'WWW.Blog.Example', 'https://shop.example/', 'blog'],
    ['a host below', 'eu.shop.example', 'https://blog.example/', 'shop'],
    ['a host of the default site, which takes no page of others', 'main.example', 'https://blog.example/', 'none'],
    ['a name that nobody has: the URL says it', 'other.example', 'https://blog.example/', 'blog'],
    ['neither: the default site', 'other.example', 'https://main.example/', 'default'],
    ['an alias of a site that is gone: the URL says it', 'gone', 'https://blog.example/', 'blog'],
    ['a name of objects', '__proto__', 'https://blog.example/', 'blog'],
  ])('%s', async (_, d, u, site) => {
    const aliases = { 'UA-1-1': 'blog', shop: 'blog', gone: 'nobody' }
    const collector = await createDialectCollector({ sites, aliases, settings: { hosts: ['main.example'] } })
    await plausible(collector, { n: 'pageview', u, d })
    for (const { id } of [...sites, { id: 'default' }]) expect(await collector.of(id)).toHaveLength(id === site ? 1 : 0)
  })
})

describe('which view engagement is of', () => {
  async function pair(options: Parameters<typeof createDialectCollector>[0] = {}): Promise<[DialectCollector, DialectCollector]> {
    const [values, store] = [createValues(createStorage()), createReferenceStore({ now: () => noon })]
    return [await createDialectCollector({ values, store, ...options }), await createDialectCollector({ values, store, ...options })]
  }
  const view = { n: 'pageview', u: page }
  const report = { n: 'engagement', u: page, e: 4000, sd: 40 }
  const viewsOf = (hits: readonly StoredHit[]): number => new Set(hits.map(({ view }) => view)).size

  test('whichever collector takes which, it is the same view', async () => {
    const [one, other] = await pair()
    await plausible(one, view)
    await plausible(other, report)
    const hits = await one.of('shop')
    expect(hits.map(({ type }) => type).toSorted()).toEqual(['engagement', 'pageview'])
    expect(viewsOf(hits)).toBe(1)
  })

  test.each<[string, object, Record<string, string>]>([
    ['another page', { ...report, u: 'https://shop.example/b' }, {}],
    ['another host', { ...report, u: 'https://www.shop.example/a' }, {}],
    ['another visitor', report, { 'user-agent': chrome }],
  ])('%s has another view', async (_, event, headers) => {
    const [one] = await pair()
    await plausible(one, view)
    await plausible(one, event, headers)
    expect(viewsOf(await one.of('shop'))).toBe(2)
  })

  test('the same page on another day is another view, in that day', async () => {
    const [one] = await pair({ sites: [{ id: 'shop', timezone: 'Pacific/Kiritimati', hosts: ['shop.example'] }] })
    await plausible(one, view)
    one.clock.now += day
    await plausible(one, view)
    await plausible(one, report)
    const hits = await one.of('shop')
    expect(viewsOf(hits)).toBe(2)
    expect(hits.map(({ day }) => day)).toEqual(['2026-11-22', '2026-11-23', '2026-11-23'])
  })

  test('the time of both views of a page adds up to what was told', async () => {
    const [one] = await pair()
    const at = async (seconds: number, event: object): Promise<void> => {
      one.clock.now = noon + seconds * 1000
      await plausible(one, event)
    }
    await at(0, view)
    await at(5, report)
    await at(10, view)
    await at(20, { ...report, e: 9000, sd: 80 })
    const { rows } = await one.store.query({ site: 'shop', timezone: 'UTC', range: { from: noon - hour, to: noon + hour }, metrics: ['pageviews', 'visits', 'time_on_page', 'scroll_depth'] })
    expect(rows).toEqual([{ dimensions: [], metrics: [2, 1, 13, 80] }])
  })

  test('where nobody is told from others it is of nobody’s view: not stored, and counted', async () => {
    const [one] = await pair({ visitor: 'none' })
    const views = await Promise.all([plausible(one, view), plausible(one, view)])
    expect(views.map(({ headers }) => headers.get('x-plausible-dropped'))).toEqual([null, null])
    const { status, headers } = await plausible(one, report)
    expect([status, headers.get('x-plausible-dropped')]).toEqual([202, '1'])
    expect(viewsOf(await one.of('shop'))).toBe(2)
  })
})

describe('when it was', () => {
  const at = (ago: number): object => ({ path: '/a', session: 's1', created_at: new Date(noon - ago).toISOString() })

  test.each([
    ['an hour ago', hour, true],
    ['seven days ago', 7 * day, true],
    ['nine days ago', 9 * day, false],
    ['in two days', -2 * day, false],
  ])('with a token: %s', async (_, ago, isTaken) => {
    const collector = await createDialectCollector()
    await count(collector, [at(ago)])
    expect((await collector.of('default')).map(({ time }) => time)).toEqual(isTaken ? [noon - ago] : [])
  })

  test.each([
    ['an hour ago', hour, true],
    ['two days ago', 2 * day, false],
  ])('without one: %s', async (_, ago, isTaken) => {
    const collector = await createDialectCollector()
    const payload = { website: '8d7c1a80-0c1c-4a10-8b0b-0d2f2a0b0a01', url: page, hostname: 'shop.example', timestamp: Math.floor((noon - ago) / 1000) }
    await collector.send('/api/send', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'event', payload }) })
    expect((await collector.of('shop')).map(({ time }) => time)).toEqual(isTaken ? [noon - ago] : [])
  })

  test('a request that comes again changes nothing; two alike in one request are two', async () => {
    const collector = await createDialectCollector()
    for (const _ of [1, 2]) await count(collector, [at(hour), at(hour), { ...at(hour), session: 's2' }])
    expect(await collector.of('default')).toHaveLength(3)
  })
})

describe('who it was', () => {
  test('a token lets a server say it; servers that know no address tell visitors apart by their sessions', async () => {
    const collector = await createDialectCollector({ settings: { address: 'cut' } })
    const hit = { path: '/a', created_at: new Date(noon).toISOString() }
    await count(collector, [
      { ...hit, session: 's1' },
      { ...hit, session: 's2' },
      { ...hit, path: '/b', session: 's1' },
      { ...hit, path: '/c', ip: '203.0.113.9', user_agent: firefox },
    ])
    const hits = await collector.of('default')
    const ofPath = (wanted: string): StoredHit[] => hits.filter(({ path }) => path === wanted)
    expect(new Set(hits.map(({ visitor }) => visitor)).size).toBe(3)
    expect(ofPath('/a').map(({ visitor }) => visitor)).toContain(ofPath('/b')[0]!.visitor)
    expect(ofPath('/c')).toMatchObject([{ address: '203.0.113.0', browser: 'Firefox', origin: 'server' }])
    // The mode says that sessions are not kept.
    expect(hits.map(({ session }) => session)).toEqual(['', '', '', ''])
  })

  test('without a token nobody speaks for an address', async () => {
    const collector = await createDialectCollector({ settings: { address: 'cut' } })
    const payload = { website: 'shop', url: page, hostname: 'shop.example', ip: '203.0.113.9' }
    await collector.send('/api/send', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'event', payload }) })
    expect(await collector.of('shop')).toMatchObject([{ origin: 'browser', user: '' }])
    expect((await collector.of('shop'))[0]!.address).toBeUndefined()
  })
})

describe('what keeps a dialect from being heard', () => {
  test('none that is switched off', async () => {
    const collector = await createDialectCollector({ dialects: ['umami'] })
    expect((await plausible(collector, { n: 'pageview', u: page })).status).toBe(404)
    expect((await collector.send('/api/heartbeat')).status).toBe(200)
    expect((await (await createDialectCollector({ dialects: [] })).send('/api/heartbeat')).status).toBe(404)
  })

  test('too many requests of an address, of all dialects and /hit together; not of a server whose token is known', async () => {
    const limits = { perAddress: 1, burst: 2, total: 0 }
    const collector = await createDialectCollector({ limits })
    const authorization = `Bearer ${collector.token}`
    await collector.post({ url: page })
    expect((await plausible(collector, { n: 'pageview', u: page }, { authorization })).status).toBe(202)
    const { status, headers, body } = await plausible(collector, { n: 'pageview', u: page })
    expect([status, headers.get('retry-after'), JSON.parse(body)]).toEqual([429, '1', { errors: { request: [expect.any(String)] } }])
    expect((await plausible(collector, { n: 'pageview', u: page }, { authorization })).status).toBe(202)
  })

  test('a body that is compressed', async () => {
    const collector = await createDialectCollector()
    expect((await plausible(collector, { n: 'pageview', u: page }, { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test('tokens that cannot be looked up: the client is to come back', async () => {
    const values = createValues(createStorage())
    const collector = await createDialectCollector({ values })
    const { token } = await createTokens(values, () => noon).create('other', ['hits'])
    values.list = () => Promise.reject(new Error('gone'))
    collector.clock.now += 60_000
    const { status, headers } = await plausible(collector, { n: 'pageview', u: page }, { authorization: `Bearer ${token}` })
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  })
})

test('what no hit can be made of is counted as refused, by the dialect; what is refused later by its field', async () => {
  const collector = await createDialectCollector()
  const cookie = await logInOwner(collector)
  expect((await plausible(collector, { n: 'pageview' })).status).toBe(400)
  expect((await collector.send('/collect?v=1&t=pageview')).headers.get('x-hit-refused')).toContain('tid')
  expect((await plausible(collector, { n: 'pageview', u: 'javascript:no' })).status).toBe(400)
  expect((await plausible(collector, { n: 'pageview', u: page })).status).toBe(202)
  const response = await collector.request('/api/drops', { headers: { cookie } })
  expect(((await response.json()) as { refused: object }).refused).toEqual({ plausible: 1, 'universal-analytics': 1, url: 1 })
})
