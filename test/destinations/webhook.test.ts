import { defineDestination, webhook } from '@treadlight/destinations'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { forwardedHit } from './forwardedHit.ts'
import { handOver, requestsOf } from './requestsOf.ts'

const hit = forwardedHit()

test('a webhook gets the hits as a JSON array', async () => {
  let arrived: unknown
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      arrived = { method: request.method, key: request.headers['x-key'], type: request.headers['content-type'], hits: JSON.parse(body) as unknown }
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const verdicts = await handOver(webhook({ url: `http://127.0.0.1:${port}/`, headers: { 'x-key': 'k' } }), [hit])
    expect(verdicts).toEqual([{ kind: 'sent' }])
    expect(arrived).toEqual({ method: 'POST', key: 'k', type: 'application/json', hits: [hit] })
  } finally {
    server.close()
  }
})

test('SS08 another system is a function of its options, without touching ours', () => {
  const pixel = defineDestination<string>({
    name: 'pixel',
    map: ({ type, url }) => (type === 'pageview' ? url : undefined),
    batch: (urls) => urls.map((url, index) => ({ request: { url: `https://p.example/?u=${encodeURIComponent(url)}`, method: 'GET' }, indexes: [index] })),
  })
  expect(requestsOf(pixel, [hit, { ...hit, type: 'event' }])).toEqual([{ url: 'https://p.example/?u=https%3A%2F%2Fshop.example%2F', method: 'GET' }])
})
