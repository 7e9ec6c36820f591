import { describe, expect, test } from 'vitest'
import { noon } from '../collector.ts'
import { bytesOf, createDialectCollector, firefox, type DialectCollector, type Told } from './sendAs.ts'

/** GoatCounter's image: a GIF of 43 bytes. */
const image = '47494638396101000100800100000000ffffff21f904010a0001002c00000000010001000002024c01003b'
const aliases = { 'stats.shop.example': 'shop' }

/** As `count.js` does: in the query, whatever the method. */
function count({ send }: DialectCollector, query: string, headers: Record<string, string> = {}): Promise<Told> {
  return send(`http://stats.shop.example/count?${query}`, { method: 'POST', headers })
}

describe('GoatCounter: /count', () => {
  test.each<[name: string, query: string, expected: object]>([
    ['a page', 'p=%2Fa&t=Cart&r=https%3A%2F%2Fr.example%2Fx&s=1920&q=%3Futm_source%3Dnews&rnd=12345', { type: 'pageview', site: 'shop', url: 'https://shop.example/a?utm_source=news', path: '/a', title: 'Cart', referrerHost: 'r.example', source: 'news', screen: '1920x0' }],
    ['width, height and scale', 'p=/a&s=1920,1080,2', { screen: '1920x1080' }],
    ['the size of old scripts', 'p=/a&w=800.4&h=600', { screen: '800x600' }],
    ['a path with a query of its own', 'p=%2Fa%3Fb%3D1%26ref%3Dx&q=%3Fb%3D2%26utm_campaign%3Dc', { url: 'https://shop.example/a?b=1&ref=x&utm_campaign=c', source: 'x', campaign: 'c' }],
    ['a path with a fragment', 'p=%2Fa%23b&q=%3Futm_source%3Dnews', { url: 'https://shop.example/a?utm_source=news#b', source: 'news' }],
    ['a path without a slash', 'p=a/b', { url: 'https://shop.example/a/b' }],
    ['a path that looks like a host', 'p=%2F%2Fother.example%2Fa', { url: 'https://shop.example/other.example/a', hostname: 'shop.example' }],
    ['a path that says a URL', 'p=https%3A%2F%2Fother.example%2Fa', { hostname: 'shop.example' }],
    ['an event', 'p=%2Fsignup&e=true&t=Sign%20up', { type: 'event', name: 'signup', title: 'Sign up', url: 'https://shop.example/' }],
    ['an event by a number', 'p=signup&e=1', { type: 'event', name: 'signup' }],
    ['no event', 'p=signup&e=off', { type: 'pageview' }],
    ['an event without a name', 'p=/&e=on', { type: 'event', name: '(no event name)' }],
  ])('%s', async (_, query, expected) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await count(collector, query)
    expect([status, headers.get('content-type'), headers.get('x-goatcounter')]).toEqual([200, 'image/gif', null])
    expect(await collector.of('shop')).toMatchObject([{ ...expected, origin: 'browser', browser: 'Firefox', time: noon }])
  })

  test('the answer is GoatCounter’s image, that any page may load', async () => {
    const { request } = await createDialectCollector()
    const response = await request('http://stats.shop.example/count?p=/a', { headers: { 'user-agent': firefox } })
    const said = ['access-control-allow-origin', 'cross-origin-resource-policy', 'cache-control'].map((name) => response.headers.get(name))
    expect([await bytesOf(response), ...said]).toEqual([image, '*', 'cross-origin', 'no-store'])
  })

  test.each<[query: string, reason: string]>([
    ['', 'path: must be set'],
    ['p=%20', 'path: must be set'],
    ['p=/a&e=perhaps', 'e: must be true or false'],
    ['p=/a&e=constructor', 'e: must be true or false'],
    ['p=/a&b=1', 'b: must be 0, or 150 or more'],
    ['p=/a&b=-1', 'b: must be 0, or 150 or more'],
    ['p=/a&b=x', 'b: must be a whole number'],
    [`p=/${'ä'.repeat(1024)}`, 'path: must be at most 2048 bytes'],
    [`p=/a&t=${'a'.repeat(1025)}`, 'title: must be at most 1024 bytes'],
  ])('%.20s is answered 400, and the header says why', async (query, reason) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await count(collector, query)
    expect([status, headers.get('content-type'), headers.get('x-goatcounter')]).toEqual([400, 'image/gif', reason])
    expect(await collector.of('shop')).toEqual([])
  })

  test.each<[name: string, query: string, headers: Record<string, string>, reason: string]>([
    ['a driven browser', 'p=/a&b=153', {}, 'automation'],
    ['a robot', 'p=/a', { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' }, 'bot'],
    ['a browser that looks ahead', 'p=/a', { 'sec-purpose': 'prefetch' }, 'prefetch'],
  ])('%s is answered 202, and the header says why', async (_, query, headers, reason) => {
    const collector = await createDialectCollector({ aliases })
    const told = await count(collector, query, headers)
    expect([told.status, told.headers.get('x-goatcounter')]).toEqual([202, `ignored: ${reason}`])
    expect(await collector.of('shop')).toEqual([])
  })

  test('the site is the host that was asked, else that of the page, else the default one', async () => {
    const collector = await createDialectCollector()
    await collector.send('http://shop.example/count?p=/a', { headers: { referer: '' } })
    await collector.send('http://stats.other.example/count?p=/b', { headers: { referer: 'https://shop.example/' } })
    await collector.send('http://stats.other.example/count?p=/c', { headers: { referer: '' } })
    expect((await collector.of('shop')).map(({ url }) => url).toSorted()).toEqual(['https://shop.example/a', 'https://shop.example/b'])
    expect((await collector.of('default')).map(({ url }) => url)).toEqual(['https://stats.other.example/c'])
  })

  test('PUT is answered 405', async () => {
    const { send } = await createDialectCollector()
    expect((await send('/count?p=/a', { method: 'PUT' })).status).toBe(405)
  })
})

