import { describe, expect, test } from 'vitest'
import { noon } from '../collector.ts'
import { chrome, createDialectCollector, type DialectCollector, type Told } from './sendAs.ts'

const measurement = 'G-ABC123'
const aliases = { [measurement]: 'shop' }
const shop = 'https://shop.example/cart?a=1'
const server = { 'user-agent': 'node' }

const view = { name: 'page_view', params: { page_location: shop, page_title: 'Cart', page_referrer: 'https://r.example/x', session_id: '123', engagement_time_msec: 100 } }
const signup = { name: 'sign_up', params: { page_location: shop, method: 'mail', seats: 3, paid: true, engagement_time_msec: 1 } }

/** As servers post. */
function send(collector: DialectCollector, body: unknown, { path = `/mp/collect?measurement_id=${measurement}`, ...headers }: Record<string, string> = {}): Promise<Told> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return collector.send(path, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } })
}

const withToken = ({ token }: DialectCollector): { path: string } => ({ path: `/mp/collect?measurement_id=${measurement}&api_secret=${token}` })

describe('GA4: what becomes of an event', () => {
  test.each<[name: string, event: object, expected: object]>([
    ['a page', view, { type: 'pageview', url: shop, title: 'Cart', referrerHost: 'r.example', time: noon, browser: 'Firefox', session: '' }],
    ['a screen', { name: 'screen_view', params: { screen_name: 'My Home', app: 'x' } }, { type: 'pageview', url: 'https://shop.example/My%20Home', props: { app: 'x' } }],
    ['an event', signup, { type: 'event', name: 'sign_up', url: shop, props: { method: 'mail', seats: 3, paid: true } }],
    ['an event of no page', { name: 'login' }, { type: 'event', name: 'login', url: 'https://shop.example/' }],
    ['an event that nobody did', { name: 'ping', params: { non_interaction: true } }, { name: 'ping', interactive: false }],
    ['a purchase', { name: 'purchase', params: { transaction_id: 'T', value: 24.5, currency: 'eur', tax: 1, items: [{ item_id: 's', quantity: 2 }, { item_id: 't' }] } }, { name: 'purchase', revenue: { amount: '24.5', currency: 'EUR' }, props: { transaction_id: 'T', tax: 1, items: 3 } }],
    ['a purchase in no currency', { name: 'purchase', params: { value: 5 } }, { revenue: { amount: '5', currency: 'XXX' } }],
    ['a refund', { name: 'refund', params: { transaction_id: 'T', value: 5, currency: 'EUR' } }, { name: 'refund', revenue: { amount: '-5', currency: 'EUR' } }],
    ['what a cart is worth is no revenue', { name: 'add_to_cart', params: { value: 5, currency: 'EUR' } }, { name: 'add_to_cart', props: { value: 5, currency: 'EUR' } }],
    ['a time of its own', { ...signup, timestamp_micros: (noon - 60_000) * 1000 }, { time: noon - 60_000 }],
    ['a name that JavaScript knows', JSON.parse('{"name":"constructor","params":{"__proto__":"p","toString":"t"}}') as object, { name: 'constructor', props: JSON.parse('{"__proto__":"p","toString":"t"}') as object }],
  ])('%s', async (_, event, expected) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers, body } = await send(collector, { client_id: 'c1', events: [event] })
    expect([status, body, headers.get('x-hit-dropped'), headers.get('x-hit-refused')]).toEqual([204, '', null, null])
    const stored = await collector.of('shop')
    expect(stored).toMatchObject([expected])
    if (!('revenue' in expected)) expect(stored[0]!.revenue).toBeUndefined()
  })

  test('where somebody came from is an event before that of the page', async () => {
    const collector = await createDialectCollector({ aliases })
    const campaign = { name: 'campaign_details', params: { source: 'news', medium: 'email', campaign: 'spring', campaign_id: 'i' } }
    await send(collector, { client_id: 'c1', events: [campaign, view] })
    expect(await collector.of('shop')).toMatchObject([{ type: 'pageview', source: 'news', medium: 'email', campaign: 'spring', path: '/cart' }])
  })

  test.each(['session_start', 'first_visit'])('%s is not counted', async (name) => {
    const collector = await createDialectCollector({ aliases })
    expect((await send(collector, { client_id: 'c1', events: [{ name }] })).status).toBe(204)
    expect(await collector.of('shop')).toEqual([])
  })

  test('engaged time is of the view of its page; the 100 ms of the examples are none', async () => {
    const collector = await createDialectCollector({ aliases })
    await send(collector, { client_id: 'c1', events: [view] })
    collector.clock.now += 10_000
    await send(collector, { client_id: 'c1', events: [{ name: 'user_engagement', params: { page_location: shop, engagement_time_msec: 4000 } }] })
    collector.clock.now += 10_000
    await send(collector, { client_id: 'c1', events: [{ ...signup, params: { ...signup.params, engagement_time_msec: 3000 } }, { name: 'scroll', params: { page_location: shop, percent_scrolled: 90 } }] })
    const stored = await collector.of('shop')
    const [{ view: id }] = stored as [(typeof stored)[0]]
    expect(id).not.toBe('')
    const reports = stored.filter(({ type }) => type === 'engagement')
    expect(reports.map(({ engagedDelta, scroll, view: of }) => [engagedDelta, scroll, of === id])).toEqual(expect.arrayContaining([[4000, undefined, true], [3000, undefined, true], [undefined, 90, true]]))
    expect(stored.map(({ type }) => type).sort()).toEqual(['engagement', 'engagement', 'engagement', 'event', 'pageview'])
  })
})

