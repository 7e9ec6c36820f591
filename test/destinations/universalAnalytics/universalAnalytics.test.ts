import { defineDestination, universalAnalytics, type ForwardedHit, type UniversalAnalyticsOptions } from '@treadlight/destinations'
import { describe, expect, test } from 'vitest'

const now = Date.parse('2026-11-21T10:00:00.000Z')

const pageview: ForwardedHit = {
  id: '0197a2f0-1111-7abc-8def-0123456789ab',
  site: 'shop',
  type: 'pageview',
  time: now,
  url: 'https://shop.example/cart?a=1',
  title: 'Cart',
  referrer: 'https://r.example/',
  view: '0197a2f0-1111-7abc-8def-0123456789ab',
  visitor: 'v1',
  session: '',
  user: '',
}

const base = { v: 1, tid: 'UA-1-1', ds: 'web', dl: 'https://shop.example/cart?a=1', dt: 'Cart', cid: 'v1', dr: 'https://r.example/' }

const map = (hit: Partial<ForwardedHit>, options: Partial<UniversalAnalyticsOptions> = {}): unknown =>
  universalAnalytics({ trackingId: 'UA-1-1', ...options }).map({ ...pageview, ...hit }, { now })

describe('SS01 a hit in the words of Universal Analytics', () => {
  test.each<[string, Partial<ForwardedHit>, Partial<UniversalAnalyticsOptions>, object]>([
    ['a pageview', {}, {}, { ...base, t: 'pageview' }],
    ['of a while ago', { time: now - 90_000 }, {}, { ...base, t: 'pageview', qt: 90_000 }],
    ['of a clock ahead', { time: now + 90_000 }, {}, { ...base, t: 'pageview' }],
    ['of a user and a session', { user: 'u1', session: 's1' }, {}, { ...base, t: 'pageview', cid: 's1', uid: 'u1' }],
    ['of nobody', { visitor: '' }, {}, { ...base, t: 'pageview', cid: pageview.id }],
    [
      'of a browser',
      { address: '192.0.2.0', userAgent: 'Mozilla/5.0', screen: '800x600', language: 'de', country: 'DE' },
      {},
      { ...base, t: 'pageview', uip: '192.0.2.0', ua: 'Mozilla/5.0', sr: '800x600', ul: 'de' },
    ],
    ['of a country', { country: 'DE' }, {}, { ...base, t: 'pageview', geoid: 'DE' }],
    [
      'of a campaign',
      { source: 'news', medium: 'email', campaign: 'spring', term: 't', content: 'c' },
      {},
      { ...base, t: 'pageview', cs: 'news', cm: 'email', cn: 'spring', ck: 't', cc: 'c' },
    ],
    ['of a source that a referrer tells', { source: 'Google', medium: 'organic' }, {}, { ...base, t: 'pageview' }],
    ['an event', { type: 'event', name: 'signup' }, {}, { ...base, t: 'event', ec: 'event', ea: 'signup' }],
    [
      'an event that says more',
      { type: 'event', name: 'play', interactive: false, props: { category: 'video', label: 'intro', value: 7.4, plan: 'gold', n: 0 } },
      { dimensions: { plan: 1, id: 2, none: 3 }, metrics: { n: 4 } },
      { ...base, t: 'event', ec: 'video', ea: 'play', el: 'intro', ev: 7, ni: 1, cd1: 'gold', cd2: pageview.id, cm4: '0' },
    ],
    [
      'a purchase',
      { type: 'event', name: 'order', revenue: { amount: '24.00', currency: 'EUR' }, props: { transaction_id: 'T1' } },
      {},
      { ...base, t: 'event', ec: 'event', ea: 'order', pa: 'purchase', ti: 'T1', tr: '24.00', cu: 'EUR' },
    ],
    ['what a site adds', {}, { parameters: { aip: 1, ds: 'shop' } }, { ...base, t: 'pageview', aip: 1, ds: 'shop' }],
  ])('%s', (_, hit, options, expected) => expect(map(hit, options)).toEqual(expected))

  test.each<[string, Partial<ForwardedHit>, Partial<UniversalAnalyticsOptions>]>([
    ['a POST', { url: `https://shop.example/${'€'.repeat(1000)}` }, {}],
    ['a GET that must stay one', { url: `https://shop.example/${'a'.repeat(2000)}` }, { method: 'GET', postFallback: false }],
  ])('SS15 SS16 what is too long for %s costs no other hit of its batch', (_, hit, options) => expect(() => map(hit, options)).toThrow('is too large'))

  test('has no engagement', () => expect(map({ type: 'engagement', engaged: 5 })).toBeUndefined())
})

