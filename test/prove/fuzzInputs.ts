import { createId } from '@treadlight/protocol'
import fc from 'fast-check'
import { createAdminInputs } from './fuzzAdmin.ts'

/** One request, as it can be printed. */
export interface FuzzInput {
  method: string
  path: string
  headers: [name: string, value: string][]
  body: string | Uint8Array | undefined
  /** Of the client, as a server would know it. */
  ip: string
  /** Whether the owner's cookie goes along. */
  isOwner: boolean
}

/** Values that have broken somebody's server. */
const evil = [
  '', '0', '-0', '1e999', 'NaN', 'null', 'undefined', 'true', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty',
  '../../etc/passwd', '..%2f..%2f', 'a:b', 'a?b', 'x$', 'node_modules', '%', '%zz', '%00', '*', '.', '_', '\u0000', '\u001b[2J', '\r\nx: y', '\u202e',
  '\ud800', '\udfff\ud800', '\ufeff', '🚲', 'e\u0301', 'a'.repeat(3000), '('.repeat(600), '<img src=x onerror=alert(1)>', "' or 1=1 --", '=1+1', '${x}',
  'javascript:alert(1)', 'data:text/html,x', '//evil.example', 'http://a@b', 'http://[::1', 'https://a.example/', 'https://a.example/?utm_source=x#/y',
  'h3=__chunked__999999', '[object Object]', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-21T12:00:00Z', 'default',
]
const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units))
const evilText = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...evil) }, { weight: 1, arbitrary: fc.string({ maxLength: 30 }) }, { weight: 1, arbitrary: codeUnits })
const evilNumber = fc.constantFrom(0, -0, 1, -1, 2 ** 53 + 1, 1e300, 5e-324, 100, 86_400_001)
const nested = fc.constantFrom([], {}, [[]], [[[[[[[[]]]]]]]], { a: { b: { c: { d: { e: { f: 1 } } } } } }, [null], { length: 1e9 }, { toString: 1 }, JSON.parse('{"__proto__":{"polluted":1}}') as object)
const evilValue: fc.Arbitrary<unknown> = fc.oneof({ weight: 5, arbitrary: evilText }, { weight: 3, arbitrary: evilNumber }, { weight: 1, arbitrary: nested }, { weight: 1, arbitrary: fc.constantFrom(null, true, false) })

/** Times around a clock that stands still, as ids and as texts. */
const createTimes = (now: number): { id: fc.Arbitrary<unknown>; time: fc.Arbitrary<unknown> } => {
  const offset = fc.constantFrom(0, -1, -1000, -60_000, -3_600_000, -7_200_000, 3_600_000, -86_400_000, -86_400_000 * 7, -86_400_000 * 9, 86_400_000 * 2)
  return {
    // Few enough to come again sometimes, and most of them but once; its random part is the seed's.
    id: fc
      .tuple(offset, fc.oneof(fc.nat(20), fc.maxSafeNat()))
      .map(([ms, nth]) => `${createId(now + ms).slice(0, 15)}000-8000-${(nth % 2 ** 48).toString(16).padStart(12, '0')}`),
    time: offset.map((ms) => new Date(now + ms).toISOString()),
  }
}

