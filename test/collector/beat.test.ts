import { maxBodyBytes, signUser } from '@treadlight/protocol'
import fc from 'fast-check'
import { serve as listen } from 'srvx'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../../packages/collector/src/settings.ts'
import { trustedBySrvx } from '../../packages/collector/src/http/trustedProxies.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'

const form = 'application/x-www-form-urlencoded'
const secret = '0123456789abcdef0123456789abcdef'

/** Posts a form as a page of shop.example does. */
function beat({ request }: Pick<TestCollector, 'request'>, fields: Record<string, string> | string, headers: Record<string, string> = {}): Promise<Response> {
  const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString()
  return request('/pagetimer/', { method: 'POST', body, headers: { 'content-type': form, referer: 'https://shop.example/', ...headers } })
}

describe('PT04: the endpoint', () => {
  test.each([
    ['P001: a path', 'path=%2Fsomething%2Frandom', 'https://shop.example/something/random'],
    ['P003: a path with a query', 'path=%2Fa%3Fb%3D1', 'https://shop.example/a?b=1'],
    ['P007: an empty path', 'path=', 'https://shop.example/'],
    ['a path without a slash', 'path=a', 'https://shop.example/a'],
    ['a path that looks like a host', 'path=%2F%2Fevil.example%2Fa', 'https://shop.example//evil.example/a'],
    ['a path that looks like a user', 'path=%40evil.example', 'https://shop.example/@evil.example'],
    ['a path that goes up', 'path=%2F..%2F..%5Ca', 'https://shop.example/../..\\a'],
    ['two paths', 'path=%2Fa&path=%2Fb', 'https://shop.example/a'],
    ['an escape that is none', 'path=/%zz', 'https://shop.example/%zz'],
  ])('%s is answered 200 and stored', async (_, body, url) => {
    const collector = createTestCollector()
    const response = await beat(collector, body)
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}'])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await collector.stored()).toMatchObject([{ type: 'event', name: 'pagetimer', interactive: false, origin: 'browser', url, hostname: 'shop.example', view: '', user: '', time: noon }])
  })

  test.each(['', 'Path=%2Fa', '{"path":"/a"}', 'a=b&c'])('without a path (%j) it answers 400 and names the field', async (body) => {
    const collector = createTestCollector()
    const response = await beat(collector, body)
    expect([response.status, await response.text()]).toEqual([400, '{"error":"path: is required"}'])
    expect(await collector.stored()).toEqual([])
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('P005: %s answers 405', async (method) => {
    const response = await createTestCollector().request('/pagetimer/?path=/a&hit=%7B%7D', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
    if (method !== 'HEAD') expect(await response.text()).toBe('{"error":"method: must be POST"}')
  })

  test('the address without its last slash is the same', async () => {
    const response = await createTestCollector().request('/pagetimer', { method: 'POST', body: 'path=/a', headers: { 'content-type': form } })
    expect(response.status).toBe(200)
  })

  test('a body that is too large is answered 413', async () => {
    expect((await beat(createTestCollector(), `path=/${'a'.repeat(maxBodyBytes)}`)).status).toBe(413)
  })

  test('too many of one address are answered 429, those of pages and of hits together', async () => {
    const collector = createTestCollector({ limits: { perAddress: 1, burst: 2, total: 0 } })
    await collector.post({ url: 'https://shop.example/' })
    const statuses = [await beat(collector, { path: '/a' }), await beat(collector, { path: '/a' })].map(({ status }) => status)
    expect(statuses).toEqual([200, 429])
  })

  test('503 while the store cannot take it', async () => {
    const collector = createTestCollector()
    collector.store.append = () => Promise.reject(new Error('disk'))
    const response = await beat(collector, { path: '/a' })
    expect([response.status, await response.text()]).toEqual([503, '{"error":"store: cannot take hits at the moment"}'])
    expect(response.headers.get('retry-after')).toBe('5')
  })

  test('each request is stored once, as it has no id', async () => {
    const collector = createTestCollector()
    await beat(collector, { path: '/a' })
    await beat(collector, { path: '/a' })
    expect(await collector.stored()).toHaveLength(2)
  })

  test('whatever comes, it is understood or refused', async () => {
    const collector = createTestCollector()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.string().map((text) => `path=${text}`), fc.webQueryParameters().map((text) => `user=${text}&session=${text}&path=${text}`)), fc.string(), async (body, referer) => {
        const { status } = await beat(collector, body, { referer: encodeURI(referer.toWellFormed()) })
        expect([200, 400]).toContain(status)
      }),
    )
    // The owner is told that there are tokens and sessions, and of nothing that failed.
    expect(collector.errors.filter((error) => !(error instanceof ConfigError))).toEqual([])
  })
})