describe('requests', () => {
  const items = (count: number, length = 10): { dt: string }[] => Array.from({ length: count }, (_, i) => ({ dt: `${i}`.padEnd(length, '.') }))
  const batch = (list: { dt: string }[], options: Partial<UniversalAnalyticsOptions> = {}): [string, number[]][] =>
    universalAnalytics({ trackingId: 'UA-1-1', ...options })
      .batch(list)
      .map(({ request, indexes }) => [`${request.method} ${new URL(request.url).pathname}`, [...indexes]])

  test.each<[string, number, number, Partial<UniversalAnalyticsOptions>, [string, number][]]>([
    ['one', 1, 10, {}, [['POST /collect', 1]]],
    ['several', 3, 10, {}, [['POST /batch', 3]]],
    ['more than twenty', 41, 10, {}, [['POST /batch', 20], ['POST /batch', 20], ['POST /batch', 1]]],
    ['long ones', 5, 4000, {}, [['POST /batch', 3], ['POST /batch', 2]]],
    ['where each is for itself', 2, 10, { batching: false }, [['POST /collect', 1], ['POST /collect', 1]]],
    ['by GET', 2, 10, { method: 'GET' }, [['GET /collect', 1], ['GET /collect', 1]]],
    ['to be judged', 2, 10, { debug: true }, [['POST /debug/collect', 1], ['POST /debug/collect', 1]]],
  ])('of %s', (_, count, length, options, expected) => {
    const requests = batch(items(count, length), options)
    expect(requests.map(([path, indexes]) => [path, indexes.length])).toEqual(expected)
    expect(requests.flatMap(([, indexes]) => indexes)).toEqual([...Array(count).keys()])
  })

  test('hold no more than a batch may, and a line for each hit', () => {
    const destination = universalAnalytics({ trackingId: 'UA-1-1' })
    for (const { request, indexes } of destination.batch(items(20, 3000))) {
      expect(request.body!.length).toBeLessThanOrEqual(16_000)
      expect(request.body!.split('\n')).toHaveLength(indexes.length)
    }
    expect(() => destination.batch(items(2, 8000))).toThrow('a hit of 8003 bytes is too large')
  })
})

test('SS34 a collector\'s token goes along when a request leaves, and is known as a secret', async () => {
  const destination = universalAnalytics({ trackingId: 'UA-1-1', headers: { authorization: 'Bearer x' } })
  const [{ request }] = destination.batch([destination.map(pageview, { now })!]) as [ReturnType<typeof destination.batch>[0]]
  expect(JSON.stringify(request)).not.toContain('Bearer')
  expect((await destination.sign!(request, { now })).headers).toEqual({ 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer x' })
  expect(destination.secrets).toEqual(['Bearer x'])
})

test.each([
  [200, '{"hitParsingResult":[{"valid":true,"parserMessage":[]}]}', { kind: 'sent' }],
  [200, '{"hitParsingResult":[{"valid":false,"parserMessage":[{"messageType":"ERROR","description":"no","parameter":"tid"}]}]}', { kind: 'dead', reason: 'ERROR no tid' }],
  [500, '', { kind: 'retry', reason: 'answered 500' }],
])('SS17 SS38 a judgement in debug mode: %i %s', (status, body, verdict) => {
  expect(universalAnalytics({ trackingId: 'UA-1-1', debug: true }).classify({ status, body, header: () => '' }, 1)).toEqual(verdict)
})

test('SS08 another system of the same parameters, without touching ours', () => {
  const { map: toParameters } = universalAnalytics({ trackingId: 'UA-1-1' })
  const toy = defineDestination<string>({
    name: 'toy',
    map: (hit, context) => JSON.stringify(toParameters(hit, context)),
    batch: (lines) => [{ request: { url: 'https://toy.example/', body: lines.join('\n') }, indexes: [...lines.keys()] }],
  })
  expect(JSON.parse(toy.map(pageview, { now })!)).toEqual({ ...base, t: 'pageview' })
})
