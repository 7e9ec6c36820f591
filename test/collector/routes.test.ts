import { createReferenceStore, createValues } from '@treadlight/store'
import { connect } from 'node:net'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTokens, scopes } from '../../packages/collector/src/admin/tokens.ts'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { dialects } from '../../packages/collector/src/dialects/dialects.ts'
import type { Guard } from '../../packages/collector/src/http/authorize.ts'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { serve, type RunningCollector } from '../../packages/collector/src/serve.ts'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'

/** Who may ask for what. A new route belongs here: the first test fails until it is. */
const table: [method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS' | 'ALL', path: string, guard: Guard][] = [
  ['ALL', '/hit', 'public'],
  // Like /hit, whatever they are: a page posts to them.
  ...dialects.flatMap(({ paths }) => paths).map((path) => ['ALL', path, 'public'] as ['ALL', string, 'public']),
  ['GET', '/api/health', 'public'],
  ['POST', '/api/login', 'own page'],
  ['POST', '/api/logout', 'own page'],
  ['GET', '/api/session', 'user'],
  ['POST', '/api/password', 'user'],
  ['GET', '/api/users', 'owner'],
  ['POST', '/api/users', 'owner'],
  ['PUT', '/api/users', 'owner'],
  ['DELETE', '/api/users', 'owner'],
  ['GET', '/api/shares', 'owner'],
  ['POST', '/api/shares', 'owner'],
  ['DELETE', '/api/shares', 'owner'],
  ['POST', '/share/:secret/api/login', 'own page'],
  ['GET', '/api/tokens', 'owner'],
  ['POST', '/api/tokens', 'owner'],
  ['DELETE', '/api/tokens', 'owner'],
  ['GET', '/api/own-visits', 'owner'],
  ['POST', '/api/own-visits', 'owner'],
  ['DELETE', '/api/own-visits', 'owner'],
  ['GET', '/privacy', 'public'],
  ['GET', '/api/privacy', 'public'],
  ['GET', '/api/sites', 'token stats'],
  ['POST', '/api/sites', 'owner'],
  ['PUT', '/api/sites', 'owner'],
  ['DELETE', '/api/sites', 'owner'],
  ['GET', '/api/sites/hosts', 'owner'],
  ['POST', '/api/sites/hosts', 'owner'],
  ['DELETE', '/api/sites/hosts', 'owner'],
  ['POST', '/api/sites/demo', 'owner'],
  ['GET', '/api/sites/demo', 'owner'],
  ['GET', '/api/exclusions', 'owner'],
  ['POST', '/api/exclusions', 'owner'],
  ['DELETE', '/api/exclusions', 'owner'],
  ['GET', '/api/goals', 'token stats'],
  ['POST', '/api/goals', 'owner'],
  ['DELETE', '/api/goals', 'owner'],
  ['POST', '/api/funnel', 'token stats'],
  ['POST', '/api/journeys', 'token stats'],
  ['GET', '/api/funnels', 'token stats'],
  ['POST', '/api/funnels', 'owner'],
  ['DELETE', '/api/funnels', 'owner'],
  ['GET', '/api/segments', 'token stats'],
  ['POST', '/api/segments', 'owner'],
  ['PUT', '/api/segments', 'owner'],
  ['DELETE', '/api/segments', 'owner'],
  ['GET', '/api/annotations', 'token stats'],
  ['POST', '/api/annotations', 'token annotations'],
  ['PUT', '/api/annotations', 'token annotations'],
  ['DELETE', '/api/annotations', 'token annotations'],
  ['GET', '/api/props', 'token stats'],
  ['POST', '/api/v2/query', 'token stats'],
  ['POST', '/api/vitals', 'token stats'],
  ['GET', '/api/v1/stats/aggregate', 'token stats'],
  ['GET', '/api/v1/stats/timeseries', 'token stats'],
  ['GET', '/api/v1/stats/breakdown', 'token stats'],
  ['GET', '/api/v1/stats/realtime/visitors', 'token stats'],
  ['GET', '/api/realtime', 'token stats'],
  ['GET', '/api/openapi.json', 'public'],
  ['GET', '/api/drops', 'owner'],
  ['GET', '/api/destinations', 'owner'],
  ['POST', '/api/destinations/:name/retry', 'owner'],
  ['POST', '/api/destinations/:name/discard', 'owner'],
  ['GET', '/api/hits', 'token export'],
  ['GET', '/api/hits/:id', 'token export'],
  ['GET', '/api/export', 'token export'],
  ['GET', '/api/exports', 'owner'],
  ['GET', '/api/visits', 'token export'],
  ['OPTIONS', '/api/card', 'public'],
  ['GET', '/api/card', 'token card'],
  ['GET', '/api/timeline', 'token export'],
  ['POST', '/api/erase', 'owner'],
  ['POST', '/api/check-installation', 'owner'],
  ['POST', '/api/tasks/prune', 'token tasks'],
  ['POST', '/api/tasks/maintain', 'token tasks'],
  ['GET', '/api/retention', 'owner'],
  ['POST', '/api/prune', 'owner'],
  ['GET', '/api/storage', 'owner'],
  ['GET', '/api/config', 'owner'],
  ['GET', '/metrics', 'token metrics'],
]
/** What is there below share links as well, as each of them is added. */
const declared = table.flatMap(([method, path, guard]): typeof table => [[method, path, guard], ...(guard === 'token stats' ? [[method, `/share/:secret${path}`, 'share'] as typeof table[number]] : [])])
const guarded = table.filter(([, , guard]) => guard === 'user' || guard === 'owner' || guard.startsWith('token '))
const closed = guarded.map(([method, path]): [string, string] => [method, path])
const posted = [...closed, ...table.filter(([, , guard]) => guard === 'own page').map(([method, path]): [string, string] => [method, path])].filter(([method]) => method === 'POST')

