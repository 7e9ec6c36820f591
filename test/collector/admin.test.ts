import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { createUsers } from '../../packages/collector/src/admin/users.ts'
import { createTestCollector, type TestCollector } from './collector.ts'

let test_: TestCollector
let password: string
const begin = async (): Promise<void> => {
  test_ = createTestCollector()
  password = (await test_.collector.users.setUp())!
}

const json = { 'content-type': 'application/json' }
const logIn = (given: unknown = password): Promise<Response> =>
  test_.request('/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password: given }) })
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]!.split(';')[0]!
const session = (cookie: string): Promise<Response> => test_.request('/api/session', { headers: { cookie } })

describe('the first password', () => {
  beforeEach(begin)

  test('is made once, long, and kept as a hash only', async () => {
    expect(password).toMatch(/^[A-Za-z0-9_-]{20}$/)
    expect(await test_.collector.users.setUp()).toBeUndefined()
  })

  test('input 18: there is none by default', async () => {
    for (const guess of ['', 'admin', 'umami', 'treadlight', 'password']) expect((await logIn(guess)).status).not.toBe(204)
  })

  test('input 21: another one ends every log-in', async () => {
    const cookie = cookieOf(await logIn())
    expect((await session(cookie)).status).toBe(200)
    const next = await test_.collector.users.reset()
    expect(next).not.toBe(password)
    expect((await session(cookie)).status).toBe(401)
    expect((await logIn(password)).status).toBe(401)
    expect((await logIn(next)).status).toBe(204)
  })
})

describe('what may go wrong with a password', () => {
  test('of two first starts at once, only the one that counts is told its password', async () => {
    const values = createValues(createStorage())
    const several = Array.from({ length: 4 }, () => createUsers({ values }))
    const passwords = (await Promise.all(several.map((users) => users.setUp()))).filter((made) => made !== undefined)
    expect(passwords).toHaveLength(1)
    expect(await several[0]!.check('admin', passwords[0]!)).toBeDefined()
  })

  test('a damaged one opens nothing, and does not bring back the one before it', async () => {
    const storage = createStorage()
    const users = createUsers({ values: createValues(storage) })
    const first = (await users.setUp())!
    const second = await users.reset()
    const [key] = await storage.getKeys('account')
    const bytes = Buffer.from((await storage.getItemRaw(key!)) as Uint8Array)
    bytes[bytes.length - 1]! ^= 1
    await storage.setItemRaw(key!, bytes)
    expect(await users.check('admin', second)).toBeUndefined()
    expect(await users.check('admin', first)).toBeUndefined()
    expect(await users.setUp()).toBeUndefined()
    const third = await users.reset()
    expect(await users.check('admin', third)).toBeDefined()
  })

  test('a readme beside it is no password', async () => {
    const storage = createStorage()
    const users = createUsers({ values: createValues(storage) })
    await storage.setItem('account:admin:README.txt', 'not ours')
    const password = await users.setUp()
    expect(await users.check('admin', password!)).toBeDefined()
    expect(await users.check('admin', await users.reset())).toBeDefined()
    expect(await storage.getKeys()).toContain('account:admin:README.txt')
  })

  test('a hash that no longer counts is gone', async () => {
    const values = createValues(createStorage())
    const users = createUsers({ values })
    await users.setUp()
    await users.reset()
    expect(await values.list('account:')).toHaveLength(1)
  })
})

describe('log-in', () => {
  beforeEach(begin)

  test('opens the API with a cookie that scripts and other sites cannot use', async () => {
    const response = await logIn()
    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()[0]).toMatch(/^treadlight=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
    expect(await (await session(cookieOf(response))).json()).toEqual({ user: 'admin', role: 'owner' })
  })

  test('input 21: over TLS the cookie is bound to this host', async () => {
    const response = await test_.request('https://stats.example/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password }) })
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-treadlight=.*; Secure$/)
  })

  test('says what is wrong', async () => {
    const wrong = await logIn('wrong')
    expect([wrong.status, await wrong.json()]).toEqual([401, { error: 'Wrong name or password' }])
    expect((await logIn(7)).status).toBe(400)
    expect((await logIn(null)).status).toBe(400)
    expect((await logIn('x'.repeat(5000))).status).toBe(400)
  })

  test('input 20: ten attempts a minute, then wait', async () => {
    for (let attempt = 0; attempt < 10; attempt++) expect((await logIn('')).status).toBe(400)
    const response = await logIn()
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    test_.clock.now += 60_000
    expect((await logIn()).status).toBe(204)
  })

  test('lasts 30 days', async () => {
    const cookie = cookieOf(await logIn())
    test_.clock.now += 30 * 86_400_000 - 1
    expect((await session(cookie)).status).toBe(200)
    test_.clock.now += 1
    expect((await session(cookie)).status).toBe(401)
  })

  test('input 21: ends at log-out, for good', async () => {
    const cookie = cookieOf(await logIn())
    const response = await test_.request('/api/logout', { method: 'POST', headers: { ...json, cookie }, body: '{}' })
    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()[0]).toMatch(/^treadlight=; .*Max-Age=0/)
    expect((await session(cookie)).status).toBe(401)
  })
})

describe('who is not logged in', () => {
  beforeAll(begin)

  const routes: [string, string][] = [
    ['GET', '/api/session'],
    ['GET', '/api/sites'],
    ['POST', '/api/v2/query'],
    ['GET', '/api/v1/stats/realtime/visitors?site_id=default'],
  ]
  test.each(routes)('%s %s answers 401', async (method, path) => {
    const headers = method === 'POST' ? json : {}
    const response = await test_.request(path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) })
    expect(response.status).toBe(401)
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test.each(['treadlight=x', 'treadlight=', `treadlight=${'a'.repeat(43)}`, '__Host-treadlight=x', 'treadlight', ';;;=', `h3=__chunked__999999`])(
    'the cookie %j opens nothing',
    async (cookie) => {
      expect((await session(cookie)).status).toBe(401)
    },
  )

  test.each(['//api/session', '/API/session', '/api/session/', '/api/../api/session', '/api/%73ession', '/dashboard/../api/sites'])(
    'input 28: %s is no way around',
    async (path) => {
      const response = await test_.collector.fetch(new Request(`http://localhost${path}`))
      expect([401, 404]).toContain(response.status)
    },
  )
})

describe('input 17: other sites cannot act for the owner', () => {
  let cookie: string
  // A hash takes its time on purpose: one log-in for all of them.
  beforeAll(async () => {
    await begin()
    cookie = cookieOf(await logIn())
  })

  test.each([
    ['a form', { 'content-type': 'text/plain' }, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['another site', { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }, 403],
    ['a sister domain', { 'content-type': 'application/json', 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', { 'content-type': 'application/json', origin: 'https://evil.example' }, 403],
    ['a sandboxed frame', { 'content-type': 'application/json', origin: 'null' }, 403],
    ['our own page', { 'content-type': 'application/json', origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s (%j) is answered %d', async (_, headers, status) => {
    const response = await test_.request('/api/v2/query', {
      method: 'POST',
      headers: { ...(headers as Record<string, string>), cookie },
      body: JSON.stringify({ site_id: 'default', metrics: ['visitors'], date_range: 'day' }),
    })
    expect(response.status).toBe(status)
  })

  test('input 16: nothing of the API may be read by other pages', async () => {
    const response = await test_.request('/api/sites', { headers: { cookie, origin: 'https://evil.example' } })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })
})