describe('GA4: who it was', () => {
  const said = { client_id: 'c1', user_id: 'u1', ip_override: '203.0.113.7', user_agent: chrome, device: { language: 'de-ch', screen_resolution: '800x600' }, events: [view] }

  test('a server with a token says it', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await send(collector, { ...said, timestamp_micros: (noon - 3 * 86_400_000) * 1000 }, { ...withToken(collector), ...server })).status).toBe(204)
    expect(await collector.of('shop')).toMatchObject([{ user: 'u1', browser: 'Chrome', language: 'de-CH', screen: '800x600', time: noon - 3 * 86_400_000 }])
    for (const ip_override of ['203.0.113.7', '203.0.113.7', '198.51.100.9']) await send(collector, { ...said, user_id: '', ip_override }, { ...withToken(collector), ...server })
    expect(new Set((await collector.of('shop')).slice(1).map(({ visitor }) => visitor)).size).toBe(2)
  })

  test('of a stranger neither user nor address is believed, nor that it was days ago', async () => {
    const collector = await createDialectCollector({ aliases })
    await send(collector, said, server)
    await send(collector, { ...said, ip_override: '198.51.100.9' }, server)
    const old = await send(collector, { ...said, timestamp_micros: (noon - 3 * 86_400_000) * 1000 }, server)
    expect(old.headers.get('x-hit-refused')).toBe('timestamp_micros is too far from now')
    const stored = await collector.of('shop')
    expect(stored.map(({ user, browser }) => [user, browser])).toEqual([['', 'Chrome'], ['', 'Chrome']])
    expect(new Set(stored.map(({ visitor }) => visitor)).size).toBe(1)
  })

  test('a secret that is none is refused', async () => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, said, { path: `/mp/collect?measurement_id=${measurement}&api_secret=Googles` })
    expect([status, headers.get('x-hit-refused')]).toEqual([401, 'api_secret is no token of scope hits'])
    expect(await collector.of('shop')).toEqual([])
  })
})