/** Scripts and the dashboard's files: fixed at build time, and the same for everybody. */
const isAsset = (path: string): boolean => path === '/' || /^(\/share\/:secret)?\/dashboard\//.test(path) || /^\/(t|t\.full|t\.server|pagetimer|card)(-[\w-]+)?\.(js|json)$/.test(path)

/** What a handler answers to a request that says nothing: of what is named in the path there is none. */
const reached = (path: string): number[] => (path.includes(':') ? [400, 404] : [200, 204, 400])

const json = { 'content-type': 'application/json' }
let test_: TestCollector
let cookie: string
const values = createValues(createStorage())
beforeAll(async () => {
  test_ = createTestCollector({ values, privacyPage: [], sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }] })
  cookie = await logInOwner(test_)
})
afterAll(() => test_.collector.endStreams())

/** Its body is given up: only so many exports and streams are open at once. */
async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await test_.request(path, { method, headers, ...(method === 'POST' && { body: '{}' }) })
  await response.body?.cancel()
  return response
}

describe('every route says who may ask for it', () => {
  test('the table lists all of them, and files are open to everybody', () => {
    const [files, others] = [true, false].map((wanted) => test_.collector.routes.list().filter(({ path }) => isAsset(path) === wanted))
    expect(others!.map(({ method, path, guard }) => [method, path, guard])).toEqual(declared)
    expect(files!.length).toBeGreaterThan(5)
    for (const { method, guard } of files!) expect([method, guard]).toEqual(['GET', 'public'])
  })

  test('no route goes past the registry, and nothing is guarded by a prefix', () => {
    const { app, routes } = test_.collector
    expect(app['~routes'].map(({ method, route }) => `${method || 'ALL'} ${route}`)).toEqual(routes.list().map(({ method, path }) => `${method} ${path}`))
    expect(app['~middleware']).toEqual([])
  })

  test.each(closed)('%s %s answers 401 without a log-in, and is not cached', async (method, path) => {
    for (const headers of [json, { ...json, cookie: 'treadlight=x' }, { ...json, authorization: 'Bearer tl_x' }]) {
      const response = await ask(method, path, headers)
      expect(response.status).toBe(401)
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
  })

  test.each(closed)('%s %s is the owner’s', async (method, path) => {
    expect(reached(path)).toContain((await ask(method, path, { ...json, cookie })).status)
  })

  test.each(posted)(
    'PV34 input 17: %s %s refuses other origins, and what is no JSON',
    async (method, path) => {
      const foreign = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'null' }]
      for (const headers of foreign) expect((await ask(method, path, { ...json, cookie, ...headers })).status).toBe(403)
      expect((await ask(method, path, { cookie, 'content-type': 'text/plain' })).status).toBe(415)
    },
  )

  test.each(guarded)('input 16: %s %s cannot be read by other pages', async (method, path) => {
    const { headers } = await ask(method, path, { ...json, cookie, origin: 'http://localhost' })
    // The card of a user alone, and to whoever has a token: no cookie helps there.
    const readable = path === '/api/card' ? [['access-control-allow-origin', '*']] : []
    expect([...headers].filter(([name]) => name.startsWith('access-control-'))).toEqual(readable)
  })
})

