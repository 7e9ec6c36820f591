import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, test, vi } from 'vitest'
import { createOwnVisits, ownVisitsMaxAge } from '../../packages/collector/src/identity/ownVisits.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'

const json = { 'content-type': 'application/json' }
const page = { url: 'https://shop.example/' }
const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]!.split(';')[0]!

interface Owner extends TestCollector {
  /** The owner's log-in. */
  login: string
}

async function openOwner(origin = 'http://localhost', options: { values?: Values } = {}): Promise<Owner> {
  const collector = createTestCollector(options)
  const request: TestCollector['request'] = async (path, init) => collector.collector.fetch(new Request(new URL(path, origin), init))
  const password = (await collector.collector.users.setUp()) ?? ''
  const response = await request('/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password }) })
  return { ...collector, request, login: cookieOf(response) }
}
const exclude = ({ request, login }: Owner): Promise<Response> => request('/api/own-visits', { method: 'POST', headers: { ...json, cookie: login } })
const outcome = async ({ post }: TestCollector, cookie: string): Promise<string | null> => (await post(page, { cookie })).headers.get('x-hit-dropped')

describe('SS32 own visits', () => {
  test('of a browser that was told so are dropped, until it is told otherwise', async () => {
    const owner = await openOwner()
    const answer = await exclude(owner)
    expect(answer.status).toBe(204)
    const cookie = cookieOf(answer)
    expect(await outcome(owner, `theme=dark; ${cookie}; x=1`)).toBe('own')
    expect(await owner.stored()).toEqual([])
    const counted = async (cookie: string): Promise<unknown> => (await owner.request('/api/own-visits', { headers: { cookie: `${owner.login}; ${cookie}` } })).json()
    expect([await counted(cookie), await counted('')]).toEqual([{ counted: false }, { counted: true }])

    const ended = await owner.request('/api/own-visits', { method: 'DELETE', headers: { ...json, cookie: owner.login } })
    expect([ended.status, ended.headers.getSetCookie()[0]]).toEqual([204, expect.stringMatching(/^treadlight-own=; .*Max-Age=0/)])
  })

  test.each([
    ['http://localhost', /^treadlight-own=[\d.\w-]+; Path=\/; HttpOnly; Max-Age=34560000; SameSite=Lax$/],
    ['https://stats.example', /^__Host-treadlight-own=[\d.\w-]+; Path=\/; HttpOnly; Max-Age=34560000; SameSite=None; Secure$/],
  ])('at %s: a cookie that browsers send as far as they can', async (origin, pattern) => {
    const owner = await openOwner(origin)
    const answer = await exclude(owner)
    expect(answer.headers.getSetCookie()[0]).toMatch(pattern)
    expect(await outcome(owner, cookieOf(answer))).toBe('own')
  })

  test.each(['GET', 'POST', 'DELETE'])('input 17: %s is the owner’s alone, and from the dashboard’s own pages', async (method) => {
    const owner = await openOwner()
    expect((await owner.request('/api/own-visits', { method, headers: json })).status).toBe(401)
    if (method === 'GET') return
    expect((await owner.request('/api/own-visits', { method, headers: { cookie: owner.login } })).status).toBe(415)
    const foreign = { ...json, cookie: owner.login, 'sec-fetch-site': 'cross-site' }
    expect((await owner.request('/api/own-visits', { method, headers: foreign })).status).toBe(403)
  })

  test('input 19, 21: a cookie that is forged, changed, cut or too old changes nothing', async () => {
    const owner = await openOwner()
    const cookie = cookieOf(await exclude(owner))
    const [name = '', value = ''] = cookie.split('=')
    const [until = '', mac = ''] = value.split('.')
    const forged = [`${Number(until) + 1}.${mac}`, `${until}.${mac.slice(0, -2)}AA`, `${until}.${mac}x`, until, `${until}.`, `.${mac}`, `Infinity.${mac}`, `1e99.${mac}`, `0x${mac}`, '', '1', '9'.repeat(4000)]
    for (const value of forged) expect(await outcome(owner, `${name}=${value}`)).toBeNull()
    expect(await outcome(owner, cookie)).toBe('own')
    owner.clock.now = Number(until)
    expect(await outcome(owner, cookie)).toBeNull()
  })

  test('of no hit that comes without the cookie', async () => {
    const owner = await openOwner()
    await exclude(owner)
    for (const cookie of ['', owner.login, 'treadlight-owner=1']) expect(await outcome(owner, cookie)).toBeNull()
  })
})

describe('the secret', () => {
  test('is random, in the storage, the same after a restart and for every collector', async () => {
    const values = createValues(createStorage())
    const now = (): number => noon
    const signer = createOwnVisits({ values, now })
    const cookies = await Promise.all([signer.sign(), createOwnVisits({ values, now }).sign()])
    const later = createOwnVisits({ values, now })
    for (const value of cookies) expect(await later.areIn(`treadlight-own=${value}`)).toBe(true)
    const secrets = await Promise.all((await values.list('own-visits:')).map(async (key) => new TextDecoder().decode(await values.read(key))))
    expect(secrets.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/)
    expect(await signer.sign()).toContain(String(noon + ownVisitsMaxAge))
  })

  test('made elsewhere is learnt within a minute, and strangers cause no more than a look a minute', async () => {
    let now = noon
    const values = createValues(createStorage())
    const list = vi.spyOn(values, 'list')
    const here = createOwnVisits({ values, now: () => now })
    const guess = `treadlight-own=${noon + 1e9}.xxxx`
    for (let round = 0; round < 10; round++) expect(await here.areIn(guess)).toBe(false)
    expect(list).toHaveBeenCalledTimes(1)
    const cookie = `treadlight-own=${await createOwnVisits({ values, now: () => now }).sign()}`
    now += 60_000
    expect(await here.areIn(cookie)).toBe(true)
  })
})
