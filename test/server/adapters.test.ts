import { trackRequests as trackExpress } from '@treadlight/server/express'
import { toRequest as toFastifyRequest, trackRequests as trackFastify } from '@treadlight/server/fastify'
import { trackRequests as trackH3 } from '@treadlight/server/h3'
import { trackRequests as trackHono } from '@treadlight/server/hono'
import { trackRequests as trackWorker } from '@treadlight/server/workers'
import { createMemorySender, createTracking } from '@treadlight/server'
import express from 'express'
import fastify from 'fastify'
import { H3, toNodeHandler } from 'h3'
import { Hono, type Context } from 'hono'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from 'srvx/node'
import { expect, test } from 'vitest'
import { appRoutes, testTrackRequests, type AppAnswer, type RunningApp } from '../contracts/trackRequests.ts'

async function listen(listener: RequestListener): Promise<RunningApp> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return running(server)
}

function running(server: Server): RunningApp {
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** An answer as node:http writes it, its headers by `writeHead`. */
function write(response: ServerResponse, { status = 200, headers = {}, body = '' }: AppAnswer): void {
  response.writeHead(status, headers)
  for (const piece of Array.isArray(body) ? body.slice(0, -1) : []) response.write(piece)
  response.end(Array.isArray(body) ? body.at(-1) : body)
}

function responseOf({ status = 200, headers = {}, body }: AppAnswer): Response {
  if (!Array.isArray(body)) return new Response((body as BodyInit | undefined) ?? null, { status, headers })
  const encoder = new TextEncoder()
  const stream = new ReadableStream({
    start(controller) {
      for (const piece of body) controller.enqueue(encoder.encode(piece))
      controller.close()
    },
  })
  return new Response(stream, { status, headers })
}

const paths = Object.keys(appRoutes)

testTrackRequests('Express, response.send', (tracking) => {
  const app = express().use(trackExpress(tracking))
  for (const path of paths)
    app.all(path, async (_, response) => {
      const { status = 200, headers = {}, body } = await appRoutes[path]!(response.locals['treadlight'])
      response.status(status).set(headers)
      if (Array.isArray(body)) write(response, { status, body })
      else response.send(body instanceof Uint8Array ? Buffer.from(body) : body)
    })
  // Else Express prints the error of /fails.
  app.set('env', 'test')
  return listen(app)
})

testTrackRequests('Connect’s kind of app on node:http, headers by writeHead', (tracking) => {
  const track = trackExpress(tracking)
  return listen((request, response) =>
    track(request, response, () => {
      const { treadlight } = request as typeof request & { treadlight?: never }
      const handler = appRoutes[new URL(request.url!, 'http://localhost').pathname]!
      void Promise.resolve(treadlight)
        .then(handler)
        .then((answer) => write(response, answer))
        .catch(() => response.writeHead(500).end('broken'))
    }),
  )
})

testTrackRequests('Fastify', async (tracking) => {
  const app = fastify()
  await app.register(trackFastify(tracking))
  for (const path of paths)
    app.all(path, async (request, reply) => {
      const { status = 200, headers = {}, body } = await appRoutes[path]!(request.treadlight)
      reply.code(status).headers(headers)
      return Array.isArray(body) ? reply.send(body.join('')) : reply.send(body instanceof Uint8Array ? Buffer.from(body) : body)
    })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: () => app.close() }
})

testTrackRequests('Hono', async (tracking) => {
  const app = new Hono<{ Variables: { treadlight: never } }>()
  let peer: string | undefined
  app.use(trackHono(tracking, { address: () => peer }))
  for (const path of paths) app.all(path, async (context: Context) => responseOf(await appRoutes[path]!(context.get('treadlight'))))
  app.onError((_, context) => context.text('broken', 500))
  const server = serve({
    hostname: '127.0.0.1',
    port: 0,
    silent: true,
    fetch(request) {
      peer = request.ip
      return app.fetch(request)
    },
  })
  await server.ready()
  return { url: server.url!.replace(/\/$/, ''), close: () => server.close(true) }
})

testTrackRequests('h3', (tracking) => {
  const app = new H3({ silent: true }).use(trackH3(tracking))
  for (const path of paths) app.all(path, async (event) => responseOf(await appRoutes[path]!(event.context['treadlight'] as never)))
  return listen(toNodeHandler(app) as RequestListener)
})

testTrackRequests(
  'Workers',
  async (tracking) => {
    const fetch = trackWorker(tracking, async (request, _env: object, _context: { waitUntil(promise: Promise<unknown>): void }, visit) => {
      try {
        return responseOf(await appRoutes[new URL(request.url).pathname]!(visit))
      } catch {
        return new Response('broken', { status: 500 })
      }
    })
    const server = serve({ hostname: '127.0.0.1', port: 0, silent: true, fetch: (request) => fetch(request, {}, { waitUntil: () => undefined }) })
    await server.ready()
    return { url: server.url!.replace(/\/$/, ''), close: () => server.close(true) }
  },
  { lacks: ['address'] },
)

test('SS30: a Fastify route answers the notice with the cookies of a web Request', async () => {
  const tracking = createTracking({ sender: createMemorySender(), visitor: 'consent' })
  const app = fastify().get('/consent', (request, reply) => reply.header('set-cookie', tracking.consentCookies('accept', toFastifyRequest(request))).send())
  const { headers } = await app.inject('/consent')
  expect(String(headers['set-cookie'])).toMatch(/^treadlight-consent=accept-\d+; .*HttpOnly/)
})
