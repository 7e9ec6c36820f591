import { createId, textLimits, type HitAnswer } from '@treadlight/protocol'
import { createReferenceStore, createStore } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createLog } from '../../../packages/collector/src/log.ts'
import { garbageCollector } from '../../process/garbageCollector.ts'
import { createTestCollector, noon } from '../collector.ts'

// What goes wrong in the hit itself.

const url = 'https://a.example/'
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

test.each([
  ['a million zeros', `[${'0,'.repeat(999_999)}0]`, 413],
  ['30,000 zeros', `[${'0,'.repeat(29_999)}0]`, 400],
  ['a number', '1', 400],
  ['a text', '"x"', 400],
  ['true', 'true', 400],
  ['an array of nothing', '[null]', 400],
  ['no hits', '{"hits":[]}', 400],
  ['hits that are none', '{"hits":{"length":1}}', 400],
])('input 4: %s', async (_, body, status) => {
  const { post, errors } = createTestCollector()
  expect((await post(body)).status).toBe(status)
  expect(errors).toEqual([])
})

describe('input 5: nested too deep', () => {
  test.each([
    ['5,000 arrays', '['.repeat(5000) + ']'.repeat(5000), 400],
    ['5,000 objects', nested(5000), 400],
    ['100,000 arrays', '['.repeat(100_000) + ']'.repeat(100_000), 413],
    ['a field that nobody knows', `{"url":"${url}","x":${nested(9000)}}`, 400],
    ['props', `{"url":"${url}","props":{"a":${nested(9000)}}}`, 400],
    ['a hit of a wrong clock, which would be sent back', `{"id":"${createId(0)}","url":"${url}","x":${nested(9000)}}`, 400],
    ['one level too many', `{"url":"${url}","x":${nested(5)}}`, 400],
    ['as deep as may be', `{"url":"${url}","x":${nested(4)}}`, 201],
  ])('%s', async (_, body, status) => {
    const { post, errors } = createTestCollector()
    expect((await post(body)).status).toBe(status)
    expect(errors).toEqual([])
  })

  test('costs the other hits of its request nothing', async () => {
    const { post } = createTestCollector()
    const response = await post(`[{"url":"${url}"},{"url":"${url}","x":${nested(100)}}]`)
    expect(await response.json()).toMatchObject({ stored: 1, refused: [{ index: 1, field: 'hit' }] })
  })
})

describe('input 6: text that is none', () => {
  test('bytes that are no UTF-8, and 10,000 combining marks, are stored as well-formed text', async () => {
    const { request, post, stored } = createTestCollector()
    const bytes = Buffer.concat([Buffer.from(`{"url":"${url}","title":"a`), Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]), Buffer.from('b"}')])
    expect((await request('/hit', { method: 'POST', body: bytes })).status).toBe(201)
    expect((await post({ url, title: `a${'\u0301'.repeat(10_000)}` })).status).toBe(201)
    for (const { title } of await stored()) {
      expect(title.isWellFormed()).toBe(true)
      expect(title.length).toBeLessThanOrEqual(textLimits.title)
    }
  })

  test('whatever it is, the store gives back what the collector put in', async () => {
    const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units))
    await fc.assert(
      fc.asyncProperty(codeUnits, async (title) => {
        const store = await createStore({ storage: createStorage(), durability: 'volatile', now: () => noon })
        const { post, stored } = createTestCollector({ store })
        expect((await post({ url, title, props: { [title]: title } })).status).toBe(201)
        const [hit] = await stored()
        // oxlint-disable-next-line no-control-regex -- control characters are what must be gone
        expect(JSON.stringify(hit)).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]|\\u00[01]/)
        expect(hit!.title.isWellFormed()).toBe(true)
        await store.close()
      }),
      { numRuns: 100 },
    )
  })
})

const prototypeNames = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']