describe('tokens open what their scope says, and nothing else', () => {
  const opened = guarded.flatMap(([method, path, guard]) => scopes.map((scope) => [scope, method, path, guard !== 'user' && (scope === 'admin' || guard === `token ${scope}`)] as const))

  test.each(opened)('scope %s: %s %s (%s)', async (scope, method, path, isOpen) => {
    const { token, id } = await createTokens(values, () => 0).create('ci', [scope])
    test_.clock.now += 10_000
    // No cookie comes with it, so neither JSON nor an origin of ours is asked for.
    const { status } = await ask(method, path, { authorization: `Bearer ${token}`, origin: 'https://evil.example' })
    if (isOpen) expect(reached(path.replace(':secret', 'x'))).toContain(status)
    else expect(status).toBe(403)
    await createTokens(values, () => 0).revoke(id)
  })

  test('the password of a proxy in front is nobody’s token', async () => {
    expect((await ask('GET', '/api/session', { cookie, authorization: 'Basic YTpi' })).status).toBe(200)
  })

  test('a wrong token is not made good by a cookie', async () => {
    expect((await ask('GET', '/api/session', { cookie, authorization: 'Bearer tl_wrong' })).status).toBe(401)
  })
})

type Asker = 'anonymous' | 'owner' | 'viewer' | 'viewer of blog' | `token ${(typeof scopes)[number]}`

/** Who is let in by a guard, as the documentation says it. Below a share link there is what `token stats` opens, and its log-in. */
const letIn: Record<Exclude<Guard, 'share'>, readonly Asker[]> = {
  public: ['anonymous', 'owner', 'viewer', 'viewer of blog', 'token stats', 'token metrics', 'token tasks', 'token hits', 'token export', 'token card', 'token annotations', 'token admin'],
  'own page': ['anonymous', 'owner', 'viewer', 'viewer of blog', 'token stats', 'token metrics', 'token tasks', 'token hits', 'token export', 'token card', 'token annotations', 'token admin'],
  user: ['owner', 'viewer', 'viewer of blog'],
  owner: ['owner', 'token admin'],
  'token stats': ['owner', 'viewer', 'viewer of blog', 'token stats', 'token admin'],
  'token metrics': ['owner', 'token metrics', 'token admin'],
  'token tasks': ['owner', 'token tasks', 'token admin'],
  'token hits': ['owner', 'token hits', 'token admin'],
  'token export': ['owner', 'token export', 'token admin'],
  'token card': ['owner', 'token card', 'token admin'],
  'token annotations': ['owner', 'token annotations', 'token admin'],
  'token admin': ['owner', 'token admin'],
}

