import { describe, expect, test } from 'vitest'
import { plausible } from '../../../packages/collector/src/dialects/plausible.ts'
import { createDialectCollector, firefox, type DialectCollector, type Told } from './sendAs.ts'

const url = 'https://shop.example/a'

/** Posts as Plausible's script does. */
function send({ send }: Pick<DialectCollector, 'send'>, event: unknown, headers: Record<string, string> = {}): Promise<Told> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  return send('/api/event', { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } })
}

describe('Plausible: /api/event', () => {
  test('a pageview is answered 202 ok and stored', async () => {
    const collector = await createDialectCollector()
    const { status, body, headers } = await send(collector, { n: 'pageview', u: `${url}?utm_source=news`, d: 'shop.example', r: 'https://r.example/', v: 36 })
    expect([status, body, headers.get('content-type')]).toEqual([202, 'ok', 'text/plain; charset=utf-8'])
    expect(headers.get('x-plausible-dropped')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(await collector.of('shop')).toMatchObject([{ type: 'pageview', origin: 'browser', path: '/a', source: 'news', referrerHost: 'r.example', browser: 'Firefox' }])
  })

  test.each<[string, object, object]>([
    ['the long names of the API', { name: 'pageview', url, domain: 'shop.example', referrer: 'https://r.example/' }, { type: 'pageview', url, referrer: 'https://r.example/' }],
    ['an event', { n: 'Signup', u: url }, { type: 'event', name: 'Signup' }],
    ['an integer for a name', { n: 404, u: url }, { type: 'event', name: '404' }],
    ['no referrer', { n: 'pageview', u: url, r: null }, { referrer: '' }],
    ['an event that ends no bounce', { n: 'x', u: url, i: false }, { interactive: false }],
    ['the same, in words', { n: 'x', u: url, interactive: false }, { interactive: false }],
    ['props', { n: 'x', u: url, p: { a: 'b', n: 1, yes: true, blank: ' ', list: [1], object: {}, nothing: null } }, { props: { a: 'b', n: '1', yes: 'true' } }],
    ['props as text', { n: 'x', u: url, props: '{"a":"b"}' }, { props: { a: 'b' } }],
    ['m before the others', { n: 'x', u: url, props: { a: '4' }, p: { a: '3' }, meta: { a: '2' }, m: { a: '1' } }, { props: { a: '1' } }],
    ['props that are none', { n: 'x', u: url, p: 'no' }, { props: undefined }],
    ['31 props', { n: 'x', u: url, p: Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`p${at}`, 'x'])) }, { props: Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`p${at}`, 'x'])) }],
    ['revenue', { n: 'x', u: url, $: { currency: 'usd', amount: 1322.22 } }, { revenue: { amount: '1322.22', currency: 'USD' } }],
    ['revenue as text', { n: 'x', u: url, revenue: '{"currency":"EUR","amount":"9.90"}' }, { revenue: { amount: '9.90', currency: 'EUR' } }],
    ['bad revenue, and the event stays', { n: 'x', u: url, $: { currency: 'euros', amount: 'much' } }, { revenue: undefined, name: 'x' }],
    ['a route in the fragment', { n: 'pageview', u: 'https://shop.example/#/cart', h: 1 }, { path: '/#/cart' }],
  ])('%s', async (_, event, hit) => {
    const collector = await createDialectCollector()
    const { status, body } = await send(collector, event)
    expect([status, body]).toEqual([202, 'ok'])
    const [stored] = await collector.of('shop')
    expect({ props: undefined, revenue: undefined, ...stored }).toMatchObject(hit)
  })

  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'request'],
    ['an array', [], 'request'],
    ['no name', { u: url }, 'event_name'],
    ['a name that is none', { n: {}, u: url }, 'event_name'],
    ['no URL', { n: 'pageview' }, 'url'],
    ['a URL that is a page in itself', { n: 'pageview', u: 'data:text/html,x' }, 'url'],
    ['an empty domain', { n: 'pageview', u: url, d: '' }, 'domain'],
    ['a domain that is no text', { n: 'pageview', u: url, d: 1 }, 'domain'],
    ['engagement that says nothing', { n: 'engagement', u: url, sd: 'deep', e: -1 }, 'engagement'],
    ['engagement of more than 30 days', { n: 'engagement', u: url, e: 30 * 86_400_000 }, 'engagement'],
  ])('%s is answered 400, naming the field', async (_, event, field) => {
    const collector = await createDialectCollector()
    const { status, body, headers } = await send(collector, event)
    expect([status, headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8'])
    expect(JSON.parse(body)).toEqual({ errors: { [field]: [expect.any(String)] } })
    expect(await collector.of('shop')).toEqual([])
  })

  test.each<[string, object, object]>([
    ['ms and depth', { sd: 40, e: 3500 }, { engagedDelta: 3500, scroll: 40 }],
    ['digits', { sd: '40', e: '3500' }, { engagedDelta: 3500, scroll: 40 }],
    ['deeper than the page', { sd: 130 }, { scroll: 100, engagedDelta: undefined }],
    ['a depth that is none', { sd: 'x', e: 1 }, { engagedDelta: 1, scroll: undefined }],
    ['its older name', { n: 'pageleave', sd: 12 }, { scroll: 12 }],
    ['a day at the most', { e: 29 * 86_400_000 }, { engagedDelta: 86_400_000 }],
  ])('engagement: %s', async (_, report, hit) => {
    const collector = await createDialectCollector()
    await send(collector, { n: 'pageview', u: url })
    collector.clock.now += 1000
    const { status, headers } = await send(collector, { n: 'engagement', u: url, ...report })
    expect([status, headers.get('x-plausible-dropped')]).toEqual([202, null])
    const [view, stored] = await collector.of('shop')
    expect({ engagedDelta: undefined, scroll: undefined, ...stored }).toMatchObject({ type: 'engagement', view: view!.view, ...hit })
  })

  test('what is dropped is answered as if it were not, but for a header', async () => {
    const collector = await createDialectCollector()
    const { status, body, headers } = await send(collector, { n: 'pageview', u: url }, { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' })
    expect([status, body, headers.get('x-plausible-dropped')]).toEqual([202, 'ok', '1'])
    expect(headers.get('access-control-expose-headers')).toBe('x-plausible-dropped')
    expect(await collector.of('shop')).toEqual([])
  })

  test('of several domains each site counts it, once', async () => {
    const sites = ['a', 'b'].map((id) => ({ id, timezone: 'UTC', hosts: [`${id}.example`] }))
    const collector = await createDialectCollector({ sites })
    await send(collector, { n: 'pageview', u: 'https://a.example/', d: 'www.a.example, b.example,b.example,b,nobody.example' })
    expect([(await collector.of('a')).length, (await collector.of('b')).length, (await collector.of('default')).length]).toEqual([1, 1, 0])
  })

  test('a server says with a token who its visitor is', async () => {
    const collector = await createDialectCollector({ settings: { address: 'cut' } })
    const event = { name: 'pageview', url }
    const headers = { 'x-forwarded-for': '203.0.113.9, 10.0.0.1', 'user-agent': firefox, 'accept-language': 'de-CH' }
    await send(collector, event, headers)
    await send(collector, event, { ...headers, authorization: `Bearer ${collector.token}` })
    expect((await collector.of('shop')).map(({ origin, address }) => [origin, address]).toSorted()).toEqual([['browser', undefined], ['server', '203.0.113.0']])
    const { status, body } = await send(collector, event, { ...headers, authorization: 'Bearer tl_wrong' })
    expect([status, JSON.parse(body)]).toEqual([401, { errors: { authorization: [expect.any(String)] } }])
  })

  test('other methods, bodies that are too large, and a store that is gone', async () => {
    const collector = await createDialectCollector()
    const asked = await collector.send('/api/event')
    expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    expect((await collector.send('/api/event', { method: 'OPTIONS' })).status).toBe(204)
    const large = await send(collector, `{"n":"${'a'.repeat(plausible.maxBytes)}"}`)
    expect([large.status, large.headers.get('connection')]).toEqual([413, 'close'])
    collector.store.append = () => Promise.reject(new Error('disk'))
    const failed = await send(collector, { n: 'pageview', u: url })
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5'])
  })
})