test.each(prototypeNames)('input 7: %s is a plain name wherever it stands', async (name) => {
  const { post, store, stored } = createTestCollector()
  const hit = `{"url":"https://a.example/${name}?utm_source=${name}","type":"event","name":"${name}","title":"${name}","session":"${name}","props":{"${name}":"polluted"},"${name}":{"polluted":true}}`
  expect((await post(hit)).status).toBe(201)
  expect((await post({ url, site: name })).headers.get('x-hit-dropped')).toBe('site')
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect((await stored())[0]).toMatchObject({ path: `/${name}`, source: name.toLowerCase(), name })
  for (const dimension of ['event:page', 'visit:source', `event:props:${name}`] as const) {
    const range = { from: noon - 86_400_000, to: noon + 86_400_000 }
    const { rows } = await store.query({ site: 'default', timezone: 'UTC', range, metrics: ['events'], dimensions: [dimension] })
    expect(rows).toHaveLength(1)
    expect(rows[0]!.metrics).toEqual([1])
  }
})

test.each(['1e999', '-1e999', '-0', '"NaN"', '9007199254740993', '"123"', 'null', '[]'])('input 8: the number %s', async (number) => {
  const { post, stored } = createTestCollector()
  const fields = `"engaged":${number},"scroll":${number},"revenue":{"amount":${number},"currency":"EUR"},"props":{"n":${number}}`
  expect((await post(`{"url":"${url}",${fields}}`)).status).toBe(201)
  const [{ engaged, scroll, revenue, props } = {}] = await stored()
  for (const value of [engaged, scroll]) if (value !== undefined) expect(value >= 0 && Number.isFinite(value)).toBe(true)
  if (revenue) expect(revenue.amount).toMatch(/^-?\d{1,15}(\.\d{1,6})?$/)
  for (const value of Object.values(props ?? {})) expect(value).not.toBe(Infinity)
})

const times = ['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '-000001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', 'NaN', '2026-02-30T25:61:61Z', '2026-11-13T11:59:59Z']

test.each(times)('input 9: a hit of %s makes no day that nobody expects', async (timestamp) => {
  const { post, stored } = createTestCollector()
  for (const body of [{ url, timestamp }, { url, timestamp, id: createId(noon) }, { sentAt: timestamp, hits: [{ url, timestamp }] }]) await post(body)
  for (const { day, time } of await stored()) {
    expect(day >= '2026-11-13' && day <= '2026-11-22').toBe(true)
    expect(Math.abs(time - noon)).toBeLessThan(9 * 86_400_000)
  }
})

test.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example/', 'http://a@b@c/', 'https://аррӏе.com/', 'https://[::1', 'http://a\u0000b/', 'blob:https://a.example/1'])(
  'input 10: the referrer %j is stored as text, and as a URL only http(s) counts',
  async (address) => {
    const { post, stored } = createTestCollector()
    expect((await post({ url, referrer: address })).status).toBe(201)
    const { status } = await post({ url: address, title: 'b' })
    expect(status).toBe(/^https?:/.test(address) && URL.canParse(address.replaceAll('\u0000', '')) ? 201 : 400)
    for (const hit of await stored()) expect(new URL(hit.url).protocol).toMatch(/^https?:$/)
  },
)

test('input 13: nothing of what a visitor sends reaches the log, however the hit fails', async () => {
  const evil = 'x\r\n{"level":"fatal"}\u001b[2J'
  const store = { ...createReferenceStore(), append: () => Promise.reject(new Error('ENOSPC')) }
  const { post, request, errors } = createTestCollector({ store })
  await post({ url: `https://a.example/${encodeURIComponent(evil)}`, title: evil, referrer: evil, session: evil, user: evil, props: { [evil]: evil } }, { 'x-a': 'b' })
  await request(`/nothing/${encodeURIComponent(evil)}`)
  expect(errors.length).toBeGreaterThan(1)
  const lines: string[] = []
  for (const format of ['text', 'json'] as const) {
    const log = createLog({ format, hide: (text) => text, write: (line) => lines.push(line) })
    for (const error of errors) log.error(error)
  }
  expect(lines.join('\n')).not.toContain('fatal')
  expect(lines.join('\n')).not.toContain('\u001b')
})