describe('GA4: what is not counted', () => {
  test.each<[unknown, string]>([
    ['{"client_id":', 'body must be a JSON object'],
    ['[]', 'body must be a JSON object'],
    [{ events: [view] }, 'client_id is required'],
    [{ client_id: 'c1' }, 'events must be a list of events'],
    [{ client_id: 'c1', events: [] }, 'events must be a list of events'],
    [{ client_id: 'c1', events: [{ params: {} }] }, 'name is required for an event'],
    [{ client_id: 'c1', events: [{ name: {} }, null, 7] }, 'name is required for an event'],
    [{ client_id: 'c1', events: [{ ...view, params: { page_location: 'javascript:alert(1)' } }] }, 'page_location must be an absolute http(s) or ftp(s) URL'],
    [{ client_id: 'c1', events: [view], timestamp_micros: noon }, 'timestamp_micros is too far from now'],
  ])('%o: 204 as from Google, and a header says: %s', async (body, reason) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, body)
    expect([status, headers.get('x-hit-refused')]).toEqual([204, reason])
    expect([...(await collector.of('shop')), ...(await collector.of('default')), ...collector.errors]).toEqual([])
  })

  test('one bad event costs no other', async () => {
    const collector = await createDialectCollector({ aliases })
    const { headers } = await send(collector, { client_id: 'c1', events: [view, { name: '' }, signup] })
    expect(headers.get('x-hit-refused')).toBe('name is required for an event')
    expect(await collector.of('shop')).toHaveLength(2)
  })

  test('a robot\'s', async () => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, { client_id: 'c1', events: [view] }, { 'user-agent': 'Googlebot/2.1' })
    expect([status, headers.get('x-hit-dropped')]).toEqual([204, 'bot'])
  })

  test('GET, and what is too large', async () => {
    const collector = await createDialectCollector({ aliases })
    expect((await collector.send('/mp/collect?measurement_id=x')).status).toBe(405)
    expect((await send(collector, `"${'x'.repeat(140_000)}"`)).status).toBe(413)
  })

  test.each([
    ['deep', `{"client_id":"c","events":[{"name":"x","params":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}]}`],
    ['thousands of parameters', JSON.stringify({ client_id: 'c', events: [{ name: 'x', params: Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`p${n}`, n])) }] })],
    ['thousands of events', JSON.stringify({ client_id: 'c', events: Array.from({ length: 4000 }, () => ({ name: 'x' })) })],
    ['huge numbers', '{"client_id":"c","events":[{"name":"purchase","timestamp_micros":1e308,"params":{"value":1e308,"currency":"EUR","items":[{"quantity":1e308},null,[]]}}]}'],
    ['lone surrogates', '{"client_id":"\\ud800","user_id":"\\udfff","events":[{"name":"\\ud800","params":{"\\ud800":"\\udc00","page_title":"\\ud800"}}]}'],
    ['things in the place of texts', '{"client_id":{},"user_agent":[],"ip_override":7,"device":[],"events":[{"name":"x","params":[]}]}'],
  ])('SS37 whatever anybody sends: %s', async (_, body) => {
    const collector = await createDialectCollector({ aliases })
    const started = performance.now()
    const { status } = await send(collector, body)
    expect([status, collector.errors]).toEqual([204, []])
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('SS17 the validation endpoint', () => {
  const path = `/debug/mp/collect?measurement_id=${measurement}`

  test.each<[unknown, string[]]>([
    [{ client_id: 'c1', events: [view] }, []],
    [{ events: [{ name: 'a b' }, signup] }, ['VALUE_REQUIRED client_id', 'NAME_INVALID events[0].name']],
    [{ client_id: 'c1', events: Array.from({ length: 26 }, () => signup) }, ['EXCEEDED_MAX_ENTITIES events']],
    [{ client_id: 'c1' }, ['VALUE_INVALID events']],
    ['x', ['VALUE_INVALID ']],
  ])('%o', async (body, expected) => {
    const collector = await createDialectCollector({ aliases })
    const told = await send(collector, body, { path })
    expect([told.status, told.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    const { validationMessages } = JSON.parse(told.body) as { validationMessages: Record<string, string>[] }
    expect(validationMessages.map(({ validationCode, fieldPath }) => `${validationCode} ${fieldPath}`)).toEqual(expected)
    expect(await collector.of('shop')).toEqual([])
  })
})

describe('gtag: /g/collect', () => {
  const shared = { v: '2', tid: measurement, cid: 'c1.2', _p: '777', sr: '800x600', ul: 'de-ch', dl: shop, dt: 'Cart', dr: 'https://r.example/x', sid: '1', _s: '1' }
  const at = (more: Record<string, string>): string => `/g/collect?${new URLSearchParams({ ...shared, ...more }).toString()}`
  const headers = { origin: 'https://shop.example' }

  test('a page, by a beacon without a body', async () => {
    const collector = await createDialectCollector({ aliases })
    const told = await collector.send(at({ en: 'page_view', _fv: '1', _ss: '1' }), { method: 'POST', headers })
    expect([told.status, told.headers.get('access-control-allow-origin'), told.headers.get('access-control-allow-credentials')]).toEqual([204, 'https://shop.example', 'true'])
    expect(await collector.of('shop')).toMatchObject([{ type: 'pageview', url: shop, title: 'Cart', referrerHost: 'r.example', screen: '800x600', language: 'de-CH' }])
  })

  test('several events in lines, and the time on the page', async () => {
    const collector = await createDialectCollector({ aliases })
    await collector.send(at({ en: 'page_view' }), { headers })
    collector.clock.now += 9000
    const body = 'en=sign_up&ep.method=mail&epn.seats=3\r\nen=purchase&cu=EUR&epn.value=24.5&ep.transaction_id=T&pr1=idSKU~nmx&_et=10\nen=user_engagement&_et=4000'
    expect((await collector.send(at({}), { method: 'POST', body, headers })).status).toBe(204)
    const stored = await collector.of('shop')
    expect(stored.filter(({ type }) => type === 'event')).toMatchObject([
      { name: 'sign_up', props: { method: 'mail', seats: 3 }, url: shop },
      { name: 'purchase', revenue: { amount: '24.5', currency: 'EUR' }, props: { transaction_id: 'T', items: 1 } },
    ])
    const [page] = stored.filter(({ type }) => type === 'pageview')
    expect(stored.filter(({ type }) => type === 'engagement')).toMatchObject([{ engagedDelta: 4000, view: page!.view }])
  })

  test.each([
    ['G111', undefined],
    ['G100', false],
    ['G110', false],
    ['G101', undefined],
  ])('consent %s', async (gcs, forwarding) => {
    const collector = await createDialectCollector({ aliases })
    await collector.send(at({ en: 'page_view', gcs }), { headers })
    expect((await collector.of('shop')).map((hit) => hit.forwarding)).toEqual([forwarding])
  })

  test.each([
    [{ v: '1', en: 'page_view' }, 'v must be 2'],
    [{}, 'en is required'],
    [{ en: 'x', cid: '' }, 'cid is required'],
  ])('%o: %s', async (more, reason) => {
    const collector = await createDialectCollector({ aliases })
    const told = await collector.send(at(more), { headers })
    expect([told.status, told.headers.get('x-hit-refused')]).toEqual([204, reason])
    expect(await collector.of('shop')).toEqual([])
  })
})
