import { ga4, universalAnalytics, type Destination, type ForwardedHit } from '@treadlight/destinations'
import { createUniversalClient, createUniversalSender, sessionParameters } from '@treadlight/destinations/universal-analytics'
import { createId } from '@treadlight/protocol'
import { serve as listen } from 'srvx'
import { describe, expect, onTestFinished, test } from 'vitest'
import ua from 'universal-analytics'
import { chrome, createDialectCollector, type DialectCollector } from './sendAs.ts'

// Programs that speak Google's protocols, unmodified, and our own destinations, into our own dialects: all that changes is the URL.

const tid = 'UA-12345-1'
const measurement = 'G-ABC123'
const cid = '35009a79-1a05-49d7-b876-2b884d0f825b'

/** A collector on a port; the site of these clients is `shop`. */
async function startCollector(): Promise<DialectCollector & { url: string; host: string }> {
  const collector = await createDialectCollector({ aliases: { [tid]: 'shop', [measurement]: 'shop' }, now: Date.now })
  const server = listen({ fetch: collector.collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const url = server.url!.replace(/\/$/, '')
  return { ...collector, url, host: new URL(url).host }
}

describe('universal-analytics', () => {
  test('whatever it can send is counted, a batch in one request', async () => {
    const collector = await startCollector()
    const headers = { authorization: `Bearer ${collector.token}` }
    const visitor = ua(tid, cid, { hostname: collector.url, http: true, headers, uid: 'u1' })
    const told = await new Promise((resolve) => {
      visitor
        .pageview({ dp: '/cart?utm_source=news', dh: 'shop.example', dt: 'Cart', ua: chrome, uip: '203.0.113.7' })
        .event({ ec: 'video', ea: 'play', el: 'intro', ev: 3 })
        .exception('boom', false)
        .timing('c', 'v', 12)
        .transaction('T1', 24.5, 3, 1)
        .item(10, 2, 'sku', 'name')
        .send((error, requests) => resolve([error, requests]))
    })
    expect(told).toEqual([null, 1])
    const stored = await collector.of('shop')
    expect(stored.map(({ type, name = '' }) => `${type} ${name}`).sort()).toEqual(['event exception', 'event play', 'event purchase', 'event purchased item', 'event timing', 'pageview '])
    expect(stored.find(({ type }) => type === 'pageview')).toMatchObject({ url: 'https://shop.example/cart?utm_source=news', title: 'Cart', source: 'news', browser: 'Chrome', user: 'u1' })
    // The package hands the page of a chain on, to events as `p`.
    expect(stored.find(({ name }) => name === 'play')).toMatchObject({ path: '/cart', source: 'news' })
    expect(stored.find(({ name }) => name === 'purchase')).toMatchObject({ revenue: { amount: '24.5', currency: 'XXX' }, props: { transaction_id: 'T1', shipping: 3, tax: 1 } })
  })

  test('one hit, of a server without a token', async () => {
    const collector = await startCollector()
    const visitor = ua(tid, cid, { hostname: collector.url, http: true })
    const told = await new Promise((resolve) => visitor.pageview({ dl: 'https://shop.example/', ua: chrome }).send((error, requests) => resolve([error, requests])))
    expect(told).toEqual([null, 1])
    expect(await collector.of('shop')).toMatchObject([{ type: 'pageview', url: 'https://shop.example/', user: '' }])
  })
})

describe('SS09 our own client of Universal Analytics', () => {
  test.each(['GET', 'POST'] as const)('by %s', async (method) => {
    const collector = await startCollector()
    const client = createUniversalClient({
      general: { trackingId: tid },
      defaults: [sessionParameters({ clientId: cid, userAgentOverride: chrome })],
      cacheBuster: true,
      send: createUniversalSender({ host: collector.host, ssl: false, method }),
    })
    expect(await client.pageview({ locationUrl: 'https://shop.example/a', title: 'A' })).toEqual({ ok: true, status: 200 })
    expect(await client.event({ category: 'c', action: 'a', value: 0 })).toEqual({ ok: true, status: 200 })
    expect(await client.transaction({ transactionId: 'T', currency: 'EUR', items: [{ name: 'i', price: 10, quantity: 2 }], shipping: 3, tax: 1 })).toEqual([{ ok: true, status: 200 }, { ok: true, status: 200 }])
    const stored = await collector.of('shop')
    expect(stored.map(({ type, name = '' }) => `${type} ${name}`).sort()).toEqual(['event a', 'event purchase', 'event purchased item', 'pageview '])
    expect(stored.find(({ name }) => name === 'purchase')).toMatchObject({ revenue: { amount: '24', currency: 'EUR' } })
  })
})

/** What was sent, as a destination gets it. */
function hitOf(hit: Partial<ForwardedHit>, now: number): ForwardedHit {
  const id = createId(now)
  return { id, site: 'shop', type: 'pageview', time: now, url: 'https://shop.example/cart?utm_source=news', title: 'Cart', referrer: 'https://r.example/x', view: id, visitor: 'v1', session: '', user: 'u1', screen: '800x600', language: 'de-CH', userAgent: chrome, address: '203.0.113.0', ...hit }
}

async function deliver<T>(destination: Destination<T>, hits: readonly ForwardedHit[]): Promise<void> {
  const now = Date.now()
  const items = hits.map((hit) => destination.map(hit, { now })!)
  for (const { request, indexes } of destination.batch(items)) {
    const { url, method = 'POST', headers = {}, body: sent = null } = destination.sign ? await destination.sign(request, { now }) : request
    const response = await fetch(url, { method, headers, body: sent })
    const body = await response.text()
    const answer = { status: response.status, header: (name: string) => response.headers.get(name) ?? '', body }
    expect(destination.classify(answer, indexes.length)).toEqual({ kind: 'sent' })
    expect([answer.header('x-hit-refused'), answer.header('x-hit-dropped')]).toEqual(['', ''])
  }
}

const purchase: Partial<ForwardedHit> = { type: 'event', name: 'order', props: { plan: 'gold', seats: 3 }, revenue: { amount: '24.50', currency: 'EUR' } }
const described = { url: 'https://shop.example/cart?utm_source=news', title: 'Cart', referrer: 'https://r.example/x', source: 'news', user: 'u1', screen: '800x600', language: 'de-CH', browser: 'Chrome' }

describe('our destinations into our own dialects: the same hit again', () => {
  test('Google Analytics 4', async () => {
    const { url, token, of } = await startCollector()
    const time = Date.now() - 60_000
    const hits = [hitOf({}, time), hitOf(purchase, time + 1), hitOf({ type: 'engagement', engagedDelta: 4000, scroll: 80 }, time + 2)]
    await deliver(ga4({ measurementId: measurement, apiSecret: token, url }), hits)
    const stored = await of('shop')
    const at = (type: string): object => stored.find((hit) => hit.type === type)!
    expect(stored).toHaveLength(3)
    expect(at('pageview')).toMatchObject({ ...described, time })
    expect(at('event')).toMatchObject({ ...described, time: time + 1, name: 'order', props: { plan: 'gold', seats: 3, transaction_id: hits[1]!.id }, revenue: { amount: '24.5', currency: 'EUR' } })
    expect(at('engagement')).toMatchObject({ time: time + 2, engagedDelta: 4000, scroll: 80, view: (at('pageview') as { view: string }).view })
  })

  test('SS17 and its validation endpoint finds nothing wrong', async () => {
    const { url, token, of } = await startCollector()
    await deliver(ga4({ measurementId: measurement, apiSecret: token, url, debug: true }), [hitOf({}, Date.now()), hitOf(purchase, Date.now())])
    expect(await of('shop')).toEqual([])
  })

  test.each([
    ['a batch', {}],
    ['one by one', { batching: false }],
    ['by GET', { method: 'GET' as const }],
  ])('Universal Analytics, %s', async (_, options) => {
    const { host, token, of } = await startCollector()
    const time = Date.now() - 60_000
    const hits = [hitOf({}, time), hitOf({ ...purchase, interactive: false }, time + 1)]
    await deliver(universalAnalytics({ trackingId: tid, host, ssl: false, dimensions: { plan: 1 }, metrics: { seats: 2 }, headers: { authorization: `Bearer ${token}` }, ...options }), hits)
    const stored = await of('shop')
    const at = (type: string): object => stored.find((hit) => hit.type === type)!
    expect(stored).toHaveLength(2)
    expect(at('pageview')).toMatchObject(described)
    expect(at('event')).toMatchObject({ ...described, name: 'order', interactive: false, props: { dimension1: 'gold', metric2: 3, transaction_id: hits[1]!.id }, revenue: { amount: '24.50', currency: 'EUR' } })
    for (const hit of stored) expect(Math.abs(hit.time - time)).toBeLessThan(2000)
  })
})