test('input 14: ids that are paths, keys and patterns are told apart, and make no key', async () => {
  const storage = createStorage()
  const store = await createStore({ storage, durability: 'volatile', now: () => noon })
  const { post, stored } = createTestCollector({ store, visitor: 'session' })
  const ids = ['../../x', 'a:b', 'a?b', 'a?c', 'x$', 'node_modules', 'x'.repeat(250), 'A', 'a', '.', '*', '%', '_', 'é', 'e\u0301', '..\\x', 'a/b']
  for (const session of ids) {
    expect((await post({ url, session, title: session })).status).toBe(201)
    if (session !== 'default') expect((await post({ url, site: session })).status).toBe(200)
  }
  expect((await stored()).map(({ session }) => session).toSorted()).toEqual(ids.toSorted())
  for (const key of await storage.getKeys()) expect(key).toMatch(/^default:[\w:.-]+$/)
  await store.close()
})

test('input 23: a forged page cannot be told from a real one, and its host is what its URL says', async () => {
  const { post, stored } = createTestCollector()
  await post({ url: 'https://somebody-else.example/' }, { host: 'a.example', origin: 'https://third.example' })
  expect((await stored())[0]).toMatchObject({ hostname: 'somebody-else.example' })
})

test('input 24: forty thousand different paths, sources and addresses fill no cache', async () => {
  const store = { ...createReferenceStore(), append: (hits: readonly unknown[]) => Promise.resolve(hits.map(() => 'stored' as const)) }
  const { collector } = createTestCollector({ store })
  const send = async (number: number): Promise<void> => {
    const page = { url: `https://a.example/${number}?utm_source=${number}`, referrer: `https://r${number}.example/`, props: { [number]: number } }
    const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/${number}.0.0.0 Safari/537.36 ${'x'.repeat(400)}`, 'accept-language': `de-${number}` }
    const request = new Request('http://localhost/hit', { method: 'POST', headers, body: JSON.stringify(page) })
    const address = `2001:db8:${(number >> 16).toString(16)}:${(number & 0xffff).toString(16)}::1`
    expect((await collector.fetch(Object.assign(request, { ip: address }))).status).toBe(201)
  }
  const collect = garbageCollector()
  // Caches that forget at 2,000, 10,000 or 20,000 are as full at the end as here.
  for (let number = 0; number < 20_000; number++) await send(number)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let number = 20_000; number < 40_000; number++) await send(number)
  collect()
  // 20,000 user agents alone would be 10 MB, and what is made of them as much.
  expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(6)
}, 120_000)

test.each([
  ['a name twice', '/hit?hit={}&hit={}'],
  ['brackets', '/hit?hit[a]=1&hit[length]=100000000'],
  ['10,000 names', `/hit?${Array.from({ length: 10_000 }, (_, index) => `k${index}=1`).join('&')}`],
  ['a bad percent sign', '/hit?hit=%zz%'],
  ['a bad percent sign in the path', '/%zz'],
  ['a prototype', '/hit?__proto__[a]=1&constructor=1'],
  ['nothing behind a name', '/hit?hit'],
])('input 25: %s', async (_, path) => {
  const { request, errors } = createTestCollector()
  const { status } = await request(path)
  expect([200, 400, 404, 405]).toContain(status)
  expect(errors).toEqual([])
})

test.each(['('.repeat(16_000), `Mozilla/5.0 ${'('.repeat(16_000)}`, `${'bot '.repeat(4000)}!`, `a${' '.repeat(16_000)}x`, 'Chrome/'.repeat(2000), '\u00ff'.repeat(16_000)])(
  'input 29: the user agent %.20j',
  async (agent) => {
    const { post, stored } = createTestCollector()
    expect([200, 201]).toContain((await post({ url, title: 'a' }, { 'user-agent': agent })).status)
    // Cut behind 512 letters, where these are all alike.
    await post({ url, title: 'b' }, { 'user-agent': `${agent}different` })
    expect(new Set((await stored()).map(({ visitor }) => visitor)).size).toBeLessThanOrEqual(1)
  },
)

test('a batch is judged hit by hit, whatever is among them', async () => {
  const { post } = createTestCollector()
  const response = await post(`{"hits":[{"url":"${url}"},null,1,"x",[],{"url":1},{"url":"${url}","x":${nested(99)}},{"url":"${url}","title":"b"}]}`)
  expect(((await response.json()) as HitAnswer).stored).toBe(2)
})
