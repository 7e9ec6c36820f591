import { createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createPasswords } from '../../packages/collector/src/admin/password.ts'
import { createUsers, type Users } from '../../packages/collector/src/admin/users.ts'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'

const json = { 'content-type': 'application/json' }
let collector: TestCollector
let owner: string
const send = (method: string, path: string, body: object, cookie = owner): Promise<Response> =>
  collector.request(path, { method, headers: { ...json, cookie }, ...(method !== 'GET' && { body: JSON.stringify(body) }) })
const remove = (name: string): Promise<Response> => collector.request(`/api/users?${new URLSearchParams({ name })}`, { method: 'DELETE', headers: { ...json, cookie: owner } })
const logIn = (name: unknown, password: string): Promise<Response> => send('POST', '/api/login', { name, password }, '')
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]!.split(';')[0]!
const statusOf = async (cookie: string): Promise<number> => (await send('GET', '/api/session', {}, cookie)).status
const errorOf = async (response: Response): Promise<[number, unknown]> => [response.status, ((await response.json()) as { error: unknown }).error]

beforeEach(async () => {
  collector = createTestCollector({ sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }] })
  owner = await logInOwner(collector)
})

describe('an owner', () => {
  test('adds a viewer whose password is made and shown once', async () => {
    const made = (await (await send('POST', '/api/users', { name: ' Ada@Example.org ', sites: ['blog'] })).json()) as { password: string }
    expect(made).toEqual({ name: 'ada@example.org', role: 'viewer', sites: ['blog'], password: expect.stringMatching(/^[\w-]{20}$/) })
    const cookie = cookieOf(await logIn('ADA@example.org', made.password))
    expect(await (await send('GET', '/api/session', {}, cookie)).json()).toEqual({ user: 'ada@example.org', role: 'viewer', sites: ['blog'] })
    const listed = await (await send('GET', '/api/users', {})).text()
    expect(JSON.parse(listed)).toEqual({
      users: [
        { name: 'admin', role: 'owner', created: expect.any(String) },
        { name: 'ada@example.org', role: 'viewer', sites: ['blog'], created: '2026-11-21T12:00:00.000Z' },
      ],
    })
    expect(listed).not.toMatch(/salt|hash/)
  })

  test('may say the password, which is not repeated', async () => {
    const answer = await send('POST', '/api/users', { name: 'bob', role: 'owner', password: 'correct horse' })
    expect([answer.status, await answer.json()]).toEqual([201, { name: 'bob', role: 'owner' }])
    expect((await logIn('bob', 'correct horse')).status).toBe(204)
  })

  test.each([
    [{}, /^name: must be 1 to 64/],
    [{ name: 'a b' }, /^name: /],
    [{ name: '../x' }, /^name: /],
    [{ name: 'a'.repeat(65) }, /^name: /],
    [{ name: ['a'] }, /^name: /],
    [{ name: 'a', role: 'boss' }, /^role: must be one of owner, viewer/],
    [{ name: 'a', role: '__proto__' }, /^role: /],
    [{ name: 'a', sites: ['shop'] }, /^sites: "shop" must be one of default, blog/],
    [{ name: 'a', sites: [] }, /^sites: .*at least one/],
    [{ name: 'a', sites: 'blog' }, /^sites: /],
    [{ name: 'a', role: 'owner', sites: ['blog'] }, /^sites: an owner sees all/],
    [{ name: 'a', password: 'short' }, /^password: must be 10 to 1024/],
    [{ name: 'a', password: 'x'.repeat(1025) }, /^password: /],
  ])('is told what is wrong with %j', async (body, message) => {
    expect(await errorOf(await send('POST', '/api/users', body))).toEqual([400, expect.stringMatching(message)])
  })

  test('changes role and sites: log-ins go on with what is right from now', async () => {
    const { password } = (await (await send('POST', '/api/users', { name: 'ada' })).json()) as { password: string }
    const cookie = cookieOf(await logIn('ada', password))
    expect((await send('GET', '/api/users', {}, cookie)).status).toBe(403)
    await send('PUT', '/api/users', { name: 'ada', role: 'owner' })
    expect((await send('GET', '/api/users', {}, cookie)).status).toBe(200)
    expect(await (await send('PUT', '/api/users', { name: 'ada', role: 'viewer', sites: ['blog'] })).json()).toMatchObject({ role: 'viewer', sites: ['blog'] })
    expect(await errorOf(await send('GET', '/api/v1/stats/realtime/visitors?site_id=default', {}, cookie))).toEqual([400, expect.stringContaining('must be "blog"')])
    expect(await (await send('PUT', '/api/users', { name: 'ada', sites: null })).json()).not.toHaveProperty('sites')
    expect((await send('GET', '/api/v1/stats/realtime/visitors?site_id=default', {}, cookie)).status).toBe(200)
  })

  test('resets a password: the user’s log-ins end, nobody else’s', async () => {
    await send('POST', '/api/users', { name: 'ada', password: 'correct horse' })
    const cookie = cookieOf(await logIn('ada', 'correct horse'))
    const { password } = (await (await send('PUT', '/api/users', { name: 'ada', password: true })).json()) as { password: string }
    expect([await statusOf(cookie), await statusOf(owner)]).toEqual([401, 200])
    expect((await logIn('ada', 'correct horse')).status).toBe(401)
    expect((await logIn('ada', password)).status).toBe(204)
  })

  test('removes a user: the log-ins end, and do not come back with another of the name', async () => {
    await send('POST', '/api/users', { name: 'ada', password: 'correct horse' })
    const cookie = cookieOf(await logIn('ada', 'correct horse'))
    expect((await remove('ada')).status).toBe(204)
    expect(await statusOf(cookie)).toBe(401)
    await send('POST', '/api/users', { name: 'ada', password: 'correct horse' })
    expect(await statusOf(cookie)).toBe(401)
    expect(await errorOf(await remove('bob'))).toEqual([404, 'name: there is no user "bob"; there are admin, ada'])
  })

  test('cannot add whom there is', async () => {
    expect(await errorOf(await send('POST', '/api/users', { name: 'Admin' }))).toEqual([409, 'name: there is a user admin already'])
  })

  test('is never nobody: the last one can neither be removed nor made viewer', async () => {
    const only = [409, 'name: admin is the only owner: make another user one first']
    expect(await errorOf(await remove('admin'))).toEqual(only)
    expect(await errorOf(await send('PUT', '/api/users', { name: 'admin', role: 'viewer' }))).toEqual(only)
    await send('POST', '/api/users', { name: 'ada', role: 'owner' })
    const [first, second] = await Promise.all([collector.collector.users.remove('ada').catch(() => 'refused'), collector.collector.users.remove('admin').catch(() => 'refused')])
    expect([first, second].filter((outcome) => outcome === 'refused')).toHaveLength(1)
  })
})

