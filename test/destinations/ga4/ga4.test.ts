import { ga4, type ForwardedHit, type Ga4Options } from '@treadlight/destinations'
import type { Ga4Payload } from '@treadlight/destinations/universal-analytics'
import { describe, expect, test } from 'vitest'

const now = Date.parse('2026-11-21T10:00:00.000Z')
const day = 86_400_000

const pageview: ForwardedHit = {
  id: '0197a2f0-1111-7abc-8def-0123456789ab',
  site: 'shop',
  type: 'pageview',
  time: now,
  url: 'https://shop.example/cart',
  title: 'Cart',
  referrer: 'https://r.example/',
  view: '0197a2f0-1111-7abc-8def-0123456789ab',
  visitor: 'v1',
  session: '',
  user: '',
}

const create = (options: Partial<Ga4Options> = {}): ReturnType<typeof ga4> => ga4({ measurementId: 'G-1', apiSecret: 'a secret', ...options })

/** The bodies of the requests for these hits. */
function send(hits: Partial<ForwardedHit>[], options: Partial<Ga4Options> = {}): Ga4Payload[] {
  const destination = create(options)
  const items = hits.flatMap((hit) => destination.map({ ...pageview, ...hit }, { now }) ?? [])
  return destination.batch(items).map(({ request }) => JSON.parse(request.body!) as Ga4Payload)
}

const page = { page_location: 'https://shop.example/cart', page_title: 'Cart', page_referrer: 'https://r.example/' }
const here = { session_id: expect.stringMatching(/^\d{1,16}$/) as string, engagement_time_msec: 1 }
const id = { treadlight_id: pageview.id }
const event: Partial<ForwardedHit> = { type: 'event', name: 'signup' }

