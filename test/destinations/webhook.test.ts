import { defineDestination, verifyWebhook, webhook } from '@treadlight/destinations'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
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

describe('a signed webhook', () => {
  const secret = 'whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo='
  const other = 'bm90IHRoZSBvbmUgdGhhdCBoYXMgc2lnbmVkIGl0'
  const now = Date.now()
  const sign = async (at = now) => {
    const destination = webhook({ url: 'https://a.example/hook/', secret })
    const { url, body = '', headers = {} } = await destination.sign!(requestsOf(destination, [hit])[0]!, { now: at })
    return { url, body, headers: new Headers(headers) }
  }

  test('is verified by the library of Standard Webhooks, and by ours', async () => {
    const { url, body, headers } = await sign()
    expect(url).toBe('https://a.example/hook/')
    expect(new Webhook(secret).verify(body, Object.fromEntries(headers))).toEqual([hit])
    expect(await verifyWebhook(body, headers, { secrets: [secret] })).toBe(true)
    expect(await verifyWebhook(body, headers, { secrets: [other, secret.replace('whsec_', '')] })).toBe(true)
  })

  test('ours verifies what the library has signed, with several signatures', async () => {
    const timestamp = new Date(now)
    const signature = new Webhook(secret).sign('msg_1', timestamp, '{"a":1}')
    const headers = new Headers({ 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(now / 1000)), 'webhook-signature': `v1a,AAAA v1,AAAA ${signature}` })
    expect(await verifyWebhook('{"a":1}', headers, { secrets: [secret] })).toBe(true)
  })

  test('is the same message at each attempt, at another time', async () => {
    const [first, second] = [await sign(), await sign(now + 60_000)]
    expect(second.headers.get('webhook-id')).toBe(first.headers.get('webhook-id'))
    expect(Number(second.headers.get('webhook-timestamp'))).toBe(Number(first.headers.get('webhook-timestamp')) + 60)
    expect(second.headers.get('webhook-signature')).not.toBe(first.headers.get('webhook-signature'))
  })

  test.each([
    ['of another secret', {}, { secrets: [other] }],
    ['of no secret', {}, { secrets: [] }],
    ['with another body', { body: '[]' }, {}],
    ['with another id', { 'webhook-id': 'x' }, {}],
    ['with another time', { 'webhook-timestamp': String(Math.floor(now / 1000) + 1) }, {}],
    ['without a time', { 'webhook-timestamp': '' }, {}],
    ['with a time that is none', { 'webhook-timestamp': 'NaN' }, {}],
    ['with a signature that is none', { 'webhook-signature': 'v1,!' }, {}],
    ['without a signature', { 'webhook-signature': '' }, {}],
    ['that is old', {}, { now: now + 301_000 }],
    ['that is ahead', {}, { now: now - 301_000 }],
    ['with the signature behind many others', { 'webhook-signature': 'prefixed' }, {}],
  ])('is not believed %s', async (_, { body, ...changes }: Record<string, string>, options: object) => {
    const signed = await sign()
    for (const [name, value] of Object.entries(changes)) signed.headers.set(name, value === 'prefixed' ? `${'v1,AAAA '.repeat(20)}${signed.headers.get(name)}` : value)
    expect(await verifyWebhook(body ?? signed.body, signed.headers, { secrets: [secret], now, ...options })).toBe(false)
  })

  test.each(['short', '', 'whsec_', 'not base64 at all, although it is long', 'QUJD'])('takes no secret %j', (bad) => {
    expect(() => webhook({ url: 'https://a.example/', secret: bad })).toThrow('openssl rand')
  })
})

test.each(['ftp://a.example/', 'a.example', '', 'https://me:secret@a.example/', 'file:///etc/passwd', 'javascript:1'])('input 30: %j is nowhere to send to', (url) => {
  expect(() => webhook({ url })).toThrow(/^\[treadlight destinations\] webhook: url must/)
  expect(() => webhook({ url })).not.toThrow('secret@')
})