describe('everybody', () => {
  test('changes the own password: other log-ins end, this one goes on', async () => {
    await send('POST', '/api/users', { name: 'ada', password: 'correct horse' })
    const [here, elsewhere] = [cookieOf(await logIn('ada', 'correct horse')), cookieOf(await logIn('ada', 'correct horse'))]
    expect(await errorOf(await send('POST', '/api/password', { old: 'wrong', new: 'battery staple' }, here))).toEqual([403, 'old: is not your password'])
    expect(await errorOf(await send('POST', '/api/password', { old: 'correct horse', new: 'short' }, here))).toEqual([400, 'new: must be 10 to 1024 characters'])
    expect(await errorOf(await send('POST', '/api/password', { new: 'battery staple' }, here))).toEqual([400, 'old: is required'])
    const changed = await send('POST', '/api/password', { old: 'correct horse', new: 'battery staple' }, here)
    expect(changed.status).toBe(204)
    expect([await statusOf(here), await statusOf(elsewhere), await statusOf(cookieOf(changed)), await statusOf(owner)]).toEqual([401, 401, 200, 200])
    expect((await logIn('ada', 'correct horse')).status).toBe(401)
    expect((await logIn('ada', 'battery staple')).status).toBe(204)
  })

  test('has as few attempts at the old password as at a log-in', async () => {
    // One was the log-in.
    let status = 0
    for (let attempt = 0; attempt < 9; attempt++) ({ status } = await send('POST', '/api/password', {}))
    expect(status).toBe(400)
    expect((await send('POST', '/api/password', {})).status).toBe(429)
    expect((await logIn('admin', 'x')).status).toBe(429)
  })
})

describe('who guesses', () => {
  test.each(['nobody', '', ' ', '../admin', '__proto__', 'constructor', 'admin:', 'share:0123456789ab', 'a'.repeat(1024)])('learns nothing from the name %.20j', async (name) => {
    expect(await errorOf(await logIn(name, 'wrong'))).toEqual([401, 'Wrong name or password'])
    expect(collector.errors).toEqual([])
  })

  test.each([7, null, ['admin'], {}, 'a'.repeat(1025)])('is told that %.20j is no name, unhashed', async (name) => {
    expect((await logIn(name, 'wrong')).status).toBe(400)
  })

  test('waits as long for a name that there is not, and asks the storage as often', async () => {
    const hashed: unknown[] = []
    const asked: string[] = []
    const real = createPasswords()
    const values = createValues(createStorage())
    const watched = { ...values, read: (key: string) => (asked.push('read'), values.read(key)), list: (prefix: string) => (asked.push('list'), values.list(prefix)) }
    const users = createUsers({ values: watched, passwords: { ...real, matches: (password, of) => (hashed.push(of), real.matches(password, of)) } })
    await users.setUp()
    const costOf = async (name: string): Promise<unknown> => {
      asked.length = hashed.length = 0
      const started = performance.now()
      expect(await users.check(name, 'wrong')).toBeUndefined()
      expect(performance.now() - started).toBeGreaterThan(10)
      return [hashed.length, [...asked]]
    }
    expect(await costOf('nobody')).toEqual(await costOf('admin'))
  })

  test('an empty hash is no password', async () => {
    const passwords = createPasswords()
    expect(await passwords.matches('', undefined)).toBe(false)
    expect(await passwords.matches('x', { salt: 'a', hash: '' })).toBe(false)
  })
})