/** Mostly hits that are understood, with something odd in them: what is refused at once proves little. */
function createHits(now: number): fc.Arbitrary<unknown> {
  const { id, time } = createTimes(now)
  const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 24, arbitrary: good }, { weight: 1, arbitrary: evilValue })
  const page = fc.constantFrom('https://a.example/', 'https://a.example/b?utm_source=news&gclid=x', 'http://localhost/#/c', 'https://b.example:8080/%zz')
  const hit = fc.record(
    {
      url: fc.oneof({ weight: 20, arbitrary: page }, { weight: 10, arbitrary: evilText.map((text) => `https://a.example/${text}`) }, { weight: 1, arbitrary: evilValue }),
      id: mostly(id),
      timestamp: mostly(time),
      type: mostly(fc.constantFrom('pageview', 'event', 'engagement')),
      view: mostly(id),
      name: evilValue,
      title: evilValue,
      referrer: evilValue,
      session: evilValue,
      user: evilValue,
      screen: mostly(fc.constant('1920x1080')),
      language: mostly(fc.constant('de-DE')),
      timezone: mostly(fc.constantFrom('Europe/Berlin', 'Mars/Olympus')),
      navigation: mostly(fc.constant('reload')),
      engaged: mostly(fc.nat()),
      scroll: mostly(fc.nat(200)),
      revenue: mostly(fc.record({ amount: evilValue, currency: mostly(fc.constant('EUR')) })),
      props: mostly(fc.dictionary(evilText, evilValue, { maxKeys: 4 })),
      site: mostly(fc.constant('default')),
      interactive: evilValue,
      webdriver: evilValue,
      retimed: evilValue,
      unknown: evilValue,
    },
    { requiredKeys: ['url'] },
  )
  const any = fc.oneof({ weight: 19, arbitrary: hit as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: evilValue })
  return fc.oneof(
    { weight: 6, arbitrary: any },
    { weight: 1, arbitrary: fc.array(any, { maxLength: 5 }) },
    { weight: 2, arbitrary: fc.record({ sentAt: mostly(fc.constantFrom(now, now - 3_600_000, now + 86_400_000 * 3)), hits: fc.array(any, { maxLength: 5 }) }) },
  )
}

const query = fc.record(
  {
    site_id: fc.oneof({ weight: 19, arbitrary: fc.constant('default' as unknown) }, { weight: 1, arbitrary: evilValue }),
    metrics: fc.oneof({ weight: 9, arbitrary: fc.uniqueArray(fc.constantFrom('visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'percentage', 'time_on_page', 'scroll_depth'), { minLength: 1, maxLength: 3 }) as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: evilValue }),
    date_range: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('day', '24h', '7d', '30d', 'month', 'all') as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: evilValue }, { weight: 1, arbitrary: fc.tuple(evilText, evilText) }),
    dimensions: fc.oneof({ weight: 9, arbitrary: fc.array(fc.constantFrom('event:page', 'visit:source', 'last:click_id', 'time', 'time:day', 'time:hour', 'event:name', 'event:props:__proto__'), { maxLength: 2 }) as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: evilValue }),
    filters: fc.oneof(fc.array(fc.tuple(fc.constantFrom('is', 'is_not', 'contains', 'not', 'and'), fc.constantFrom('event:page', 'visit:source', 'first:channel', 'event:props:constructor'), fc.array(evilText, { maxLength: 3 })), { maxLength: 3 }) as fc.Arbitrary<unknown>, evilValue),
    order_by: evilValue,
    pagination: fc.oneof(fc.record({ limit: evilNumber, offset: evilNumber }) as fc.Arbitrary<unknown>, evilValue),
    include: evilValue,
  },
  { requiredKeys: ['site_id', 'metrics', 'date_range'] },
)

const paths = [
  '/', '/hit', '/t.js', '/t.json', '/t.full.js', '/dashboard', '/dashboard/', '/api/health', '/api/session', '/api/sites', '/api/login', '/api/logout', '/api/v2/query',
  '/api/v1/stats/realtime/visitors', '/metrics', '/favicon.ico', '//api/sites', '/api/../api/sites', '/API/sites', '/api/%73ites', '/hit/', '/hit;x', '/%zz', '/api', '/privacy', '/api/drops', '/api/own-visits', '/api/tasks/prune', '/api/tasks/prune?dryRun=1', '/api/tasks/maintain', '/api/drops?days=1e9&site_id=x',
  '/share/', '/share/x/dashboard/', '/share/__proto__/api/sites', '/share/%zz/api/v2/query', '/api/hits/x', '/api/hits/%00', '/card.js', '/api/card', '/api/config', '/api/privacy', '/api/destinations/x/retry',
]
const path = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...paths) }, { weight: 1, arbitrary: evilText.map((text) => `/${encodeURIComponent(text.toWellFormed())}`) })
const search = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.array(fc.tuple(fc.constantFrom('hit', 'site_id', '__proto__', 'a[b]', 'days'), evilText), { maxLength: 4 }).map((pairs) => `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`) },
  { weight: 1, arbitrary: fc.constantFrom('?%zz', '?hit={}&hit={}', '?hit', '?&&==', `?${'a=1&'.repeat(500)}`) },
)
const method = fc.constantFrom('GET', 'POST', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'REPORT')
// What no HTTP header may hold never arrives as one.
const headerText = evilText.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').trim())
const headerName = fc.constantFrom(
  'user-agent', 'referer', 'origin', 'cookie', 'content-type', 'content-encoding', 'content-length', 'accept-encoding', 'accept-language', 'if-none-match', 'x-forwarded-for', 'forwarded',
  'cf-ipcountry', 'cf-ipcity', 'x-vercel-ip-country', 'x-vercel-ip-city', 'cloudfront-viewer-country', 'x-country', 'fastly-geo-country', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'sec-purpose', 'purpose', 'sec-gpc', 'dnt', 'sec-fetch-site', 'authorization', '__proto__', 'x-a',
)
const headers = fc.array(fc.tuple(headerName, headerText), { maxLength: 4 })
const ip: fc.Arbitrary<string> = fc.constantFrom('192.0.2.1', '2001:db8::1', '2001:db8:0:1::1', '::ffff:10.0.0.1', '', 'unknown', '__proto__')

