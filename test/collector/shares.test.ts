import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'

const json = { 'content-type': 'application/json' }
let collector: TestCollector
let owner: string

interface Listed {
  id: string
  site: string
  path: string
  has_password: boolean
  expires: string | null
}

const make = async (fields: object): Promise<Listed> => {
  const response = await collector.request('/api/shares', { method: 'POST', headers: { ...json, cookie: owner }, body: JSON.stringify({ name: 'a link', ...fields }) })
  expect(response.status).toBe(201)
  return (await response.json()) as Listed
}
const baseOf = ({ path }: Listed): string => `/${path.replace(/dashboard\/$/, '')}`
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => collector.request(path, { headers })
const logIn = (share: Listed, password: unknown, { origin = 'http://localhost', headers = {} } = {}): Promise<Response> =>
  collector.request(`${origin}${baseOf(share)}api/login`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ password }) })
const revoke = ({ id, site }: Listed): Promise<Response> =>
  collector.request(`/api/shares?${new URLSearchParams({ id, site_id: site })}`, { method: 'DELETE', headers: { ...json, cookie: owner } })

beforeEach(async () => {
  collector = createTestCollector({ sites: [{ id: 'blog', timezone: 'Pacific/Auckland', hosts: ['blog.example'] }] })
  owner = await logInOwner(collector)
})
afterEach(() => collector.collector.endStreams())

describe('a share link', () => {
  test('shows the page and one site’s numbers to whoever has it, and nothing says what the owner calls it', async () => {
    const share = await make({ name: 'for Eve', site_id: 'blog' })
    expect(share).toEqual({ id: expect.any(String), site: 'blog', name: 'for Eve', path: expect.stringMatching(/^share\/[\w-]{32}\/dashboard\/$/), has_password: false, expires: null, created: '2026-11-21T12:00:00.000Z' })
    const page = await get(`/${share.path}`)
    expect([page.status, page.headers.get('x-robots-tag'), page.headers.get('referrer-policy')]).toEqual([200, 'noindex', 'no-referrer'])
    const sites = await get(`${baseOf(share)}api/sites`)
    expect([sites.headers.get('x-robots-tag'), sites.headers.get('referrer-policy'), sites.headers.get('cache-control')]).toEqual(['noindex', 'no-referrer', 'no-store'])
    expect(await sites.json()).toMatchObject({ sites: [{ id: 'blog' }], access: { kind: 'share', name: '', role: 'viewer' } })
  })

  test('has the page’s files below it', async () => {
    const share = await make({})
    const html = await (await get(`/${share.path}`)).text()
    const files = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g)].map(([, name]) => name!)
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) {
      const response = await get(`/${share.path}${file}`)
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    }
  })

  test('without its last slash leads to the page, and the answer does not repeat the secret', async () => {
    const share = await make({})
    const response = await get(`/${share.path.slice(0, -1)}`)
    expect([response.status, response.headers.get('location')]).toEqual([302, 'dashboard/'])
  })

  test.each([
    [{ name: '' }, /^name: a link needs one/],
    [{ name: '\u001b[2J' }, /^name: /],
    [{ name: 'a', password: 'short' }, /^password: must be 10/],
    [{ name: 'a', password: 7 }, /^password: /],
    [{ name: 'a', expires: 'soon' }, /^expires: /],
    [{ name: 'a', expires: '2026-02-30' }, /^expires: /],
    [{ name: 'a', site_id: 'shop' }, /^site_id: /],
  ])('is not made of %j', async (body, message) => {
    const response = await collector.request('/api/shares', { method: 'POST', headers: { ...json, cookie: owner }, body: JSON.stringify(body) })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, expect.stringMatching(message)])
  })

  test('is listed with its address, without its password’s hash', async () => {
    const share = await make({ password: 'correct horse', expires: '2026-12-31' })
    const listed = await (await get('/api/shares', { cookie: owner })).text()
    expect(JSON.parse(listed)).toEqual({ site_id: 'default', shares: [share] })
    expect(listed).not.toMatch(/salt|hash/)
    expect(await (await get('/api/shares?site_id=blog', { cookie: owner })).json()).toEqual({ site_id: 'blog', shares: [] })
  })

  test('opens to the end of its last day, in the site’s time zone', async () => {
    const share = await make({ site_id: 'blog', expires: '2026-11-23' })
    const last = Date.parse('2026-11-23T11:00:00Z')
    collector.clock.now = last - 1
    expect((await get(`${baseOf(share)}api/sites`)).status).toBe(200)
    collector.clock.now = last
    expect((await get(`${baseOf(share)}api/sites`)).status).toBe(404)
    expect((await get(`/${share.path}`)).status).toBe(404)
  })

  test('once removed is a page that says so, for everybody, and for its password too', async () => {
    const share = await make({ password: 'correct horse' })
    expect((await revoke(share)).status).toBe(204)
    const page = await get(`/${share.path}`)
    expect([page.status, page.headers.get('content-type'), page.headers.get('x-robots-tag')]).toEqual([404, 'text/html; charset=utf-8', 'noindex'])
    expect(await page.text()).toContain('There is no such share link')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect((await logIn(share, 'correct horse')).status).toBe(404)
    expect((await revoke(share)).status).toBe(404)
  })

  test('is found in neither metrics nor errors', async () => {
    const share = await make({})
    for (const path of ['api/sites', 'api/nothing', 'dashboard/']) await get(baseOf(share) + path)
    const metrics = await (await get('/metrics', { cookie: owner })).text()
    expect(metrics).toContain('route="/share/:secret/api/sites"')
    expect(metrics + JSON.stringify(collector.errors)).not.toContain(share.path.split('/')[1])
  })

  test('its stream ends when it is removed', async () => {
    const share = await make({})
    vi.useFakeTimers()
    const response = await get(`${baseOf(share)}api/realtime`)
    const reader = response.body!.getReader()
    await reader.read()
    await revoke(share)
    await vi.advanceTimersByTimeAsync(15_000)
    await reader.read()
    expect((await reader.read()).done).toBe(true)
    vi.useRealTimers()
  })

  test('who has it asks until its limit, which is not the owner’s', async () => {
    const share = await make({})
    let status = 200
    for (let count = 0; status === 200 && count < 1000; count++) ({ status } = await get(`${baseOf(share)}api/sites`))
    expect(status).toBe(429)
    expect((await get('/api/sites', { cookie: owner })).status).toBe(200)
  })

  test('its listeners leave room for the owner’s', async () => {
    const share = await make({})
    const statuses: number[] = []
    for (let count = 0; count < 51; count++) statuses.push((await get(`${baseOf(share)}api/realtime`)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(50)
    expect((await get('/api/realtime', { cookie: owner })).status).toBe(200)
  })
})

