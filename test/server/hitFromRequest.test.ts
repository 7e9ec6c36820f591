import { decodeHit, idTime, isId, isRefusal, signUser } from '@treadlight/protocol'
import { clientOf, createProxyTest, hitFromRequest, titleOf, type HitFromRequestOptions, type HitOverrides } from '@treadlight/server'
import { expect, test } from 'vitest'

const now = () => Date.parse('2026-11-21T10:00:00.000Z')
const request = new Request('https://shop.example/cart?utm_source=news', { headers: { referer: 'https://r.example/' } })

test('PV09 takes URL with query, referrer and the server’s time from the request', () => {
  const hit = hitFromRequest(request, {}, { now })!
  expect(hit).toMatchObject({
    type: 'pageview',
    url: 'https://shop.example/cart?utm_source=news',
    title: '',
    referrer: 'https://r.example/',
    timestamp: '2026-11-21T10:00:00.000Z',
  })
  expect(isId(hit.id)).toBe(true)
  expect(idTime(hit.id)).toBe(now())
  expect(isRefusal(decodeHit(hit))).toBe(false)
})

test.each([
  ['url', 'https://other.example/'],
  ['title', 'Cart'],
  ['referrer', ''],
  ['timestamp', '2026-11-20T10:00:00.000Z'],
] as const)('PV10 %s can be set by hand on its own, also to nothing', (field, value) => {
  const plain = hitFromRequest(request, {}, { now })
  expect(hitFromRequest(request, { [field]: value }, { now })).toEqual({ ...plain, id: expect.any(String), [field]: value })
})

test('PV10 undefined is no override', () => {
  const overrides = { title: undefined, referrer: undefined } as object
  expect(hitFromRequest(request, overrides, { now })).toMatchObject({ title: '', referrer: 'https://r.example/' })
})

test('a request without Referer has none', () => {
  expect(hitFromRequest(new Request('https://shop.example/'))?.referrer).toBe('')
})

test.each<[why: string, overrides: HitOverrides, query: string, expected: string]>([
  ['T039: one of them leaves the others', { source: 'partner' }, '?utm_source=x&utm_medium=m', '?utm_source=partner&utm_medium=m'],
  ['T040: nothing is an override', { source: 'Partner ', medium: '', campaign: '' }, '?utm_medium=m&utm_campaign=c&a=1', '?a=1&utm_source=Partner+'],
  ['T041: undefined is none', { source: undefined, medium: undefined }, '?utm_source=x', '?utm_source=x'],
  ['no source, whatever it would be read from', { source: '' }, '?ref=r&gclid=1&a=1', '?a=1'],
  ['the click id stays beside a source', { source: 'news' }, '?gclid=1', '?gclid=1&utm_source=news'],
  ['a campaign', { campaign: 'spring sale' }, '', '?utm_campaign=spring+sale'],
])('PV10 %s', (_, overrides, query, expected) => {
  const hit = hitFromRequest(new Request(`https://shop.example/${query}`), overrides)!
  expect(new URL(hit.url).search).toBe(expected)
  expect(hit).not.toHaveProperty('source')
})

test('PV10 a time set by hand makes an id of that time, which is the day that the hit counts for', () => {
  const hit = hitFromRequest(request, { timestamp: '2026-11-20T10:00:00.000Z' }, { now })!
  expect(idTime(hit.id)).toBe(Date.parse('2026-11-20T10:00:00.000Z'))
})

test('AR08 a path is one of this site', () => {
  expect(hitFromRequest(request, { url: '/offer?a=1' })!.url).toBe('https://shop.example/offer?a=1')
})

test('PV20 there is no hit of who is impersonated, nor of who has opted out', async () => {
  const secret = 'a secret of at least thirty-two characters'
  expect(hitFromRequest(request, {}, { impersonator: 'staff' })).toBeNull()
  expect(hitFromRequest(request, { user: await signUser({ user: 'ada', impersonator: 'staff' }, secret) })).toBeNull()
  expect(hitFromRequest(request, { user: await signUser({ user: 'ada' }, secret) })).not.toBeNull()
  expect(hitFromRequest(new Request('https://shop.example/', { headers: { cookie: 'treadlight-optout=1' } }))).toBeNull()
})

