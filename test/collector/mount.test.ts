import express from 'express'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { serve } from 'srvx'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mountCollector, type MountedCollector } from '../../packages/collector/src/mount.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const secret = 'a secret that has thirty-two letters'

/** How each framework has it under a path, as docs/runtimes.md shows it. */
const apps: Record<string, (treadlight: MountedCollector) => Promise<{ url: string; close: () => Promise<unknown> }>> = {
  h3: (treadlight) => listen(new H3().get('/', () => 'shop').mount('/stats', treadlight).fetch),
  hono: (treadlight) => listen(new Hono().get('/', (c) => c.text('shop')).all('/stats/*', (c) => treadlight.fetch(c.req.raw, c)).fetch),
  'a fetch of one’s own': (treadlight) => listen((request) => (new URL(request.url).pathname.startsWith('/stats') ? treadlight.fetch(request) : new Response('shop'))),
  express: (treadlight) => listenOnNode(express().get('/', (_, response) => void response.send('shop')).use('/stats', treadlight.node)),
  'node:http': (treadlight) => listenOnNode((request, response) => (request.url!.startsWith('/stats') ? void treadlight.node(request, response) : void response.end('shop'))),
}

describe.each(Object.keys(apps))('below a path of %s', (name) => {
  let treadlight: MountedCollector
  let app: { url: string; close: () => Promise<unknown> }
  let password = ''

  beforeEach(async () => {
    const config = { storage: { driver: 'memory' }, timezone: 'UTC', userSecrets: [secret] }
    treadlight = await mountCollector({ base: '/stats', config, onPassword: (made) => (password = made) })
    app = await apps[name]!(treadlight)
  })
  afterEach(async () => {
    await app.close()
    await treadlight.close()
  })

  test('its page, its tracker, its cookies and its answers are all there, and the app’s own too', async () => {
    expect(await (await get('/')).text()).toBe('shop')
    for (const path of ['/stats', '/stats/', '/stats/dashboard']) {
      const page = await get(path)
      expect([page.url, page.status]).toEqual([`${app.url}/stats/dashboard/`, 200])
      for (const [, asset] of (await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)) expect((await fetch(new URL(asset!, page.url))).status).toBeOneOf([200, 401])
    }
    expect(await (await get('/stats/t.js')).text()).toContain('/hit')
    const { src } = (await (await get('/stats/t.json')).json()) as { src: string }
    expect((await get(src)).headers.get('cache-control')).toContain('immutable')
    expect((await get('/stats/nothing')).status).toBe(404)

    const hit = await post({ url: 'https://shop.example/', title: 'Shop' }, '192.0.2.1')
    expect([hit.status, await hit.json(), hit.headers.has('x-hit')]).toMatchObject([201, { stored: 1 }, true])
    await post({ url: 'https://shop.example/', title: 'Shop' }, '192.0.2.2')

    const login = await send('/api/login', { password })
    const [cookie] = login.headers.getSetCookie()
    expect(cookie).toMatch(/^treadlight=[^;]+; Path=\/stats; HttpOnly; SameSite=Strict/)
    const answer = await send('/api/v2/query', { site_id: 'default', metrics: ['visitors', 'pageviews'], date_range: 'day' }, { cookie: cookie!.split(';')[0]! })
    expect(await answer.json()).toMatchObject({ results: [{ metrics: [2, 2] }] })
  })

  // One that is handed web Requests, and one that is Node’s.
  const isTypical = name === 'h3' || name === 'express'
  test.runIf(isTypical)('behind TLS its cookie is for nobody else', async () => {
    const login = await send('/api/login', { password }, { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example', origin: 'https://shop.example' })
    expect([login.status, login.headers.getSetCookie()]).toEqual([204, [expect.stringMatching(/^__Secure-treadlight=[^;]+; Path=\/stats; .*; Secure$/)]])
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
    expect((await get('/stats/api/session', { cookie, 'x-forwarded-proto': 'https' })).status).toBe(200)
    expect((await send('/api/login', { password }, { origin: 'https://other.example' })).status).toBe(403)
  })

  test.runIf(isTypical)('a body that is too large is refused by the collector, and it answers what is open before it closes', async () => {
    expect((await fetch(`${app.url}/stats/hit`, { method: 'POST', body: 'x'.repeat(80_000) })).status).toBe(413)
    const body = JSON.stringify({ url: 'https://shop.example/last' })
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1').setEncoding('utf8')
    socket.write(`POST /stats/hit HTTP/1.1\r\nhost: shop\r\nuser-agent: ${firefox}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const closed = treadlight.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await get('/stats/api/health')).status).toBe(503)
    socket.write(body.slice(5))
    let said = ''
    for await (const text of socket) said += text
    expect(said).toMatch(/^HTTP\/1.1 201/)
    await closed
  })

  function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(app.url + path, { headers })
  }

  function post(hit: object, address: string): Promise<Response> {
    return send('/hit', hit, { 'x-forwarded-for': address, 'user-agent': firefox })
  }

  function send(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${app.url}/stats${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
  }
})

test('an app that knows the address in another way says it', async () => {
  const treadlight = await mountCollector({
    base: '/stats',
    config: { storage: { driver: 'memory' }, timezone: 'UTC' },
    address: (_, peer: string) => peer,
    onPassword: () => undefined,
  })
  for (const peer of ['192.0.2.1', '192.0.2.2', '192.0.2.2'])
    await treadlight.fetch(new Request('https://shop.example/stats/hit', { method: 'POST', body: '{"url":"https://shop.example/"}', headers: { 'user-agent': firefox } }), peer)
  const { token } = await treadlight.collector.tokens.create('reader', ['stats'])
  const query = { site_id: 'default', metrics: ['visitors', 'pageviews'], date_range: 'day' }
  const answer = await treadlight.fetch(new Request('https://shop.example/stats/api/v2/query', { method: 'POST', body: JSON.stringify(query), headers: { authorization: `Bearer ${token}` } }), '127.0.0.1')
  expect(await answer.json()).toMatchObject({ results: [{ metrics: [2, 3] }] })
  await treadlight.close()
})

test('what has read the body before is named', async () => {
  const treadlight = await mountCollector({ base: '/stats', config: { storage: { driver: 'memory' } }, onPassword: () => undefined })
  const app = await listenOnNode(express().use(express.json()).use('/stats', treadlight.node))
  const answer = await fetch(`${app.url}/stats/hit`, { method: 'POST', body: '{"url":"https://shop.example/"}', headers: { 'content-type': 'application/json' } })
  expect([answer.status, await answer.json()]).toEqual([500, { error: expect.stringContaining('before express.json()') }])
  await app.close()
  await treadlight.close()
})

test.each(['stats', '/a b', '/a/../b?c'])('%j is no path to mount at', async (base) => {
  await expect(mountCollector({ base, config: { storage: { driver: 'memory' } } })).rejects.toThrow('must be a path such as /stats')
})

async function listen(handler: (request: Request) => Response | Promise<Response>): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = serve({ fetch: handler, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  return { url: server.url!.replace(/\/$/, ''), close: () => server.close(true) }
}

async function listenOnNode(handler: RequestListener): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close().closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