describe('whose it is', () => {
  test.each([
    ['the Referer', { referer: 'https://a:b@shop.example:8443/x?y#z', origin: 'https://other.example' }, 'https://shop.example:8443'],
    ['the Origin', { referer: '', origin: 'https://shop.example' }, 'https://shop.example'],
    ['the collector’s own origin, where the page says neither', { referer: '', origin: 'null' }, 'http://localhost'],
    ['nothing else', { referer: 'android-app://shop.example/', origin: 'null' }, 'http://localhost'],
  ])('the page’s host is that of %s', async (_, headers, origin) => {
    const collector = createTestCollector()
    await beat(collector, { path: '/a' }, headers)
    expect(await collector.stored()).toMatchObject([{ url: `${origin}/a` }])
  })

  test('PT06: the user is whom the site’s server has signed, nobody else', async () => {
    const collector = createTestCollector({ userSecrets: [secret], visitor: 'session' })
    const user = await signUser({ user: 'ann', session: 's1', expires: noon + 60_000 }, secret)
    await beat(collector, { path: '/a', user })
    await beat(collector, { path: '/b', user: 'ann' })
    await beat(collector, { path: '/c', session: 's2' })
    const stored = await collector.stored()
    expect(stored.map(({ path, user, session }) => [path, user, session]).toSorted()).toEqual([['/a', 'ann', 's1'], ['/b', '', ''], ['/c', '', 's2']])
  })

  test('impersonation is not counted', async () => {
    const collector = createTestCollector({ userSecrets: [secret] })
    const response = await beat(collector, { path: '/a', user: await signUser({ user: 'ann', impersonator: 'staff', expires: noon + 60_000 }, secret) })
    expect([response.status, await response.text(), response.headers.get('x-hit-dropped')]).toEqual([200, '{"status":"ok"}', 'impersonation'])
    expect(await collector.stored()).toEqual([])
  })

  test.each([
    ['bot', { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }],
    ['path', {}],
    ['host', { referer: 'https://elsewhere.example/' }],
    ['prefetch', { 'sec-purpose': 'prefetch' }],
  ])('it takes the way of hits: %s', async (reason, headers) => {
    const collector = createTestCollector({ settings: { hosts: ['shop.example'], exclude: { paths: ['/admin'], addresses: [] } } })
    const response = await beat(collector, { path: reason === 'path' ? '/admin/x' : '/a' }, headers)
    expect([response.status, response.headers.get('x-hit-dropped')]).toEqual([200, reason])
    expect(await collector.stored()).toEqual([])
  })

  test('PT05: any page may post, with no cookie and no token against forged requests, and none is set', async () => {
    const collector = createTestCollector()
    const response = await beat(collector, { path: '/a' }, { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    expect(response.headers.has('set-cookie')).toBe(false)
    expect((await collector.request('/pagetimer/', { method: 'OPTIONS' })).status).toBe(204)
  })
})

test('PT08: behind a proxy the address is the client’s, one and valid, and cut where it is kept', async () => {
  const { collector, stored } = createTestCollector({ settings: { address: 'cut' } })
  const server = listen({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', trustProxy: trustedBySrvx(['loopback']), silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  for (const forwarded of ['203.0.113.9, 127.0.0.1', '6.6.6.6, 198.51.100.7', '2001:db8:1:2::9']) {
    const headers = { 'content-type': form, 'x-forwarded-for': forwarded, referer: 'https://shop.example/' }
    const response = await fetch(`${server.url}pagetimer/`, { method: 'POST', headers, body: 'path=/a' })
    expect(response.status).toBe(200)
  }
  expect((await stored()).map(({ address }) => address).toSorted()).toEqual(['198.51.100.0', '2001:db8:1::', '203.0.113.0'])
})
