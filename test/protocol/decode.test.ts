import { decodeHit, isRefusal, readHits, textLimits } from '@treadlight/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const url = 'https://shop.example/cart?utm_source=news#top'
const id = '0197a2f0-1111-7abc-8def-0123456789ab'

describe('a hit at the door', () => {
  test('url, title, referrer and timestamp alone are a valid pageview', () => {
    const hit = { url, title: 'Cart', referrer: 'https://shop.example/', timestamp: '2026-11-21T10:00:00.000Z' }
    expect(decodeHit(hit)).toEqual({ type: 'pageview', ...hit })
  })

  test.each([
    ['nothing', undefined, 'hit'],
    ['null', null, 'hit'],
    ['a number', 1, 'hit'],
    ['a text', 'x', 'hit'],
    ['an array', [], 'hit'],
    ['no url', { title: 'x' }, 'url'],
    ['url null', { url: null }, 'url'],
    ['a relative url', { url: '/cart' }, 'url'],
    ['a script url', { url: 'javascript:alert(1)' }, 'url'],
    ['a data url', { url: 'data:text/html,x' }, 'url'],
    ['a url that is none once it is clean', { url: 'ftps://\u0001:80/' }, 'url'],
    ['an unknown type', { url, type: 'screenview' }, 'type'],
    ['a type by prototype', { url, type: 'constructor' }, 'type'],
    ['a random UUID', { url, id: '7f3e1f0e-1111-4abc-8def-0123456789ab' }, 'id'],
    ['an id that is a number', { url, id: 7 }, 'id'],
    ['a view that is no id', { url, view: 'x' }, 'view'],
    ['a timestamp in words', { url, timestamp: 'garbage' }, 'timestamp'],
    ['a timestamp without zone', { url, timestamp: '2026-11-21T10:00:00' }, 'timestamp'],
    ['the 31st of a month of 30', { url, timestamp: '2026-13-31T10:00:00Z' }, 'timestamp'],
    ['an event without name', { url, type: 'event' }, 'name'],
    ['an event with a blank name', { url, type: 'event', name: ' ' }, 'name'],
    ['engagement without view', { url, type: 'engagement' }, 'view'],
  ])('refuses %s, naming the field', (_, input, field) => {
    expect(decodeHit(input)).toMatchObject({ field, reason: expect.any(String) })
  })

  test.each(['http', 'https', 'ftp'])('PV08 takes %s URLs', (scheme) => {
    expect(decodeHit({ url: `${scheme}://e.example/` })).toMatchObject({ url: `${scheme}://e.example/` })
  })

  test.each(['android-app://com.example', '', 'not a url', '//evil'])('PV08 takes the referrer %j as it is', (referrer) => {
    expect(decodeHit({ url, referrer })).toMatchObject({ referrer })
  })

  test('a name makes an event of it', () => {
    expect(decodeHit({ url, name: 'signup' })).toMatchObject({ type: 'event', name: 'signup' })
    expect(decodeHit({ url, name: 'signup', type: 'pageview' })).not.toHaveProperty('name')
  })

  test('writes ids in lower case', () => {
    expect(decodeHit({ url, id: id.toUpperCase() })).toMatchObject({ id })
  })

  test.each([
    ['title', textLimits.title],
    ['referrer', textLimits.referrer],
    ['session', textLimits.session],
    ['language', textLimits.language],
  ] as const)('PV07 cuts %s behind %i code points, not through one', (field, limit) => {
    const exact = '🚲'.repeat(limit)
    expect(decodeHit({ url, [field]: exact })).toMatchObject({ [field]: exact })
    expect(decodeHit({ url, [field]: exact + '🚲' })).toMatchObject({ [field]: exact })
  })

  test('PV07 leaves the URL whole: attribution is still to be read from it', () => {
    const long = `https://e.example/?${'x'.repeat(5000)}&utm_source=news`
    expect(decodeHit({ url: long })).toMatchObject({ url: long })
  })

  test.each([
    ['NUL', 'a\u0000b', 'ab'],
    ['ESC', 'a\u001b[31mb', 'a[31mb'],
    ['a line break', 'a\r\nb', 'a b'],
    ['a right-to-left override', 'a\u202Eb', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['four-byte characters', 'a🚲b', 'a🚲b'],
    ['right-to-left text', 'שלום', 'שלום'],
  ])('input 6: %s in a title', (_, title, clean) => {
    expect(decodeHit({ url, title })).toMatchObject({ title: clean })
  })

  test.each([
    ['screen', 'huge'],
    ['screen', 1920],
    ['navigation', 'teleport'],
    ['engaged', Infinity],
    ['engaged', 'long'],
    ['scroll', null],
    ['language', {}],
    ['revenue', { amount: '1e999', currency: 'EUR' }],
    ['revenue', { amount: 5, currency: 'euro' }],
    ['revenue', { amount: { toString: 1 }, currency: 'EUR' }],
    ['revenue', { amount: [5], currency: 'EUR' }],
    ['props', []],
    ['props', 'x'],
    ['interactive', 'no'],
    ['webdriver', 'yes'],
    ['webdriver', false],
    ['forwarding', true],
    ['forwarding', 'false'],
    ['retimed', 1],
  ])('leaves out a malformed %s (%j) instead of losing the hit', (field, value) => {
    const hit = decodeHit({ url, [field]: value })
    expect(isRefusal(hit)).toBe(false)
    expect(hit).not.toHaveProperty(field)
  })

  test('input 8: numbers are finite, bounded, and money stays a decimal text', () => {
    const hit = decodeHit({ url, engaged: 1e12, scroll: -3, revenue: { amount: '1322.22', currency: 'usd' } })
    expect(hit).toMatchObject({ engaged: 86_400_000, scroll: 0, revenue: { amount: '1322.22', currency: 'USD' } })
  })

  test('input 7: names of prototypes are plain names', () => {
    const props = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as object
    const hit = decodeHit({ url, props }) as { props: Record<string, unknown> }
    expect(Object.entries(hit.props)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('keeps 30 properties of simple values, the first ones', () => {
    const props = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`p${index}`, index]))
    const hit = decodeHit({ url, props: { nested: { a: 1 }, list: [1], none: null, ...props } }) as { props: object }
    expect(Object.keys(hit.props)).toHaveLength(30)
    expect(hit.props).toMatchObject({ p0: 0, p29: 29 })
  })

  test.each<[what: string, client: unknown, decoded: unknown]>([
    ['what is understood', { address: '203.0.113.9', userAgent: 'a', headers: { dnt: '1', cookie: 'b', 'Sec-GPC': '1' }, more: 1 }, { address: '203.0.113.9', userAgent: 'a', headers: { dnt: '1' } }],
    ['long texts are cut', { userAgent: 'a'.repeat(600), headers: { 'sec-ch-ua': 'b'.repeat(2000) } }, { userAgent: 'a'.repeat(512), headers: { 'sec-ch-ua': 'b'.repeat(1000) } }],
    ['a long address is none', { address: '1'.repeat(65) }, {}],
    ['control characters go', { address: '203.0.113.9\u0000', userAgent: 'a\r\nb' }, { address: '203.0.113.9', userAgent: 'a b' }],
    ['malformed parts go', { address: 1, userAgent: {}, headers: [1] }, {}],
    ['what is no object is none', 'text', undefined],
    ['nothing', null, undefined],
  ])('a client: %s', (_, client, decoded) => {
    expect(decodeHit({ url, client })).toEqual({ type: 'pageview', url, title: '', referrer: '', ...(decoded !== undefined && { client: decoded }) })
  })

  test('whatever comes, it decodes or refuses, and what it decodes decodes again to the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.webUrl(), (json, url) => {
        const input = typeof json === 'object' && json !== null && !Array.isArray(json) ? { url, ...json } : json
        const once = decodeHit(input)
        if (!isRefusal(once)) expect(decodeHit(JSON.parse(JSON.stringify(once)))).toEqual(once)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a body', () => {
  test.each([
    ['one hit', JSON.stringify({ url }), 1],
    ['an array', JSON.stringify([{ url }, { url }]), 2],
    ['an envelope', JSON.stringify({ sentAt: 1, hits: [{ url }] }), 1],
  ])('holds %s', (_, body, count) => {
    expect(readHits(body)).toMatchObject({ hits: { length: count } })
  })

  test('reads sentAt as ISO 8601 or as ms', () => {
    expect(readHits('{"sentAt":"1970-01-01T00:00:01Z","hits":[1]}')).toMatchObject({ sentAt: 1000 })
    expect(readHits('{"sentAt":1000,"hits":[1]}')).toMatchObject({ sentAt: 1000 })
    expect(readHits('{"sentAt":"soon","hits":[1]}')).not.toHaveProperty('sentAt')
    expect(readHits('{"sentAt":1e300,"hits":[1]}')).not.toHaveProperty('sentAt')
  })

  test.each(['', '{"a":', 'null', '1', '"x"', '[]', '{"hits":{}}', '{"hits":[]}', '['.repeat(60_000)])(
    'inputs 4 and 5: refuses %.20j',
    (body) => {
      expect(readHits(body)).toMatchObject({ field: expect.any(String), reason: expect.any(String) })
    },
  )

  test('input 4: refuses more hits than anybody queues', () => {
    expect(readHits(JSON.stringify(Array(1001).fill(1)))).toMatchObject({ field: 'hits' })
  })
})
