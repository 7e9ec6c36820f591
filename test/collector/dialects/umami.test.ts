import { describe, expect, test } from 'vitest'
import { noon } from '../collector.ts'
import { createDialectCollector, type DialectCollector, type Told } from './sendAs.ts'

const website = '5b0a6c1e-0d4f-4f0e-9f5b-2f6f0a2b7c11'
const aliases = { [website]: 'shop' }
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** As Umami's script does. */
function send(collector: DialectCollector, body: unknown, { path = '/api/send', ...headers }: Record<string, string> = {}): Promise<Told> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return collector.send(path, { method: 'POST', body: text, headers: { 'content-type': 'application/json', origin: 'https://shop.example', ...headers } })
}

/** What the script says of a page. */
const page = { website, screen: '1920x1080', language: 'de-CH', title: 'Cart', hostname: 'shop.example', url: 'https://shop.example/cart?utm_source=news#a', referrer: 'https://r.example/x' }

describe('Umami: what becomes of a payload', () => {
  test.each<[name: string, body: unknown, expected: object]>([
    ['a page', { type: 'event', payload: page }, { type: 'pageview', site: 'shop', url: page.url, path: '/cart', title: 'Cart', referrer: page.referrer, referrerHost: 'r.example', source: 'news', screen: '1920x1080', language: 'de-CH', origin: 'browser', time: noon }],
    ['a page by its path', { type: 'event', payload: { website, hostname: 'shop.example', url: '/a?b=1', referrer: '/before' } }, { url: 'https://shop.example/a?b=1', referrer: 'https://shop.example/before', referrerHost: '' }],
    ['a path that looks like a host', { type: 'event', payload: { website, hostname: 'shop.example', url: '//other.example/a' } }, { url: 'https://shop.example//other.example/a', hostname: 'shop.example' }],
    ['a hostname that the URL has not', { type: 'event', payload: { website, hostname: 'www.shop.example', url: 'https://shop.example:8443/a' } }, { url: 'https://www.shop.example:8443/a' }],
    ['a hostname that is none', { type: 'event', payload: { website, hostname: 'a/b@c', url: '/a' } }, { url: 'https://shop.example/a' }],
    ['neither host nor URL, of a page', { type: 'event', payload: { website } }, { url: 'https://shop.example/', type: 'pageview' }],
    ['an event', { type: 'event', payload: { ...page, name: 'signup', data: { plan: 'pro', seats: 3, trial: true, none: null, blank: '' } } }, { type: 'event', name: 'signup', props: { plan: 'pro', seats: 3, trial: true }, view: '' }],
    ['an empty name', { type: 'event', payload: { ...page, name: '' } }, { type: 'pageview' }],
    ['data with levels', { type: 'event', payload: { ...page, name: 'x', data: { a: { b: { c: 1 } }, list: [1, 'two', { three: 3 }] } } }, { props: { 'a.b.c': 1, list: '[1,"two","…"]' } }],
    ['money', { type: 'event', payload: { ...page, name: 'order', data: { revenue: 19.99, currency: 'chf', plan: 'pro' } } }, { revenue: { amount: '19.99', currency: 'CHF' }, props: { plan: 'pro' } }],
    ['money as a text', { type: 'event', payload: { ...page, name: 'order', data: { revenue: '10.50', currency: 'EUR' } } }, { revenue: { amount: '10.50', currency: 'EUR' } }],
    ['money without a currency', { type: 'event', payload: { ...page, name: 'order', data: { revenue: 5 } } }, { props: { revenue: 5 } }],
    ['a tag', { type: 'event', payload: { ...page, tag: 'variant-b' } }, { props: { tag: 'variant-b' } }],
    ['a time', { type: 'event', payload: { ...page, timestamp: noon / 1000 - 3600 } }, { time: noon - 3_600_000 }],
    ['an id of nobody who vouches for it', { type: 'event', payload: { ...page, id: 'u1' } }, { user: '' }],
    ['a name in data that JavaScript knows', `{"type":"event","payload":{"website":"${website}","url":"/","name":"x","data":{"__proto__":"p","constructor":"c"}}}`, { name: 'x', props: JSON.parse('{"__proto__":"p","constructor":"c"}') as object }],
  ])('%s', async (_, body, expected) => {
    const collector = await createDialectCollector({ aliases })
    const { status } = await send(collector, body)
    expect(status).toBe(200)
    const stored = await collector.of('shop')
    expect(stored).toMatchObject([expected])
    if ('revenue' in expected && !('props' in expected)) expect(stored[0]!.props).toBeUndefined()
  })

  test('web vitals become the events that the tracker makes of them', async () => {
    const collector = await createDialectCollector({ aliases })
    await send(collector, { type: 'performance', payload: { website, hostname: 'shop.example', url: '/a', lcp: 2600, inp: 80, cls: 0.3, fcp: -1, ttfb: 'soon' } })
    const stored = await collector.of('shop')
    expect(stored.map(({ type, name, props, interactive, path }) => ({ type, name, props, interactive, path }))).toEqual(
      [
        { metric: 'LCP', value: 2600, rating: 'needs-improvement' },
        { metric: 'INP', value: 80, rating: 'good' },
        { metric: 'CLS', value: 0.3, rating: 'poor' },
      ].map((props) => ({ type: 'event', name: 'Web Vitals', props, interactive: false, path: '/a' })),
    )
  })

  test.each<[name: string, body: unknown, reason: RegExp]>([
    ['no JSON', '{"type":', /JSON/],
    ['an array', [], /body/],
    ['no payload', { type: 'event' }, /payload/],
    ['no website', { type: 'event', payload: { url: '/' } }, /website/],
    ['a type that there is not', { type: 'page', payload: page }, /type/],
    ['a time that is none', { type: 'event', payload: { ...page, timestamp: 'yesterday' } }, /timestamp/],
    ['a time of last week, of a stranger', { type: 'event', payload: { ...page, timestamp: noon / 1000 - 7 * 86_400 } }, /time/],
    ['a URL of another kind', { type: 'event', payload: { ...page, hostname: '', url: 'data:text/html,a' } }, /url/],
  ])('%s is answered 400, as Umami has it', async (_, body, reason) => {
    const collector = await createDialectCollector({ aliases })
    const told = await send(collector, body)
    expect(told.status).toBe(400)
    expect(JSON.parse(told.body)).toEqual({ error: { message: 'Bad request', code: 'bad-request', status: 400, reason: expect.stringMatching(reason) as string } })
    expect(await collector.of('shop')).toEqual([])
  })
})