describe('a hit in the words of Google Analytics 4', () => {
  test('a pageview, and who is meant', () => {
    expect(send([{ user: 'u1', language: 'de-DE', screen: '800x600', userAgent: 'Mozilla/5.0', address: '192.0.2.0' }])).toEqual([
      {
        client_id: 'v1',
        user_id: 'u1',
        timestamp_micros: now * 1000,
        consent: { ad_user_data: 'DENIED', ad_personalization: 'DENIED' },
        ip_override: '192.0.2.0',
        user_agent: 'Mozilla/5.0',
        device: { language: 'de-de', screen_resolution: '800x600' },
        events: [{ name: 'page_view', params: { ...page, ...here, ...id } }],
      },
    ])
  })

  test.each<[string, Partial<ForwardedHit>, object]>([
    ['the session, where the site keeps one', { session: 's1' }, { client_id: 's1' }],
    ['nobody\'s is a client of its own', { visitor: '' }, { client_id: pageview.id }],
    ['a place takes the address\'s', { country: 'DE', region: 'DE-BE', city: 'Berlin', address: '192.0.2.0' }, { user_location: { country_id: 'DE', region_id: 'DE-BE', city: 'Berlin' } }],
  ])('%s', (_, hit, expected) => {
    const [payload] = send([hit])
    expect(payload).toMatchObject(expected)
    if ('user_location' in expected) expect(payload).not.toHaveProperty('ip_override')
  })

  test.each<[string, Partial<ForwardedHit>, object[]]>([
    ['a campaign comes first', { campaign: 'spring', source: 'news', medium: 'email' }, [{ name: 'campaign_details', params: { campaign: 'spring', source: 'news', medium: 'email', ...here } }, { name: 'page_view', params: { ...page, ...here, ...id } }]],
    ['an event', { ...event, props: { plan: 'gold', paid: true, n: 0 } }, [{ name: 'signup', params: { ...page, ...here, ...id, plan: 'gold', paid: true, n: 0 } }]],
    ['that nobody did', { ...event, interactive: false }, [{ name: 'signup', params: { ...page, session_id: here.session_id, non_interaction: true, ...id } }]],
    ['a purchase', { ...event, name: 'purchase', revenue: { amount: '24.50', currency: 'EUR' } }, [{ name: 'purchase', params: { ...page, ...here, ...id, value: 24.5, currency: 'EUR', transaction_id: pageview.id } }]],
    ['a purchase with its number', { ...event, revenue: { amount: '1', currency: 'EUR' }, props: { transaction_id: 'T' } }, [{ name: 'signup', params: { ...page, ...here, ...id, value: 1, currency: 'EUR', transaction_id: 'T' } }]],
    ['engaged time since the last report', { type: 'engagement', engagedDelta: 4000, engaged: 9000, scroll: 80 }, [{ name: 'page_engagement', params: { ...page, session_id: here.session_id, ...id, engagement_time_msec: 4000, percent_scrolled: 80 } }]],
    ['a running total is not added up', { type: 'engagement', engaged: 9000 }, [{ name: 'page_engagement', params: { ...page, session_id: here.session_id, ...id, engaged_total_msec: 9000 } }]],
    ['names that are Google\'s', { ...event, props: { session_id: 'x', ga_y: 1, 'a b': 2, 7: 3, __proto__x: 4 } }, [{ name: 'signup', params: { ...page, ...here, ...id, p_7: 3, p_session_id: 'x', p_ga_y: 1, a_b: 2, p__proto__x: 4 } }]],
  ])('%s', (_, hit, events) => expect(send([hit])[0]!.events).toEqual(events))

  test('a prop called __proto__ is one like others', () => {
    const props = JSON.parse('{"__proto__":"x"}') as Record<string, string>
    expect(send([{ ...event, props }])[0]!.events[0]!.params['p__proto__']).toBe('x')
  })

  test('engagement that says nothing is not sent', () => expect(send([{ type: 'engagement' }])).toEqual([]))

  test.each(['session_start', 'first_visit', 'ga_x', 'firebase_x', 'google_x', 'user_engagement'])('G12 %s is reserved: a dead letter instead of silence', (name) => {
    expect(() => send([{ ...event, name }])).toThrow(`${name} is a reserved event name`)
  })

  test('G11 G29 within the limits', () => {
    const props = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${'x'.repeat(50)}`.slice(0, 38) + n, '€'.repeat(200)]))
    const [{ name, params }] = send([{ ...event, name: '名'.repeat(60), url: `https://shop.example/${'a'.repeat(1500)}`, title: '😀'.repeat(400), referrer: `https://r.example/${'a'.repeat(500)}`, props }])[0]!.events as [Ga4Payload['events'][0]]
    expect(name).toBe('名'.repeat(40))
    expect(Object.keys(params)).toHaveLength(25)
    expect(Object.keys(params).every((key) => key.length <= 40)).toBe(true)
    const lengths = ['page_location', 'page_title', 'page_referrer', 'x'.repeat(38) + '0'].map((key) => [...String(params[key])].length)
    expect(lengths).toEqual([1000, 300, 420, 100])
    expect(params).toMatchObject(here)
  })
})

