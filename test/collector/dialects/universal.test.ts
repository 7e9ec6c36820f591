import { describe, expect, test } from 'vitest'
import { readUniversal } from '../../../packages/collector/src/dialects/universal/readUniversal.ts'
import { noon } from '../collector.ts'
import { bytesOf, chrome, createDialectCollector, type DialectCollector, type Told } from './sendAs.ts'

const tid = 'UA-12345-1'
const aliases = { [tid]: 'shop' }
/** Google's image, as it is described everywhere: 35 bytes. */
const image = '4749463839610100010080ff00ffffff0000002c00000000010001000002024401003b'

type Payload = Record<string, string | number>

const base = { v: 1, tid, cid: 'c1' }
const page = { ...base, t: 'pageview', dl: 'https://shop.example/cart?a=1' }
const event = { ...base, t: 'event', dl: 'https://shop.example/cart', ec: 'video', ea: 'play' }

const write = (payload: Payload): string => new URLSearchParams(Object.entries(payload).map(([name, value]) => [name, String(value)])).toString()

/** As `analytics.js` posts. */
function send(collector: DialectCollector, payload: Payload | string, path = '/collect', headers: Record<string, string> = {}): Promise<Told> {
  const body = typeof payload === 'string' ? payload : write(payload)
  return collector.send(path, { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } })
}

describe('Universal Analytics: what becomes of a payload', () => {
  test.each<[name: string, payload: Payload, expected: object]>([
    ['a page', { ...page, dt: 'Cart', dr: 'https://r.example/x', ul: 'de-ch', sr: '800x600', z: 1 }, { type: 'pageview', url: page.dl, path: '/cart', title: 'Cart', referrerHost: 'r.example', language: 'de-CH', screen: '800x600', time: noon, browser: 'Firefox', origin: 'browser' }],
    ['a page by host and path', { ...base, t: 'pageview', dh: 'shop.example', dp: '/a?b=1' }, { url: 'https://shop.example/a?b=1' }],
    ['a path that beats the location\'s', { ...page, dp: '/virtual' }, { url: 'https://shop.example/virtual' }],
    ['a host that beats the location\'s', { ...page, dh: 'www.shop.example' }, { url: 'https://www.shop.example/cart?a=1' }],
    ['a path that looks like a host', { ...base, t: 'pageview', dp: '//other.example/a' }, { url: 'https://shop.example//other.example/a' }],
    ['a path that looks like a URL', { ...base, t: 'pageview', dp: 'https://other.example/a' }, { hostname: 'shop.example' }],
    ['a host that is none', { ...base, t: 'pageview', dh: 'other.example/x@y', dp: '/a' }, { url: 'https://shop.example/a' }],
    ['neither', { ...base, t: 'pageview' }, { url: 'https://shop.example/' }],
    ['a campaign', { ...page, cs: 'news', cm: 'email', cn: 'spring', ck: 'k', cc: 'c' }, { source: 'news', medium: 'email', campaign: 'spring', path: '/cart' }],
    ['a campaign that the URL says too', { ...page, dl: 'https://shop.example/?utm_source=own#x', cs: 'news', cm: 'email' }, { source: 'own', medium: 'email', url: 'https://shop.example/?utm_source=own&utm_medium=email#x' }],
    ['a click on an advertisement', { ...page, gclid: 'g' }, { url: 'https://shop.example/cart?a=1&gclid=g' }],
    ['a while ago', { ...page, qt: 90_000 }, { time: noon - 90_000 }],
    ['dimensions, metrics and content groups', { ...page, cd1: 'gold', cm2: 3.5, cg1: 'news', cd3: '' }, { props: { dimension1: 'gold', metric2: 3.5, content_group1: 'news' } }],
    ['a screen', { ...base, t: 'screenview', cd: 'My Home', an: 'App', av: '2' }, { type: 'pageview', url: 'https://shop.example/My%20Home', title: 'My Home', props: { app: 'App', version: '2' } }],
    ['an event', { ...event, el: 'intro', ev: 0 }, { type: 'event', name: 'play', props: { category: 'video', label: 'intro', value: 0 } }],
    ['an event that nobody did', { ...event, ni: 1 }, { name: 'play', interactive: false }],
    ['a purchase as an event', { ...event, pa: 'purchase', ti: 'T1', tr: '24.50', cu: 'eur', pr1id: 's', pr1qt: 2, pr2nm: 'x' }, { name: 'play', revenue: { amount: '24.50', currency: 'EUR' }, props: { category: 'video', product_action: 'purchase', transaction_id: 'T1', items: 3 } }],
    ['a transaction', { ...base, t: 'transaction', ti: 'T', tr: 24, ts: 3, tt: 1, ta: 'A' }, { type: 'event', name: 'purchase', revenue: { amount: '24', currency: 'XXX' }, props: { transaction_id: 'T', shipping: 3, tax: 1, affiliation: 'A' } }],
    ['an item', { ...base, t: 'item', ti: 'T', in: 'n', ip: 10, iq: 2 }, { name: 'purchased item', interactive: false, props: { transaction_id: 'T', item: 'n', price: 10, quantity: 2 } }],
    ['a like', { ...base, t: 'social', sn: 'n', sa: 'like', st: 't' }, { name: 'social', props: { network: 'n', action: 'like', target: 't' } }],
    ['an exception', { ...base, t: 'exception', exd: 'boom', exf: 0 }, { name: 'exception', interactive: false, props: { description: 'boom', fatal: false } }],
    ['a timing', { ...base, t: 'timing', utc: 'c', utv: 'v', utt: 12, srt: 5 }, { name: 'timing', interactive: false, props: { category: 'c', variable: 'v', value: 12, response: 5 } }],
    ['a browser that the payload names', { ...page, ua: chrome }, { browser: 'Chrome' }],
    ['an id of nobody who vouches for it', { ...page, uid: 'u1' }, { user: '' }],
  ])('%s', async (_, payload, expected) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, payload)
    expect([status, headers.get('content-type'), headers.get('x-hit-dropped'), headers.get('x-hit-refused')]).toEqual([200, 'image/gif', null, null])
    expect(await collector.of('shop')).toMatchObject([expected])
  })

  test('a pageview with a purchase is both', async () => {
    const collector = await createDialectCollector({ aliases })
    await send(collector, { ...page, pa: 'purchase', ti: 'T1', tr: 5, cu: 'EUR' })
    const stored = await collector.of('shop')
    expect(stored.map(({ type, name, revenue }) => [type, name, revenue?.amount]).sort()).toEqual([['event', 'purchase', '5'], ['pageview', '', undefined]].map(([type, name, amount]) => [type, name || undefined, amount]))
  })
})

