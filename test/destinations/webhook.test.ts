import { webhook, type Destination } from '@treadlight/destinations'
import type { Hit } from '@treadlight/protocol'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const hit: Hit = {
  id: '0197a2f0-1111-7abc-8def-0123456789ab',
  type: 'pageview',
  url: 'https://shop.example/',
  title: 'Shop',
  referrer: '',
  timestamp: '2026-11-21T10:00:00.000Z',
}

test('a webhook gets the hit as it crossed the wire', async () => {
  let arrived: unknown
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      arrived = { method: request.method, key: request.headers['x-key'], type: request.headers['content-type'], hit: JSON.parse(body) as unknown }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    await fetch(webhook({ url: `http://127.0.0.1:${port}/`, headers: { 'x-key': 'k' } }).request(hit)!)
    expect(arrived).toEqual({ method: 'POST', key: 'k', type: 'application/json', hit })
  } finally {
    server.close()
  }
})

test('SS08 another system is a function of its options, without touching ours', () => {
  const pixel = (base: string): Destination => ({
    name: 'pixel',
    request: ({ type, url }) => (type === 'pageview' ? new Request(`${base}?u=${encodeURIComponent(url)}`) : undefined),
  })
  expect(pixel('https://p.example/').request(hit)?.url).toBe('https://p.example/?u=https%3A%2F%2Fshop.example%2F')
  expect(pixel('https://p.example/').request({ ...hit, type: 'event' })).toBeUndefined()
})