describe('who gets what: every route and every kind of asker', () => {
  const headersOf = new Map<Asker, Record<string, string>>()
  const secrets = { default: '', blog: '', protected: '' }
  beforeAll(async () => {
    headersOf.set('anonymous', json).set('owner', { ...json, cookie })
    headersOf.set('viewer', { ...json, cookie: await logInViewer('ada') }).set('viewer of blog', { ...json, cookie: await logInViewer('bob', ['blog']) })
    for (const scope of scopes) headersOf.set(`token ${scope}`, { authorization: `Bearer ${(await test_.collector.tokens.create('ci', [scope])).token}` })
    secrets.default = await makeShare({ name: 'all' })
    secrets.blog = await makeShare({ name: 'secretly for Eve', site_id: 'blog' })
    secrets.protected = await makeShare({ name: 'p', site_id: 'blog', password: 'correct horse' })
  })
  // While a clock stands still only so much is answered.
  const askLater = (...[method, path, headers]: Parameters<typeof ask>): Promise<Response> => {
    test_.clock.now += 1000
    return ask(method, path, headers)
  }

  const rows = table.filter(([method]) => method !== 'ALL')
  const askers = letIn.public
  test.each(rows.flatMap(([method, path, guard]) => askers.map((asker) => [asker, method, path, guard] as const)))('%s: %s %s', async (asker, method, path, guard) => {
    // Logging out would end what the next ones ask with.
    if (path === '/api/logout') return
    const { status } = await askLater(method, path.replace(':secret', secrets.protected), headersOf.get(asker))
    const isIn = letIn[guard as keyof typeof letIn].includes(asker)
    // By `own page` a token is nothing: it takes JSON.
    const asPage = guard === 'own page' && asker.startsWith('token ')
    if (asPage) expect(status).toBe(415)
    else if (isIn) expect(reached(path.replace(':secret', secrets.protected))).toContain(status)
    else expect(status).toBe(asker === 'anonymous' ? 401 : 403)
  })

  test.each(table.map(([method, path, guard]) => [method === 'ALL' ? 'POST' : method, path, guard === 'token stats'] as const))('below a share link: %s %s (%s)', async (method, path, isOpen) => {
    for (const headers of [json, { ...json, cookie }]) {
      const { status } = await askLater(method, `/share/${secrets.blog}${path.replace(':secret', secrets.blog)}`, headers)
      // A log-in there is one to the link.
      if (path === '/api/login') expect(status).toBe(400)
      else if (isOpen) expect(reached(path)).toContain(status)
      else expect(status).toBe(404)
    }
    const closed = await askLater(method, `/share/${secrets.protected}${path.replace(':secret', '')}`, { ...json, cookie })
    if (isOpen) expect(closed.status).toBe(401)
    const unknown = await askLater(method, `/share/${'x'.repeat(32)}${path.replace(':secret', '')}`, { ...json, cookie })
    expect(unknown.status).toBe(404)
  })

  const numbers = table.filter(([, , guard]) => guard === 'token stats').map(([method, path]) => [method, path] as const)
  test.each(numbers)('%s %s refuses another site’s numbers to whoever is restricted, by id and by host', async (method, path) => {
    const askFor = (base: string, site_id: string, headers: Record<string, string>): Promise<Response> => {
      test_.clock.now += 1000
      return test_.request(`${base}${path}?${new URLSearchParams({ site_id })}`, { method, headers, ...(method === 'POST' && { body: JSON.stringify({ site_id, metrics: ['visitors'], date_range: 'day' }) }) })
    }
    const restricted: [string, Record<string, string>, string, string][] = [
      ['', headersOf.get('viewer of blog')!, 'default', 'blog'],
      [`/share/${secrets.blog}`, json, 'default', 'blog'],
      [`/share/${secrets.default}`, json, 'blog', 'default'],
      [`/share/${secrets.default}`, { ...json, cookie }, 'blog.example', 'default'],
    ]
    for (const [base, headers, other, own] of restricted) {
      const refused = await askFor(base, other, headers)
      const allowed = await askFor(base, own, headers)
      const [refusal, answer] = [await refused.text(), allowed.headers.get('content-type')?.startsWith('text/event-stream') ? '' : await allowed.text()]
      if (path === '/api/sites') {
        // It takes no site: it says which there are.
        expect((JSON.parse(answer) as { sites: { id: string }[] }).sites.map(({ id }) => id)).toEqual([own])
        expect(refusal).not.toContain('Eve')
      } else {
        expect([refused.status, (JSON.parse(refusal) as { error: string }).error]).toEqual([400, expect.stringMatching(/^site_id: /)])
        expect(refusal.replace(JSON.stringify(other).replaceAll('"', '\\"'), '')).not.toContain(`\\"${other}\\"`)
        expect(answer).not.toContain('site_id: ')
      }
      await allowed.body?.cancel().catch(() => undefined)
    }
  })

  async function logInViewer(name: string, sites?: string[]): Promise<string> {
    const password = await test_.collector.users.add({ name, role: 'viewer', ...(sites && { sites }) })
    const response = await test_.request('/api/login', { method: 'POST', headers: json, body: JSON.stringify({ name, password }) })
    return response.headers.getSetCookie()[0]!.split(';')[0]!
  }

  async function makeShare(fields: object): Promise<string> {
    const response = await test_.request('/api/shares', { method: 'POST', headers: { ...json, cookie }, body: JSON.stringify(fields) })
    return ((await response.json()) as { path: string }).path.split('/')[1]!
  }
})