describe('Umami: answers', () => {
  test('a token, and two ids that are no part of what is stored', async () => {
    const collector = await createDialectCollector({ aliases })
    const first = await send(collector, { type: 'event', payload: page })
    expect(first.headers.get('content-type')).toBe('application/json')
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    const told = JSON.parse(first.body) as Record<string, string>
    expect(told).toEqual({ cache: expect.any(String) as string, sessionId: expect.stringMatching(uuid) as string, visitId: expect.stringMatching(uuid) as string })
    const again = await send(collector, { type: 'event', payload: page }, { 'x-umami-cache': told['cache']! })
    expect(JSON.parse(again.body)).toEqual(told)
    for (const foreign of ['', 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x', `${told['cache']}"<script>`]) {
      const other = JSON.parse((await send(collector, { type: 'event', payload: page }, { 'x-umami-cache': foreign })).body) as Record<string, string>
      expect(other['sessionId']).toMatch(uuid)
      expect(other['sessionId']).not.toBe(told['sessionId'])
    }
    const stored = JSON.stringify(await collector.of('shop'))
    expect(stored).not.toContain(told['sessionId'])
    expect(stored).not.toContain(told['visitId'])
  })

  test('identify counts nothing; the id that follows is believed of a server', async () => {
    const collector = await createDialectCollector({ aliases })
    const told = await send(collector, { type: 'identify', payload: { ...page, id: 'u1', data: { plan: 'pro' } } }, { 'x-umami-cache': '' })
    expect([told.status, Object.keys(JSON.parse(told.body) as object)]).toEqual([200, ['cache', 'sessionId', 'visitId']])
    expect(await collector.of('shop')).toEqual([])
    await send(collector, { type: 'event', payload: { ...page, id: 'u1', ip: '203.0.113.9', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1' } }, { authorization: `Bearer ${collector.token}` })
    expect(await collector.of('shop')).toMatchObject([{ user: 'u1', origin: 'server', browser: 'Safari', device: 'Mobile' }])
  })

  test('a server may tell of last week', async () => {
    const collector = await createDialectCollector({ aliases })
    const body = { type: 'event', payload: { ...page, timestamp: noon / 1000 - 6 * 86_400 } }
    const { status } = await send(collector, body, { authorization: `Bearer ${collector.token}` })
    await send(collector, body, { authorization: `Bearer ${collector.token}` })
    expect(status).toBe(200)
    expect(await collector.of('shop')).toMatchObject([{ time: noon - 6 * 86_400_000 }])
  })

  test('a robot is told beep, an excluded address 403, a token that there is not 401', async () => {
    const collector = await createDialectCollector({ aliases })
    const robot = await send(collector, { type: 'event', payload: page }, { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' })
    expect([robot.status, robot.body]).toEqual([200, '{"beep":"boop"}'])
    const stranger = await send(collector, { type: 'event', payload: page }, { authorization: 'Bearer tl_wrong' })
    expect([stranger.status, JSON.parse(stranger.body)]).toMatchObject([401, { error: { code: 'unauthorized', status: 401 } }])
    expect(await collector.of('shop')).toEqual([])
  })

  test('a preflight is answered as Umami does', async () => {
    const response = await (await createDialectCollector()).request('/api/send', { method: 'OPTIONS' })
    expect([response.status, ...['origin', 'headers', 'methods'].map((name) => response.headers.get(`access-control-allow-${name}`)), response.headers.get('access-control-max-age')]).toEqual([204, '*', '*', 'GET, DELETE, POST, PUT', '86400'])
  })

  test('the heartbeat, and methods that there are not', async () => {
    const { request } = await createDialectCollector()
    expect(await (await request('/api/heartbeat')).text()).toBe('{"ok":true}')
    const wrong = await request('/api/send')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  test('a body that is too large is answered 413', async () => {
    const collector = await createDialectCollector()
    expect((await send(collector, `"${'x'.repeat(1_000_001)}"`)).status).toBe(413)
  })

  test('a storage that fails is answered 503, to come again', async () => {
    const { store } = await createDialectCollector()
    const collector = await createDialectCollector({ store: { ...store, append: () => Promise.reject(new Error('full')) } })
    const told = await send(collector, { type: 'event', payload: page })
    expect([told.status, told.headers.get('retry-after'), JSON.parse(told.body)]).toMatchObject([503, '5', { error: { code: 'service-unavailable' } }])
  })
})

describe('Umami: batches and version 1', () => {
  test('each of a batch is judged by itself', async () => {
    const collector = await createDialectCollector({ aliases })
    const batch = [
      { type: 'event', payload: page },
      { type: 'event', payload: {} },
      { type: 'performance', payload: { website, hostname: 'shop.example', url: '/a', lcp: 10, cls: 0 } },
      { type: 'identify', payload: { website, id: 'u1' } },
      7,
      { type: 'event', payload: { ...page, url: 'javascript:1' } },
      { type: 'event', payload: { ...page, name: 'last' } },
    ]
    const told = JSON.parse((await send(collector, batch, { path: '/api/batch' })).body) as { details: { index: number; response: object }[] }
    expect(told).toMatchObject({ size: 7, processed: 4, errors: 3, cache: expect.any(String) as string })
    expect(told.details.map(({ index }) => index)).toEqual([1, 4, 5])
    expect(told.details[0]!.response).toMatchObject({ error: { code: 'bad-request' } })
    expect((await collector.of('shop')).map(({ name }) => name)).toEqual([undefined, 'Web Vitals', 'Web Vitals', 'last'])
  })

  test.each([['{}', 400], ['[]', 200], [JSON.stringify(Array.from({ length: 1001 }, () => 0)), 400]])('a batch of %.9s is answered %i', async (body, status) => {
    expect((await send(await createDialectCollector(), body, { path: '/api/batch' })).status).toBe(status)
  })

  test.each<[name: string, body: object, expected: object]>([
    ['a page', { type: 'pageview', payload: { website, url: '/a?b=1', referrer: '', hostname: 'shop.example', language: 'de', screen: '800x600' } }, { type: 'pageview', url: 'https://shop.example/a?b=1' }],
    ['an event of 1.38', { type: 'event', payload: { website, url: '/a', hostname: 'shop.example', event_name: 'signup', event_data: { plan: 'pro' } } }, { type: 'event', name: 'signup', props: { plan: 'pro' } }],
    ['an event before', { type: 'event', payload: { website, url: '/a', hostname: 'shop.example', event_type: 'click', event_value: 'signup' } }, { type: 'event', name: 'signup', props: { type: 'click' } }],
  ])('version 1: %s is answered with the token alone', async (_, body, expected) => {
    const collector = await createDialectCollector({ aliases })
    const told = await send(collector, body, { path: '/api/collect' })
    expect([told.status, told.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(told.body).toMatch(/^[0-9a-f-]{36}\.[0-9a-f-]{36}$/)
    expect(await collector.of('shop')).toMatchObject([expected])
  })
})