describe('a share link with a password', () => {
  test('opens with it, by a cookie that the browser sends to that link’s API alone', async () => {
    const share = await make({ password: 'correct horse' })
    expect((await get(`/${share.path}`)).status).toBe(200)
    const closed = await get(`${baseOf(share)}api/sites`)
    expect([closed.status, await closed.json()]).toEqual([401, { error: 'This link has a password: give it first' }])
    const wrong = await logIn(share, 'wrong')
    expect([wrong.status, await wrong.json()]).toEqual([401, { error: 'Wrong password' }])
    const response = await logIn(share, 'correct horse')
    const [cookie] = response.headers.getSetCookie()
    expect(cookie).toMatch(/^treadlight-share=[\w-]{43}; HttpOnly; SameSite=Strict; Max-Age=604800$/)
    expect((await get(`${baseOf(share)}api/sites`, { cookie: cookie!.split(';')[0]! })).status).toBe(200)
    const secure = await logIn(share, 'correct horse', { origin: 'https://stats.example' })
    expect(secure.headers.getSetCookie()[0]).toMatch(/^__Secure-treadlight-share=[\w-]{43}; HttpOnly; SameSite=Strict; Max-Age=604800; Secure$/)
  })

  test('its log-in opens no other link, and nothing of the owner’s; the owner’s does not open it', async () => {
    const [share, other] = [await make({ password: 'correct horse' }), await make({ password: 'correct horse' })]
    const cookie = (await logIn(share, 'correct horse')).headers.getSetCookie()[0]!.split(';')[0]!
    const token = cookie.split('=')[1]!
    expect((await get(`${baseOf(other)}api/sites`, { cookie })).status).toBe(401)
    for (const path of ['/api/session', '/api/sites', '/api/users']) expect((await get(path, { cookie: `treadlight=${token}` })).status).toBe(401)
    const owners = owner.split('=')[1]!
    for (const given of [owner, `treadlight-share=${owners}`]) expect((await get(`${baseOf(share)}api/sites`, { cookie: given })).status).toBe(401)
    const { token: programs } = await collector.collector.tokens.create('ci', ['admin'])
    expect((await get(`${baseOf(share)}api/sites`, { authorization: `Bearer ${programs}` })).status).toBe(401)
  })

  test('lasts seven days', async () => {
    const share = await make({ password: 'correct horse' })
    const cookie = (await logIn(share, 'correct horse')).headers.getSetCookie()[0]!.split(';')[0]!
    collector.clock.now += 7 * 86_400_000 - 1
    expect((await get(`${baseOf(share)}api/sites`, { cookie })).status).toBe(200)
    collector.clock.now += 1
    expect((await get(`${baseOf(share)}api/sites`, { cookie })).status).toBe(401)
  })

  test('has ten attempts a minute, which are not held against the owner', async () => {
    const share = await make({ password: 'correct horse' })
    for (let attempt = 0; attempt < 10; attempt++) expect((await logIn(share, '')).status).toBe(400)
    expect((await logIn(share, 'correct horse')).status).toBe(429)
    expect((await collector.request('/api/login', { method: 'POST', headers: json, body: JSON.stringify({ password: 'x' }) })).status).toBe(401)
  })

  test.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])('no other page can give it, nor ask: %j', async (headers) => {
    const share = await make({ password: 'correct horse' })
    expect((await logIn(share, 'correct horse', { headers })).status).toBe(403)
    const open = await make({})
    expect((await collector.request(`${baseOf(open)}api/v2/query`, { method: 'POST', headers: { ...json, ...headers }, body: '{}' })).status).toBe(403)
  })

  test.each([null, 7, '', ['correct horse'], 'x'.repeat(1025)])('%.20j is no password', async (password) => {
    expect((await logIn(await make({ password: 'correct horse' }), password)).status).toBe(400)
  })

  test('a link without one has no log-in', async () => {
    const response = await logIn(await make({}), 'anything at all')
    expect([response.status, response.headers.has('set-cookie')]).toEqual([401, false])
  })
})

test.each(['/share/SECRET/../api/users', '/share/SECRET/%2e%2e/api/users', '/share/SECRET/..%2fapi/users', '/share/SECRET/dashboard/../../../api/users', '/share//api/sites', '/share/api/sites', '/share/SECRET//api/sites', '/share/SECRET%2fapi/sites', '/share/SECRET%00/api/sites', '/share/secretof/api/sites', '/share/SECRET/share/SECRET/api/sites', '/share/__proto__/api/sites'])(
  'input 28: %s opens nothing',
  async (path) => {
    const secret = (await make({})).path.split('/')[1]!
    expect([401, 404]).toContain((await get(path.replaceAll('SECRET', secret))).status)
  },
)
