import { createMemorySender, createPing, createPixel, createTracking, ownTraffic } from '@treadlight/server'
import { toRequest, toRoute, trackRequests } from '@treadlight/server/express'
import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'

const stops: (() => unknown)[] = []
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())))

const sender = createMemorySender()
const tracking = createTracking({ sender, visitor: 'consent', secret: 'only for these tests, 32 letters' })

async function listen(): Promise<string> {
  const app = express().set('env', 'test')
  app.use(trackRequests(tracking))
  app.get('/pixel.gif', toRoute(createPixel(tracking)))
  app.get('/ping', toRoute(createPing(tracking)))
  app.use('/staff', express.Router().get('/not-me', toRoute(ownTraffic(tracking, { isAllowed: ({ url }) => new URL(url).pathname === '/staff/not-me' }))))
  app.get('/two', toRoute(() => new Response('', { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] })))
  app.get('/fails', toRoute(() => Promise.reject(new Error('the route is broken'))))
  app.post('/consent', (request, response) => {
    response.append('set-cookie', tracking.consentCookies('accept', toRequest(request))).end()
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('AR08 SS33 SS32: pixel, ping and own traffic are routes of an Express app', async () => {
  const url = await listen()
  const pixel = await fetch(`${url}/pixel.gif?p=/offer&r=https://r.example/`)
  expect([pixel.status, pixel.headers.get('content-type')]).toEqual([200, 'image/gif'])
  expect(Buffer.from(await pixel.arrayBuffer()).subarray(0, 3).toString()).toBe('GIF')
  expect((await fetch(`${url}/ping?r=1920x1080`, { headers: { referer: `${url}/page` } })).status).toBe(204)
  expect(sender.hits).toMatchObject([
    { url: `${url}/offer`, referrer: 'https://r.example/', client: { address: '127.0.0.1' } },
    { url: `${url}/page`, name: 'Ping' },
  ])
  const own = await fetch(`${url}/staff/not-me`)
  expect([own.status, own.headers.getSetCookie()]).toEqual([200, [expect.stringContaining('treadlight-own=1.')]])
})

test('SS30: an answer to the notice, by a route of an Express app', async () => {
  const { headers } = await fetch(`${await listen()}/consent`, { method: 'POST' })
  expect(headers.getSetCookie()[0]).toMatch(/^treadlight-consent=accept-/)
})

test('each cookie is a header of its own, and an error goes where those of the app go', async () => {
  const url = await listen()
  expect((await fetch(`${url}/two`)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect((await fetch(`${url}/fails`)).status).toBe(500)
})