test('metrics: open makes /metrics public, and nothing else', async () => {
  const open = createCollector({ store: createReferenceStore(), values: createValues(createStorage()), timezone: 'UTC', metrics: 'open', privacyPage: [] })
  const guards = (routes: typeof open.routes): string[] => routes.list().map(({ path, guard }) => `${path} ${guard}`)
  expect(guards(open.routes)).toEqual(guards(test_.collector.routes).map((line) => (line === '/metrics token metrics' ? '/metrics public' : line)))
  expect((await open.fetch(new Request('http://localhost/metrics'))).status).toBe(200)
})

describe('input 28: however a path is written, it is the same route with its guard, or none', () => {
  let running: RunningCollector
  beforeAll(async () => {
    const config = await loadConfig({ env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_DRIVER: 'memory', PORT: '0' }, folder: '/' })
    running = await serve({ config })
  })
  afterAll(() => running.close())

  const variants = (path: string): string[] => [
    path,
    `http://evil.example${path}`,
    `http://127.0.0.1${path}`,
    `https://evil.example${path}`,
    path.toUpperCase(),
    `/${path}`,
    `//${path}`,
    `${path}/`,
    `${path}//`,
    `${path};x`,
    `${path}%2f`,
    `${path}?`,
    `${path}#x`,
    `/hit/..${path}`,
    `/hit/%2e%2e${path}`,
    `/a%2f..${path.replaceAll('/', '%2f')}`,
    `/dashboard/..${path}`,
    `/.${path}`,
    path.replace('a', '%61'),
    path.replaceAll('/', '\\'),
    `/dashboard${path}`,
  ]

  test.each(closed)('%s %s', async (method, path) => {
    for (const target of variants(path)) expect([target, await statusOf(running.url, method, target)]).toEqual([target, expect.toSatisfy((status) => [400, 401, 404].includes(status as number))])
    expect(await statusOf(running.url, method, path)).toBe(401)
    expect(await statusOf(running.url, method, `http://evil.example${path}`)).toBe(401)
  })

  test('an absolute address in the request line opens nothing that its path does not', async () => {
    expect(await statusOf(running.url, 'GET', 'http://evil.example/api/health')).toBe(200)
    expect(await statusOf(running.url, 'GET', 'http://127.0.0.1/api/health@/api/sites')).toBe(404)
  })
})

let asked = 0

/** By a socket: nothing tidies up the request line on the way. Each asks from an address of its own, since one has a limit. */
function statusOf(url: string, method: string, target: string): Promise<number> {
  const { hostname, port } = new URL(url)
  const from = `10.${++asked >> 16}.${(asked >> 8) & 255}.${asked & 255}`
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(answer.split(' ')[1])))
    socket.end(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: ${from}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`)
  })
}