test.each<[why: string, peer: string | undefined, forwardedFor: string | undefined, expected: string | undefined, proxies?: string[]]>([
  ['the peer', '192.0.2.7', undefined, '192.0.2.7'],
  ['a stranger says nothing for others', '192.0.2.7', '203.0.113.1', '192.0.2.7'],
  ['loopback is believed', '127.0.0.1', '203.0.113.1', '203.0.113.1'],
  ['in its IPv6 dress', '::ffff:127.0.0.1', '203.0.113.1', '203.0.113.1'],
  ['and by IPv6', '::1', '203.0.113.1', '203.0.113.1'],
  ['from the right', '127.0.0.1', '1.1.1.1, 203.0.113.1', '203.0.113.1'],
  ['past proxies that are trusted', '127.0.0.1', '1.1.1.1, 203.0.113.1, 10.0.0.5', '203.0.113.1', ['loopback', '10.0.0.0/8']],
  ['which are not, unless named', '127.0.0.1', '203.0.113.1, 10.0.0.5', '10.0.0.5'],
  ['a list replaces the default', '127.0.0.1', '203.0.113.1', '127.0.0.1', ['10.0.0.1']],
  ['a range of IPv6', '2001:db8::5', '203.0.113.1', '203.0.113.1', ['2001:db8::/32']],
  ['all are proxies', '127.0.0.1', '127.0.0.2, 127.0.0.3', '127.0.0.2'],
  ['with ports', '127.0.0.1', '203.0.113.1:5555', '203.0.113.1'],
  ['with ports, IPv6', '127.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
  ['what is no address is not trusted', '127.0.0.1', '203.0.113.1, unknown', 'unknown', ['loopback', '10.0.0.0/8']],
  ['nobody knows', undefined, '203.0.113.1', undefined],
])('SS26 the visitor’s address: %s', (_, address, forwardedFor, expected, proxies) => {
  const headers: HeadersInit = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
  const hit = hitFromRequest(new Request('https://shop.example/', { headers }), {}, { address, isTrusted: createProxyTest(proxies) })!
  expect(hit.client?.address).toBe(expected)
})

test.each<[why: string, options: HitFromRequestOptions, headers: Record<string, string>, expected: string]>([
  ['as it is', {}, {}, 'http://internal:3000/a?b=1'],
  ['strangers do not name it', { address: '192.0.2.7' }, { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }, 'http://internal:3000/a?b=1'],
  ['a trusted proxy says the scheme', { address: '127.0.0.1' }, { 'x-forwarded-proto': 'https' }, 'https://internal:3000/a?b=1'],
  ['and the host', { address: '127.0.0.1' }, { 'x-forwarded-proto': 'http, https', 'x-forwarded-host': 'shop.example' }, 'https://shop.example/a?b=1'],
  ['which is a host', { address: '127.0.0.1' }, { 'x-forwarded-host': 'evil.example/x?' }, 'http://internal:3000/a?b=1'],
  ['a scheme of pages', { address: '127.0.0.1' }, { 'x-forwarded-proto': 'javascript' }, 'http://internal:3000/a?b=1'],
  ['by setting', { origin: 'https://shop.example/ignored' }, {}, 'https://shop.example/a?b=1'],
])('PV09 the public URL: %s', (_, options, headers, expected) => {
  expect(hitFromRequest(new Request('http://internal:3000/a?b=1', { headers }), {}, options)!.url).toBe(expected)
})

test('SS36: what a hit takes from a request can be had for one that is put together by hand', () => {
  const request = new Request('https://shop.example/order', { headers: { 'user-agent': 'Firefox', 'accept-language': 'de', cookie: 'secret=1' } })
  expect(clientOf(request, { address: '192.0.2.7' })).toEqual({ address: '192.0.2.7', userAgent: 'Firefox', headers: { 'accept-language': 'de' } })
  expect(titleOf({ status: 200, headers: new Headers(), html: '<title>An order</title>' }, request)).toBe('An order')
})