/** The article's `build_params`, as its worker posts them: M140. */
const article: Payload = { v: '1', z: '1048576', t: 'pageview', dt: 'Hello', dh: 'shop.example', dr: 'https://r.example/', dp: '/page/', tid: 'UA-xxxxxxxx-x', cid: 'V', uip: '203.0.113.7', ua: chrome }
const worker = { 'user-agent': 'python-requests/2.32.3', 'content-type': 'application/x-www-form-urlencoded' }

describe('AR11 the article\'s payload of eleven keys', () => {
  test('is a pageview, from a server that has no token', async () => {
    const collector = await createDialectCollector()
    const { status, headers } = await send(collector, article, '/collect', worker)
    expect([status, headers.get('x-hit-dropped')]).toEqual([200, null])
    expect(await collector.of('shop')).toMatchObject([{ type: 'pageview', url: 'https://shop.example/page/', title: 'Hello', referrerHost: 'r.example', browser: 'Chrome' }])
  })

  test('AR09 with a token in the collector\'s URL its visitors are told apart by their addresses', async () => {
    const collector = await createDialectCollector()
    const path = `/collect?api_secret=${collector.token}`
    for (const uip of ['203.0.113.7', '203.0.113.7', '198.51.100.9']) await send(collector, { ...article, uip }, path, worker)
    const stored = await collector.of('shop')
    expect(stored).toHaveLength(3)
    expect(new Set(stored.map(({ visitor }) => visitor)).size).toBe(2)
    expect(JSON.stringify(stored)).not.toContain(collector.token)
  })

  test('without a token an address that it says is nobody\'s', async () => {
    const collector = await createDialectCollector()
    for (const uip of ['203.0.113.7', '198.51.100.9']) await send(collector, { ...article, uip }, '/collect', worker)
    expect(new Set((await collector.of('shop')).map(({ visitor }) => visitor)).size).toBe(1)
  })

  test('M142 M143 where it has nothing for a title or a host', async () => {
    const collector = await createDialectCollector({ aliases: { 'UA-xxxxxxxx-x': 'shop' } })
    const { dt: _title, dh: _host, ...rest } = article
    await send(collector, { ...rest, dr: '', uip: '' }, '/collect', worker)
    expect(await collector.of('shop')).toMatchObject([{ url: 'https://shop.example/page/', title: '', referrer: '' }])
  })
})