describe('what is stored', () => {
  const oldHash = async (password: string): Promise<string> => {
    const { salt, hash } = await createPasswords().hash(password)
    return `${salt}.${hash}`
  }

  test('a storage of the first versions goes on: its one account is the owner admin, its log-ins too', async () => {
    const values = createValues(createStorage())
    const value = await oldHash('first password')
    await values.create('account:admin:000003', value)
    const old = createTestCollector({ values })
    expect(await old.collector.users.setUp()).toBeUndefined()
    expect(await old.collector.users.list()).toEqual([{ name: 'admin', role: 'owner', created: '' }])
    const response = await old.request('/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password: 'first password' }) })
    expect(response.status).toBe(204)
    const token = 't'.repeat(43)
    const { createHash } = await import('node:crypto')
    await values.create(`login:${createHash('sha256').update(token).digest('hex')}`, JSON.stringify({ accountVersion: value.split('.')[0], until: old.clock.now + 1000 }))
    expect((await old.request('/api/session', { headers: { cookie: `treadlight=${token}` } })).status).toBe(200)
    await old.collector.users.reset()
    expect(await old.collector.users.list()).toEqual([{ name: 'admin', role: 'owner', created: '' }])
    expect((await old.request('/api/session', { headers: { cookie: `treadlight=${token}` } })).status).toBe(401)
  })

  test('a hash of the old form is nobody else’s', async () => {
    const storage = createStorage()
    const users = createUsers({ values: createValues(storage) })
    await users.add({ name: 'ada', role: 'viewer' }, 'correct horse')
    const key = (await storage.getKeys('account')).find((name) => !name.includes('admin'))
    const values = createValues(createStorage())
    await values.create(key!, await oldHash('correct horse'))
    expect(await createUsers({ values }).check('ada', 'correct horse')).toBeUndefined()
  })

  test.each(['role', 'sites', 'name'])('one whose %s cannot be read opens nothing, and is listed for nobody', async (field) => {
    const storage = createStorage()
    const values = createValues(storage)
    const users = createUsers({ values })
    await users.setUp()
    await users.add({ name: 'ada', role: 'viewer', sites: ['blog'] }, 'correct horse')
    const key = (await values.list('account:')).find((name) => !name.includes('admin'))
    const stored = JSON.parse(new TextDecoder().decode(await values.read(key!))) as object
    await values.remove(key!)
    await values.create(key!, JSON.stringify({ ...stored, [field]: field === 'name' ? 'bob' : 7 }))
    expect(await users.check('ada', 'correct horse')).toBeUndefined()
    expect((await users.list()).map(({ name }) => name)).toEqual(['admin'])
    // What is left of it is no reason not to begin anew.
    await users.add({ name: 'ada', role: 'viewer' }, 'battery staple')
    expect(await users.check('ada', 'battery staple')).toBeDefined()
  })

  test('names of every kind are kept apart, and no part of a key', async () => {
    const values = createValues(createStorage())
    const users = createUsers({ values })
    const names = ['..', '.', '__proto__', 'constructor', 'a.b', 'a_b', '@']
    for (const name of names) await users.add({ name, role: 'viewer' }, `password of ${name}`)
    expect((await users.list()).map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    for (const key of await values.list('account:')) expect(key).toMatch(/^account:[0-9a-f]{32}:000000$/)
    expect((await users.check('..', 'password of ..'))?.name).toBe('..')
    expect(await users.check('.', 'password of ..')).toBeUndefined()
  })

  test('of two processes that add the same name at once, one is told that it is there', async () => {
    const values = createValues(createStorage())
    const both: Users[] = [createUsers({ values }), createUsers({ values })]
    const outcomes = await Promise.allSettled(both.map((users, index) => users.add({ name: 'ada', role: 'viewer' }, `password number ${index}`)))
    const added = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(added).toHaveLength(1)
    expect(await both[0]!.check('ada', added[0]!)).toBeDefined()
  })
})
