import { createValues } from '@treadlight/store'
import { webhook } from '@treadlight/destinations'
import { createStorage } from 'unstorage'
import { beforeAll, describe, expect, test } from 'vitest'
import { createUsers } from '../../../packages/collector/src/admin/users.ts'
import { createSecretHider } from '../../../packages/collector/src/hideSecrets.ts'
import { createTestCollector, type TestCollector } from '../collector.ts'

// What goes wrong on the owner's side.

const json = { 'content-type': 'application/json' }
let collector: TestCollector
let cookie: string
let password: string

const logIn = (given: string, ip?: string): Promise<Response> => {
  const request = new Request('http://localhost/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password: given }) })
  return Promise.resolve(collector.collector.fetch(Object.assign(request, { ip })))
}
const query = (fields: object): Promise<Response> =>
  collector.request('/api/v2/query', {
    method: 'POST',
    headers: { ...json, cookie },
    // What is as deep as that can be parsed, but not be written.
    body: JSON.stringify({ site_id: 'default', metrics: ['visitors'], date_range: 'day', ...fields }).replace('"deep"', '['.repeat(8000) + ']'.repeat(8000)),
  })

beforeAll(async () => {
  collector = createTestCollector()
  password = (await collector.collector.users.setUp())!
  cookie = (await logIn(password)).headers.getSetCookie()[0]!.split(';')[0]!
})

describe('input 5: queries nested too deep', () => {
  const not = (depth: number): unknown => (depth === 0 ? ['is', 'visit:source', ['a']] : ['not', not(depth - 1)])
  test.each([
    ['filters', { filters: 'deep' }],
    ['filters that make sense', { filters: [not(1000)] }],
    ['date_range', { date_range: 'deep' }],
    ['dimensions', { dimensions: 'deep' }],
    ['metrics', { metrics: 'deep' }],
    ['order_by', { order_by: 'deep' }],
    ['site_id', { site_id: 'deep' }],
  ])('%s: 400', async (_, fields) => {
    expect((await query(fields)).status).toBe(400)
    expect(collector.errors).toEqual([])
  })

  test.each([
    ['metrics', { metrics: Array(21).fill('visitors') }],
    ['dimensions', { dimensions: Array(21).fill('event:page') }],
    ['order_by', { order_by: Array.from({ length: 21 }, () => ['visitors', 'asc']) }],
  ])('more %s than there are: 400', async (field, fields) => {
    const response = await query(fields)
    expect([response.status, await response.json()]).toEqual([400, { error: `${field}: must be at most 20` }])
  })
})

test.each(['__proto__', 'constructor', 'toString'])('input 7: %s is no metric, dimension, range or site', async (name) => {
  for (const fields of [{ metrics: [name] }, { dimensions: [name] }, { date_range: name }, { site_id: name }, { filters: [[name, 'visit:source', ['a']]] }])
    expect((await query(fields)).status).toBe(400)
})

test.each(['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>'])('input 11: what is quoted from a request (%s) comes as JSON that nobody sniffs', async (attack) => {
  for (const response of [await query({ date_range: attack }), await query({ metrics: [attack] }), await collector.request(`/${encodeURIComponent(attack)}`)]) {
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  }
})

test.each(['null', 'https://evil.example'])('input 16: to Origin %s the collector says *, without credentials, and the owner’s side nothing', async (origin) => {
  const hit = await collector.post({ url: 'https://a.example/' }, { origin })
  expect(hit.headers.get('access-control-allow-origin')).toBe('*')
  for (const path of ['/hit', '/api/sites', '/api/login', '/api/v2/query', '/dashboard/']) {
    const response = await collector.request(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    if (path !== '/hit') expect(response.headers.has('access-control-allow-origin')).toBe(false)
  }
})

test.each(['', 'x', 'a'.repeat(1024), '\u0000', '\ud800', 'ﬁ'])('input 19: the password %.10j is compared without an error, whatever its length', async (guess) => {
  const users = createUsers({ values: createValues(createStorage()) })
  const right = (await users.setUp())!
  expect(await users.check('admin', guess)).toBeUndefined()
  expect(await users.check('admin', right)).toBeDefined()
})

test('input 20: an hour of ten log-ins a second tries 600 passwords of one network, 18,000 of all', async () => {
  const { createAttempts } = await import('../../../packages/collector/src/admin/attempts.ts')
  let now = 0
  const attempts = createAttempts(() => now)
  let one = 0
  let all = 0
  for (; now < 3_600_000; now += 100) {
    if (attempts.take('192.0.2.1') === 0) one++
    for (let other = 0; other < 10; other++) if (attempts.take(`network ${(now / 100) * 10 + other}`) === 0) all++
  }
  expect(one).toBe(600)
  expect(one + all).toBe(18_000)
})

test('input 20: passwords are hashed two at a time, so that guessing leaves the collector free to count', async () => {
  const guesses = Array.from({ length: 8 }, (_, index) => logIn('wrong', `192.0.2.${index}`))
  let counted = 0
  let isGuessing = true
  void Promise.all(guesses).then(() => (isGuessing = false))
  while (isGuessing) {
    expect((await collector.post({ url: 'https://a.example/', title: String(counted) })).status).toBe(201)
    counted++
    await new Promise(setImmediate)
  }
  expect((await Promise.all(guesses)).map(({ status }) => status)).toEqual(guesses.map(() => 401))
  expect(counted).toBeGreaterThan(10)
})

describe('input 21: log-ins', () => {
  test('are made by the collector, never taken from the browser', async () => {
    const fixed = `treadlight=${'f'.repeat(43)}`
    const request = new Request('http://localhost/api/login', { method: 'POST', headers: { ...json, cookie: fixed }, body: JSON.stringify({ password }) })
    const response = await collector.collector.fetch(Object.assign(request, { ip: '198.51.100.1' }))
    expect(response.headers.getSetCookie()[0]).not.toContain('f'.repeat(43))
    expect((await collector.request('/api/session', { headers: { cookie: fixed } })).status).toBe(401)
  })
})

test('input 26: a cookie that is no token asks the storage nothing', async () => {
  const storage = createStorage()
  const values = createValues(storage)
  const read: string[] = []
  const watched = { ...values, read: (key: string) => (read.push(key), values.read(key)), list: (prefix: string) => (read.push(prefix), values.list(prefix)) }
  const { createCollector } = await import('../../../packages/collector/src/collector.ts')
  const { fetch } = createCollector({ store: collector.store, values: watched, timezone: 'UTC' })
  for (const value of ['', 'x', '../../x', 'a'.repeat(42), 'a'.repeat(16_000), '*'.repeat(43)])
    expect((await fetch(new Request('http://localhost/api/session', { headers: { cookie: `treadlight=${value}` } }))).status).toBe(401)
  expect(read).toEqual([])
})

test('input 22: the owner’s routes have limits of their own', async () => {
  const fresh = createTestCollector()
  const ask = (ip: string): Promise<Response> => Promise.resolve(fresh.collector.fetch(Object.assign(new Request('http://localhost/api/sites'), { ip })))
  for (let index = 0; index < 500; index++) expect((await ask('192.0.2.1')).status).toBe(401)
  const refused = await ask('192.0.2.1')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect((await ask('192.0.2.2')).status).toBe(401)
  fresh.clock.now += 1000
  expect((await ask('192.0.2.1')).status).toBe(401)
})

test('input 30: to a webhook a redirect is an answer of no use, not a place to go', () => {
  const redirect = { status: 302, header: (name: string) => (name === 'location' ? 'http://169.254.169.254/' : ''), body: '' }
  expect(webhook({ url: 'https://a.example/' }).classify(redirect, 1)).toEqual({ kind: 'retry', reason: 'answered 302, and redirects are not followed' })
})

test('input 31: what the settings call a secret is in no line of the log', () => {
  const hide = createSecretHider({ driver: 'redis', url: 'redis://me:hunter2@127.0.0.1:6379' })
  expect(hide('could not connect to redis://me:hunter2@127.0.0.1:6379: hunter2 is wrong')).not.toContain('hunter2')
})

test('input 32: what only the owner may see is neither kept, framed nor sniffed', async () => {
  for (const path of ['/api/sites', '/api/session', '/api/health', '/api/v1/stats/realtime/visitors?site_id=default', '/nothing']) {
    const { headers } = await collector.request(path, { headers: { cookie } })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
})
