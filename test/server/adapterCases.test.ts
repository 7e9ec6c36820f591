import { createTracking, type TrackingOptions } from '@treadlight/server'
import { trackRequests as trackExpress } from '@treadlight/server/express'
import { trackRequests as trackFastify } from '@treadlight/server/fastify'
import { trackRequests as trackH3 } from '@treadlight/server/h3'
import { trackRequests as trackHono } from '@treadlight/server/hono'
import { tagOf } from '@treadlight/server/next'
import { trackRequests as trackWorker } from '@treadlight/server/workers'
import express from 'express'
import fastify from 'fastify'
import { H3, HTTPError, toNodeHandler, type H3Config } from 'h3'
import { Hono } from 'hono'
import { once } from 'node:events'
import { createServer, get, type RequestListener, type ServerResponse } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createGzip } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { createRecordingSender } from './recordingSender.ts'

const headers = { accept: 'text/html' }
const page = '<title>Page</title>'

function tryTracking(options: Partial<TrackingOptions> = {}) {
  const sender = createRecordingSender()
  return { sender, tracking: createTracking({ sender, collector: 'https://stats.example', visitor: 'session', onError: () => {}, ...options }) }
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function askExpress(tracking: ReturnType<typeof createTracking>, times: number): Promise<Response> {
  const app = express()
  for (let time = 0; time < times; time++) app.use(trackExpress(tracking))
  app.get('/', (_, response) => void response.send(page))
  return fetch(await listen(app), { headers })
}

async function askHono(tracking: ReturnType<typeof createTracking>, times: number): Promise<Response> {
  const app = new Hono()
  for (let time = 0; time < times; time++) app.use(trackHono(tracking))
  app.get('/', (context) => context.html(page))
  return app.request('/', { headers })
}

async function askH3(tracking: ReturnType<typeof createTracking>, times: number): Promise<Response> {
  const app = new H3({ silent: true })
  for (let time = 0; time < times; time++) app.use(trackH3(tracking))
  app.get('/', () => new Response(page, { headers: { 'content-type': 'text/html' } }))
  return app.request('/', { headers })
}

test.each([
  ['Express', askExpress],
  ['Hono', askHono],
  ['h3', askH3],
])('%s: a middleware that is used twice counts once, and sets one cookie', async (_, ask) => {
  const { tracking, sender } = tryTracking()
  const response = await ask(tracking, 2)
  expect(await response.text()).toBe(page)
  await sender.arrived(1)
  // A hit more would be sent with the end of the answer.
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(sender.hits.map(({ title }) => title)).toEqual(['Page'])
  expect(response.headers.getSetCookie()).toHaveLength(1)
})

const heads: [string, unknown[]][] = [
  ['null', [200, null]],
  ['a reason and null', [200, 'OK', null]],
  ['null and headers', [200, null, { 'x-a': '1' }]],
  ['a list with a list of values', [200, ['set-cookie', ['a=1', 'b=2'], 'x-a', '1']]],
  ['a list of pairs', [200, [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-a', '1']]]],
]

test.each(heads)('writeHead takes %s, as node:http does', async (_, given) => {
  const { tracking } = tryTracking({ visitor: 'none' })
  const track = trackExpress(tracking)
  const write = (response: ServerResponse): void => void (response.writeHead as (...args: unknown[]) => ServerResponse)(...given).end(page)
  const plain = await fetch(await listen((_request, response) => write(response)), { headers })
  const tracked = await fetch(await listen((request, response) => track(request, response, () => write(response)).catch((error: unknown) => response.end(String(error)))), { headers })
  const told = async (response: Response): Promise<unknown> => [response.status, await response.text(), response.headers.getSetCookie(), response.headers.get('x-a')]
  expect(await told(tracked)).toEqual(await told(plain))
})

test('HTTP/2: the host is that of :authority, and nothing is warned of', async () => {
  const { tracking, sender } = tryTracking()
  const track = trackExpress(tracking)
  const warnings: string[] = []
  const warn = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  const server = createHttp2Server((request, response) => void track(request as never, response as never, () => response.end(page))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => (client.close(), void server.close()))
  await once(client.request({ ':path': '/p', ':authority': 'shop.example', ...headers }).resume(), 'end')
  expect((await sender.arrived(1))[0]!.url).toBe('http://shop.example/p')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(warnings).toEqual([])
})

test('Express: the title of a page in pieces is read above what compresses them', async () => {
  const { tracking, sender } = tryTracking()
  const app = express()
  // As `compression` does it.
  app.use((_, response, next) => {
    const { write, end } = response
    const zip = createGzip().on('data', (piece: Buffer) => void write.call(response, piece, 'latin1')).on('end', () => void end.call(response, undefined, 'latin1'))
    const begin = (): unknown => response.headersSent || response.setHeader('content-encoding', 'gzip').flushHeaders()
    response.write = ((piece: string) => (begin(), zip.write(piece))) as typeof write
    response.end = ((piece: string) => (begin(), zip.end(piece), response)) as typeof end
    next()
  })
  app.use(trackExpress(tracking)).use((_, response) => {
    response.type('html').write('<!doctype html>')
    response.write('<title>In pieces</title>')
    response.end('<p>')
  })
  expect(await (await fetch(await listen(app), { headers })).text()).toBe('<!doctype html><title>In pieces</title><p>')
  expect((await sender.arrived(1))[0]!.title).toBe('In pieces')
})

test.each([
  [false, undefined, 'shop.example:8080'],
  [false, 'other.example', 'shop.example:8080'],
  [true, 'other.example:81, proxy.example', 'other.example:81'],
])('Express 4 and 5: with trust proxy %s and X-Forwarded-Host %s the host is %s', async (trust, forwarded, expected) => {
  const { tracking, sender } = tryTracking({ trustProxies: [] })
  const app = express().set('trust proxy', trust)
  app.use((request, _, next) => {
    // What Express 4 has there is without the port.
    Object.defineProperty(request, 'host', { get: () => 'shop.example' })
    next()
  })
  app.use(trackExpress(tracking)).use((_, response) => void response.send(page))
  const { port } = new URL(await listen(app))
  const asked = { ...headers, host: 'shop.example:8080', ...(forwarded === undefined ? {} : { 'x-forwarded-host': forwarded }) }
  get({ port, host: '127.0.0.1', headers: asked }).on('response', (response) => response.resume())
  expect(new URL((await sender.arrived(1))[0]!.url).host).toBe(expected)
})

test('Fastify 4: the host is that of hostname', async () => {
  const { tracking, sender } = tryTracking()
  const app = fastify()
  app.addHook('onRequest', (request, _, next) => {
    // As there: without `host`, and with the port in `hostname`.
    Object.defineProperties(request, { host: { value: undefined }, hostname: { value: 'shop.example:8080' } })
    next()
  })
  await app.register(trackFastify(tracking))
  app.get('/', (_, reply) => reply.type('text/html').send(page))
  await app.inject({ url: '/', headers })
  expect((await sender.arrived(1))[0]!.url).toBe('http://shop.example:8080/')
})

test('a path that begins with two slashes is one of this site', async () => {
  const { tracking, sender } = tryTracking()
  const { port } = new URL(await listen(express().use(trackExpress(tracking)).use((_, response) => void response.send(page))))
  get({ port, host: '127.0.0.1', path: '//other.example/x', headers }).on('response', (response) => response.resume())
  expect((await sender.arrived(1))[0]!.url).toBe(`http://127.0.0.1:${port}//other.example/x`)
})

test('h3: the app’s own page of errors stays, also where no route answers, and is made once', async () => {
  const { tracking, sender } = tryTracking({ errors: true, notFound: true })
  const made: string[] = []
  const config: H3Config = {
    silent: true,
    onError: ({ status }) => new Response(`own ${status}`, { status }),
    onResponse: ({ status }) => void made.push(String(status)),
  }
  const app = new H3(config).use(trackH3(tracking)).get('/fails', () => {
    throw new HTTPError({ status: 503 })
  })
  const url = await listen(toNodeHandler(app) as RequestListener)
  for (const path of ['missing', 'fails']) expect(await (await fetch(url + path, { headers })).text()).toBe(path === 'missing' ? 'own 404' : 'own 503')
  expect(made).toEqual(['404', '503'])
  expect((await sender.arrived(2)).map(({ props }) => props?.['fatal'])).toEqual([false, true])
})

test('SS22, Workers: a handler that throws is an exception, and throws on', async () => {
  const { tracking, sender } = tryTracking({ errors: true })
  const handle = trackWorker(tracking, () => {
    throw new Error('broken')
  })
  await expect(handle(new Request('https://shop.example/', { headers }), {}, { waitUntil: () => undefined })).rejects.toThrow('broken')
  expect((await sender.arrived(1))[0]!.name).toBe('exception')
})

test('SS37, Hono: an address that cannot be told costs no answer', async () => {
  const { tracking, sender } = tryTracking()
  const address = (): never => {
    throw new TypeError('no connection')
  }
  const app = new Hono().use(trackHono(tracking, { address })).get('/', (context) => context.html(page))
  expect((await app.request('/', { headers })).status).toBe(200)
  expect(await sender.arrived(1)).toHaveLength(1)
})

test('Next: names of attributes may have digits', () => {
  const tag = encodeURIComponent('<script defer src="https://stats.example/t.js" data-area2="a b"></script>')
  expect(tagOf(new Headers({ 'x-treadlight-tag': tag }))).toEqual({ defer: true, src: 'https://stats.example/t.js', 'data-area2': 'a b' })
})

test('Next: a header that no proxy has written costs no page', () => {
  expect(tagOf(new Headers({ 'x-treadlight-tag': '%' }))).toBeUndefined()
})