describe('requests', () => {
  test('G32 two visitors are never in one', () => {
    const bodies = send([{ visitor: 'a' }, { visitor: 'b' }, { visitor: 'a', user: 'u' }, { visitor: 'a' }])
    expect(bodies.map(({ client_id, user_id, events }) => [client_id, user_id, events.length])).toEqual([['a', undefined, 2], ['b', undefined, 1], ['a', 'u', 1]])
  })

  test('say of each hit where it went, and when it happened', () => {
    const destination = create()
    const items = [{ visitor: 'a' }, { visitor: 'b' }, { visitor: 'a', time: now - 1000 }].map((hit) => destination.map({ ...pageview, ...hit }, { now })!)
    const [first, second] = destination.batch(items)
    expect([first!.indexes, second!.indexes]).toEqual([[0, 2], [1]])
    const { timestamp_micros, events } = JSON.parse(first!.request.body!) as Ga4Payload
    expect([timestamp_micros, ...events.map((at) => at.timestamp_micros)]).toEqual([now * 1000, undefined, (now - 1000) * 1000])
  })

  test('hold at most 25 events and 130 kB', () => {
    expect(send(Array.from({ length: 60 }, () => ({}))).map(({ events }) => events.length)).toEqual([25, 25, 10])
    const props = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`p${n}`, '\u0001€'.repeat(50)]))
    const bodies = send(Array.from({ length: 60 }, () => ({ ...event, url: `https://shop.example/?${'€'.repeat(900)}`, props })))
    expect(bodies.flatMap(({ events }) => events)).toHaveLength(60)
    expect(bodies.length).toBeGreaterThan(3)
    for (const body of bodies) expect(new TextEncoder().encode(JSON.stringify(body)).length).toBeLessThan(130_000)
  })

  test('go to each site\'s own stream; a site without one has none', () => {
    const destination = create({ measurementId: { shop: 'G-1', blog: 'G-2' } })
    const items = ['blog', 'shop', 'blog', 'other'].flatMap((site) => destination.map({ ...pageview, site }, { now }) ?? [])
    expect(destination.batch(items).map(({ request, indexes }) => [request.url, indexes])).toEqual([
      ['https://www.google-analytics.com/mp/collect?measurement_id=G-2', [0, 2]],
      ['https://www.google-analytics.com/mp/collect?measurement_id=G-1', [1]],
    ])
  })

  test('SS34 get the secret when they leave, and it is known as one', async () => {
    const destination = create({ url: 'https://region1.google-analytics.com/' })
    const [{ request }] = destination.batch([destination.map(pageview, { now })!]) as [ReturnType<typeof destination.batch>[0]]
    expect(JSON.stringify(request)).not.toContain('secret')
    expect((await destination.sign!(request, { now })).url).toBe('https://region1.google-analytics.com/mp/collect?measurement_id=G-1&api_secret=a%20secret')
    expect(destination.secrets).toEqual(['a secret', 'a%20secret'])
  })

  test('G33 what is older than 72 hours is not sent', () => {
    expect(create().maxAge).toBe(3 * day)
    expect(() => send([{ time: now - 3 * day - 1 }])).toThrow('is more than 72 hours old')
    expect(send([{ time: now - 3 * day }])).toHaveLength(1)
  })
})

describe('SS17 debug', () => {
  test('asks the validation endpoint about each hit', () => {
    const destination = create({ debug: true })
    const item = destination.map(pageview, { now })!
    const requests = destination.batch([item, item]).map(({ request }) => request)
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/debug/mp/collect', '/debug/mp/collect'])
    expect(JSON.parse(requests[0]!.body!)).toMatchObject({ validation_behavior: 'ENFORCE_RECOMMENDATIONS' })
  })

  test.each([
    [200, '{"validationMessages":[]}', { kind: 'sent' }],
    [200, '{"validationMessages":[{"fieldPath":"events","description":"Event at index: [0] has invalid name [x y].","validationCode":"NAME_INVALID"},null]}', { kind: 'dead', reason: 'NAME_INVALID events Event at index: [0] has invalid name [x y].; is invalid' }],
    [200, 'x', { kind: 'sent' }],
    [503, '', { kind: 'retry', reason: 'answered 503' }],
  ])('%i %s', (status, body, verdict) => expect(create({ debug: true }).classify({ status, body, header: () => '' }, 1)).toEqual(verdict))
})

test('a session is a visitor\'s day', () => {
  const sessionOf = (hit: Partial<ForwardedHit>): unknown => send([hit])[0]!.events[0]!.params['session_id']
  expect(sessionOf({})).toBe(sessionOf({ time: now + 3_600_000, url: 'https://shop.example/other' }))
  const sessions = [sessionOf({}), sessionOf({ visitor: 'v2' }), sessionOf({ time: now - day }), sessionOf({ site: 'blog' })]
  expect(new Set(sessions).size).toBe(4)
  const many = new Set(Array.from({ length: 20_000 }, (_, n) => sessionOf({ visitor: `visitor ${n}` })))
  expect(many.size).toBe(20_000)
})

test('without a secret there is an error that says where it is', () => {
  expect(() => create({ apiSecret: '' })).toThrow('Measurement Protocol API secrets')
})