describe('Universal Analytics: requests and answers', () => {
  test.each([
    ['GET', '/collect', 'image/gif', image],
    ['POST', '/collect', 'image/gif', image],
    ['GET', '/r/collect', 'image/gif', image],
    ['POST', '/j/collect', 'text/plain', ''],
  ])('%s %s is answered byte for byte', async (method, path, type, bytes) => {
    const { request, of } = await createDialectCollector({ aliases })
    const headers = { 'user-agent': chrome, origin: 'https://shop.example' }
    const response = await request(method === 'GET' ? `${path}?${write(page)}` : path, { method, headers, ...(method === 'POST' && { body: write(page) }) })
    expect([response.status, response.headers.get('content-type'), await bytesOf(response)]).toEqual([200, type, bytes])
    expect([response.headers.get('access-control-allow-origin'), response.headers.get('access-control-allow-credentials')]).toEqual(['https://shop.example', 'true'])
    expect(await of('shop')).toHaveLength(1)
  })

  test('a batch is a hit a line; a bad one costs no other', async () => {
    const collector = await createDialectCollector({ aliases })
    const lines = [page, { ...event, tid: '' }, event, { ...page, t: 'unknown' }].map(write)
    const { status, headers } = await send(collector, `${lines.join('\n')}\r\n`, '/batch')
    expect([status, headers.get('x-hit-refused')]).toEqual([200, 'tid is required'])
    expect((await collector.of('shop')).map(({ type }) => type).sort()).toEqual(['event', 'pageview'])
  })

  test.each<[Payload | string, string]>([
    ['', 'v is required'],
    [{ v: 1, tid }, 't is required'],
    [{ v: 1, tid, t: 'pageview' }, 'cid is required'],
    [{ ...page, v: 2 }, 'v must be 1'],
    [{ ...page, t: 'constructor' }, 't is no type of the protocol'],
    [{ ...page, dl: 'javascript:alert(1)' }, 'dl must be an absolute http(s) or ftp(s) URL'],
    [{ ...event, ea: ' ' }, 'ea is required for an event'],
    [{ ...page, qt: 864_000_000 }, 'qt is too far from now'],
  ])('%o is answered as Google does, and says in a header: %s', async (payload, reason) => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, payload)
    expect([status, headers.get('content-type'), headers.get('x-hit-refused')]).toEqual([200, 'image/gif', reason])
    expect([...(await collector.of('shop')), ...(await collector.of('default')), ...collector.errors]).toEqual([])
  })

  test('what is dropped says so', async () => {
    const collector = await createDialectCollector({ aliases })
    const { status, headers } = await send(collector, page, '/collect', { 'user-agent': 'Googlebot/2.1' })
    expect([status, headers.get('x-hit-dropped')]).toEqual([200, 'bot'])
  })

  test.each([
    [401, 'POST', `/collect?api_secret=wrong`, 'x'],
    [405, 'PUT', '/collect', 'x'],
    [413, 'POST', '/collect', `${write(page)}&dt=${'x'.repeat(16_384)}`],
  ])('%i is what Google would not say', async (status, method, path, body) => {
    const collector = await createDialectCollector({ aliases })
    const told = await collector.send(path, { method, body })
    expect(told.status).toBe(status)
    expect(told.headers.get('x-hit-refused')).not.toBeNull()
    expect(await collector.of('shop')).toEqual([])
  })

  test('a user and an address are a server\'s to say', async () => {
    const collector = await createDialectCollector({ aliases })
    await send(collector, { ...page, uid: 'u1', ua: chrome }, '/collect', { ...worker, authorization: `Bearer ${collector.token}` })
    expect(await collector.of('shop')).toMatchObject([{ user: 'u1', browser: 'Chrome' }])
  })

  test('clients of a server that says no addresses are told apart by their ids', async () => {
    const collector = await createDialectCollector({ aliases })
    for (const cid of ['a', 'b', 'a']) await send(collector, { ...page, cid, ua: chrome }, `/collect?api_secret=${collector.token}`, worker)
    expect(new Set((await collector.of('shop')).map(({ visitor }) => visitor)).size).toBe(2)
  })
})

describe('Universal Analytics: what anybody may send', () => {
  test('more dimensions than are kept cost no time', () => {
    const payload = new URLSearchParams(`${write(event)}&${Array.from({ length: 1000 }, (_, n) => `cd${n}=1`).join('&')}`)
    const began = process.cpuUsage()
    for (let n = 0; n < 100; n++) expect(readUniversal(payload)).toHaveLength(1)
    // 1800 ms where all of them were copied.
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(900)
  })

  test.each([
    ['thousands of parameters', Array.from({ length: 2500 }, (_, n) => `x${n}`).join('&')],
    ['dimensions without end', Array.from({ length: 900 }, (_, n) => `cd${n}=${n}`).join('&')],
    ['names of every object', '__proto__=1&constructor=2&cd__proto__=x'],
    ['broken escapes and lone surrogates', 'dt=%E0%A4%A&dp=%ED%A0%80&cd1=%ED%A0%80&%=%'],
    ['huge numbers', 'qt=1e999&ev=1e999&tr=9e99&cu=EUR&pa=purchase&pr1qt=1e300'],
    ['a header\'s line break', 'dh=%0d%0ax-evil:1&dr=%0d%0a&ul=%0d%0a'],
  ])('%s', async (_, more) => {
    const collector = await createDialectCollector({ aliases })
    const { status } = await send(collector, `${write(event)}&${more}`)
    expect([status, collector.errors]).toEqual([200, []])
    const [hit] = await collector.of('shop')
    expect(hit).toMatchObject({ type: 'event', name: 'play' })
    expect(Object.keys(hit!.props ?? {}).length).toBeLessThanOrEqual(30)
  })
})