describe('GoatCounter: /api/v0/count', () => {
  /** As a server does. */
  async function post(collector: DialectCollector, body: unknown, authorization = `Bearer ${collector.token}`): Promise<Told> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return collector.send('http://stats.shop.example/api/v0/count', { method: 'POST', body: text, headers: { authorization, 'content-type': 'application/json', 'user-agent': 'curl/8.5.0', referer: '' } })
  }
  const visitor = { user_agent: firefox, ip: '203.0.113.9' }

  test('hits are stored as of their visitors, on the site’s own host', async () => {
    const collector = await createDialectCollector({ aliases })
    const created_at = new Date(noon - 6 * 86_400_000).toISOString()
    const hits = [
      { path: '/a', title: 'A', ref: 'https://r.example/', size: [1920, 1080, 1], query: 'utm_source=news', language: 'nl', created_at, ...visitor },
      { path: '/a', created_at, user_agent: firefox, ip: '203.0.113.10' },
      { path: 'signup', event: true, created_at, ...visitor },
    ]
    const told = await post(collector, { hits })
    expect([told.status, told.body, told.headers.get('x-goatcounter-filter')]).toEqual([202, '{"status":"ok"}', null])
    const stored = await collector.of('shop')
    expect(stored).toHaveLength(3)
    expect(stored.find(({ title }) => title === 'A')).toMatchObject({ url: 'https://shop.example/a?utm_source=news', origin: 'server', time: noon - 6 * 86_400_000, browser: 'Firefox', language: 'nl', screen: '1920x1080', referrerHost: 'r.example' })
    expect(stored.find(({ type }) => type === 'event')).toMatchObject({ name: 'signup' })
    expect(new Set(stored.map(({ visitor }) => visitor)).size).toBe(2)
    expect((await post(collector, { hits })).status).toBe(202)
    expect(await collector.of('shop')).toHaveLength(3)
  })

  test('a session tells visitors apart where there is no address', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await post(collector, { hits: ['a', 'b', 'a'].map((session) => ({ path: '/a', session })) })).status).toBe(202)
    const stored = await collector.of('shop')
    expect(stored).toHaveLength(3)
    expect(new Set(stored.map(({ visitor }) => visitor)).size).toBe(2)
  })

  test('each is judged by itself: errors by their place, robots in a header', async () => {
    const collector = await createDialectCollector({ aliases })
    const hits = [{ path: '/a', ...visitor }, { path: '/b' }, { path: '/c', ip: '203.0.113.9', user_agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }, 7, { path: '/d', created_at: 'soon', ...visitor }, { path: '/e', created_at: '2020-01-01T00:00:00Z', ...visitor }]
    const told = await post(collector, { hits })
    expect([told.status, told.headers.get('x-goatcounter-filter')]).toEqual([400, '2'])
    expect(Object.keys((JSON.parse(told.body) as { errors: object }).errors)).toEqual(['1', '3', '4', '5'])
    expect(JSON.parse(told.body)).toMatchObject({ errors: { 1: /session/.test(told.body) && expect.stringContaining('no_sessions'), 5: expect.stringContaining('time') } })
    expect((await collector.of('shop')).map(({ path }) => path)).toEqual(['/a'])
  })

  test('no_sessions takes hits of nobody', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await post(collector, { no_sessions: true, hits: [{ path: '/a' }] })).status).toBe(202)
    expect(await collector.of('shop')).toHaveLength(1)
  })

  test('the key may be a password', async () => {
    const collector = await createDialectCollector({ aliases })
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect((await post(collector, { hits: [{ path: '/a', ...visitor }] }, basic(`any:${collector.token}`))).status).toBe(202)
    for (const wrong of ['', 'Bearer tl_wrong', basic('any'), basic('any:'), basic('any:tl_wrong'), 'Basic %%%']) {
      const told = await post(collector, { hits: [{ path: '/b', ...visitor }] }, wrong)
      expect([wrong, told.status, told.headers.get('www-authenticate')]).toEqual([wrong, 401, 'Basic realm=treadlight'])
    }
    expect(await collector.of('shop')).toHaveLength(1)
  })

  test.each([
    ['{', 400],
    ['[]', 400],
    ['{"hits":{}}', 400],
    ['{"hits":[]}', 400],
    [JSON.stringify({ hits: Array.from({ length: 501 }, () => ({ path: '/a', ...visitor })) }), 400],
    [JSON.stringify({ hits: Array.from({ length: 500 }, () => ({ path: '/a', ...visitor })) }), 202],
    [`"${'x'.repeat(1_000_001)}"`, 413],
  ])('%.20s is answered %i', async (body, status) => {
    expect((await post(await createDialectCollector({ aliases }), body)).status).toBe(status)
  })
})
