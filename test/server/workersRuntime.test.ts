import type { Hit } from '@treadlight/protocol'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The adapter on Cloudflare's own runtime, without Node's modules: what it is bundled from must need none.

const worker = `
  import { trackRequests } from '@treadlight/server/workers'

  const pages = {
    '/': (tag) => new Response('<title>Cats &amp; dogs</title>' + tag, { headers: { 'content-type': 'text/html' } }),
    '/json': () => Response.json({ ok: true }),
  }
  export default {
    fetch: trackRequests(
      (env) => ({ collector: env.COLLECTOR, token: env.TOKEN, userSecret: env.SECRET, secret: env.SECRET, visitor: 'session' }),
      async (request, env, context, visit) => pages[new URL(request.url).pathname]?.(await visit?.tag()) ?? Response.redirect('https://shop.example/', 302),
    ),
  }`

const asBrowser = { accept: 'text/html', 'sec-fetch-dest': 'document', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'cf-connecting-ip': '192.0.2.7' }

let collector: Server
let miniflare: Miniflare
/** Requests that the collector cannot take. */
let failing = 0
const received: { hits: Hit[]; token: string | undefined }[] = []

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    const { hits } = JSON.parse((await request.setEncoding('utf8').toArray()).join('')) as { hits: Hit[] }
    if (failing-- > 0) return response.writeHead(503, { 'x-hit': String(Date.now()) }).end('{}')
    received.push({ hits, token: request.headers.authorization })
    response.writeHead(201, { 'x-hit': String(Date.now()) }).end(JSON.stringify({ stored: hits.length, duplicate: 0, dropped: 0, refused: [] }))
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: fileURLToPath(new URL('../..', import.meta.url)), loader: 'js' },
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['@treadlight/source', 'worker'],
    // It is asked for only where trustProxies names ranges.
    external: ['node:net'],
  })
  miniflare = new Miniflare({
    modules: true,
    script: outputFiles[0]!.text,
    compatibilityDate: '2026-01-01',
    bindings: { COLLECTOR: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`, TOKEN: 'tl_secret', SECRET: 'a secret of thirty-two characters and more' },
  })
  await miniflare.ready
})
afterAll(async () => {
  await miniflare.dispose()
  collector.close()
})

test('SS19, SS28, SS34: a Worker’s page is counted, for the visitor, though the Worker ends with its answer', async () => {
  await miniflare.dispatchFetch('https://shop.example/json', { headers: { ...asBrowser, accept: '*/*', 'sec-fetch-dest': 'empty' } })
  await miniflare.dispatchFetch('https://shop.example/moved', { headers: asBrowser, redirect: 'manual' })
  const response = await miniflare.dispatchFetch('https://shop.example/?utm_source=news', { headers: asBrowser })
  const html = await response.text()
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1)
  const [{ hits, token } = { hits: [], token: '' }] = received
  expect(token).toBe('Bearer tl_secret')
  expect(hits).toHaveLength(1)
  expect(hits[0]).toMatchObject({
    type: 'pageview',
    url: 'https://shop.example/?utm_source=news',
    title: 'Cats & dogs',
    client: { address: '192.0.2.7', userAgent: asBrowser['user-agent'] },
  })
  expect(html).toContain(`data-view="${hits[0]!.id}"`)
  expect(html).not.toContain('tl_secret')
  expect(response.headers.get('cache-control')).toMatch(/private/)
  expect(response.headers.get('set-cookie')).toMatch(/treadlight-visitor=[^;]+;.*HttpOnly.*Secure/i)
})

test('SS38: a Worker tries again while it is kept alive, and requests at a time do not touch each other', async () => {
  received.length = 0
  failing = 2
  const paths = ['/?a', '/?b', '/?c']
  await Promise.all(paths.map(async (path) => (await miniflare.dispatchFetch(`https://shop.example${path}`, { headers: asBrowser })).text()))
  const arrived = (): string[] => received.flatMap(({ hits }) => hits.map(({ url }) => url.slice('https://shop.example'.length))).toSorted()
  await expect.poll(arrived, { timeout: 15_000 }).toEqual(paths)
})