/** Requests to everything that the collector answers, most of them hits. */
export function createFuzzInputs(now: number): fc.Arbitrary<FuzzInput> {
  const { id } = createTimes(now)
  const json = (value: unknown): string => JSON.stringify(value) ?? ''
  const post = (to: string, body: fc.Arbitrary<string | Uint8Array>, isOwner: fc.Arbitrary<boolean>, type: [string, string][], from = ip): fc.Arbitrary<FuzzInput> =>
    fc.record({ method: fc.constant('POST'), path: fc.constant(to), headers: headers.map((more) => [...type, ...more.filter(([name]) => name !== 'content-encoding')] as [string, string][]), body, ip: from, isOwner })
  const asJson: [string, string][] = [['content-type', 'application/json']]
  const hits = createHits(now).map(json)
  // One letter of a good body is another: parsers are left by other ways than whole nonsense is.
  const broken = fc.tuple(hits, fc.nat(), fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '0', 'e', '-', ' ', '\u0000', '')).map(([text, at, letter]) => text.slice(0, at % (text.length + 1)) + letter + text.slice((at % (text.length + 1)) + 1))
  return fc.oneof(
    { weight: 40, arbitrary: post('/hit', hits, fc.constant(false), []) },
    { weight: 8, arbitrary: post('/hit', broken, fc.constant(false), []) },
    { weight: 4, arbitrary: post('/hit', fc.uint8Array({ maxLength: 200 }), fc.constant(false), []) },
    { weight: 6, arbitrary: fc.tuple(createHits(now), ip, headers).map(([hit, from, more]): FuzzInput => ({ method: 'GET', path: `/hit?hit=${encodeURIComponent(json(hit).toWellFormed())}`, headers: more, body: undefined, ip: from, isOwner: false })) },
    { weight: 2, arbitrary: post('/api/v2/query', query.map(json), fc.constant(true), asJson) },
    { weight: 1, arbitrary: post('/api/v2/query', evilValue.map(json), fc.boolean(), asJson) },
    // From one network, which may try ten: each takes 75 ms to hash, on purpose.
    { weight: 1, arbitrary: post('/api/login', fc.record({ password: evilValue }).map(json), fc.boolean(), asJson, fc.constant('192.0.2.1')) },
    { weight: 1, arbitrary: post('/api/logout', evilValue.map(json), fc.constant(false), asJson) },
    { weight: 1, arbitrary: id.map((token): FuzzInput => ({ method: 'GET', path: '/api/session', headers: [['cookie', `treadlight=${String(token)}`]], body: undefined, ip: '192.0.2.9', isOwner: false })) },
    { weight: 8, arbitrary: createAdminInputs({ text: evilText, number: evilNumber, value: evilValue }, ip) },
    { weight: 20, arbitrary: fc.tuple(method, path, search, headers, ip, fc.boolean(), evilValue).map(([how, where, what, more, from, isOwner, body]): FuzzInput => ({ method: how, path: where + what, headers: more, body: how === 'GET' || how === 'HEAD' ? undefined : json(body), ip: from, isOwner })) },
  )
}
