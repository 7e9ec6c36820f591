import { createId, maxBodyBytes } from '@treadlight/protocol'
import { createValues } from '@treadlight/store'
import { request as send, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as listen, type ServerRequest } from 'srvx'
import { createStorage } from 'unstorage'
import { expect, onTestFinished, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'
import { clientAddress } from '../../packages/collector/src/http/clientAddress.ts'
import { takeHits } from '../../packages/collector/src/http/nodeHits.ts'
import { createProxyTest, trustedBySrvx } from '../../packages/collector/src/http/trustedProxies.ts'
import { createTestCollector, noon } from './collector.ts'

interface Case {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  chunked?: boolean
}

const id = createId(noon)
const hit = JSON.stringify({ id, url: 'https://shop.example/a?utm_source=news', title: 'Ä', referrer: '' })

const client = { address: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', headers: { 'accept-language': 'de-CH' } }

const cases: [name: string, its: Case][] = [
  ['a hit', { body: hit }],
  ['a batch with a bad one', { body: `{"sentAt":${noon},"hits":[${hit},{"url":7}]}` }],
  ['a hit behind a byte order mark', { body: `\ufeff${hit}` }],
  ['bytes that are no UTF-8', { body: Buffer.concat([Buffer.from('{"url":"https://shop.example/'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]) }],
  ['no body', {}],
  ['no JSON', { body: '{"a":' }],
  ['another site’s', { body: JSON.stringify({ url: 'https://a.example/', site: 'other' }) }],
  ['in chunks', { body: hit, chunked: true }],
  ['too large', { body: 'x'.repeat(maxBodyBytes + 1) }],
  ['too large, in chunks', { body: 'x'.repeat(maxBodyBytes + 1), chunked: true }],
  ['as large as may be', { body: hit.padEnd(maxBodyBytes - 1) }],
  ['a preflight', { method: 'OPTIONS', headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' } }],
  ['GET', { method: 'GET' }],
  ['HEAD', { method: 'HEAD' }],
  ['PUT', { method: 'PUT', body: hit }],
  ['a pixel', { method: 'GET', path: `/hit?hit=${encodeURIComponent(hit)}` }],
  ['behind a proxy', { body: hit, headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' } }],
  ['behind two headers of proxies', { body: hit, headers: { 'x-forwarded-for': ['203.0.113.9', '127.0.0.1'] } }],
  ['of a server', { body: hit, headers: { authorization: 'Bearer HITS' } }],
  ['of a server for its visitors', { body: JSON.stringify([{ ...JSON.parse(hit), client }, { url: 'https://shop.example/b', client: {} }]), headers: { authorization: 'bearer HITS', 'x-forwarded-for': '198.51.100.7' } }],
  ['a pixel of a server', { method: 'GET', path: `/hit?hit=${encodeURIComponent(JSON.stringify({ ...JSON.parse(hit), client }))}`, headers: { authorization: 'Bearer HITS' } }],
  ['of a stranger for visitors', { body: JSON.stringify({ ...JSON.parse(hit), client }) }],
  ['with a token that there is not', { body: hit, headers: { authorization: 'Bearer tl_wrong' } }],
  ['with a token for something else', { body: hit, headers: { authorization: 'Bearer STATS' } }],
  ['too large, with a token that there is not', { body: 'x'.repeat(maxBodyBytes + 1), headers: { authorization: 'Bearer tl_wrong' } }],
  ['past a proxy with a password', { body: hit, headers: { authorization: 'Basic YTpi' } }],
  ['with a user agent of 20 kB', { body: hit, headers: { 'user-agent': 'M'.repeat(8000) } }],
]

interface Outcome {
  status: number
  headers: Record<string, unknown>
  body: string
  stored: unknown[]
}

test.each(cases)('the short way on Node.js answers and stores as h3 does: %s', async (_, its) => {
  const [short, long] = await Promise.all([play(its, true), play(its, false)])
  expect(short).toEqual(long)
  expect(short.headers['x-hit'] ?? short.headers['access-control-max-age']).toBeDefined()
})

test('everything else is h3’s', async () => {
  const { status, body } = await play({ method: 'GET', path: '/api/nothing' }, true)
  expect([status, body]).toEqual([404, '{"error":"There is nothing at this address"}'])
})

test.each([
  ['127.0.0.1', undefined, ['loopback'], '127.0.0.1'],
  ['127.0.0.1', '6.6.6.6, 7.7.7.7', ['loopback'], '7.7.7.7'],
  ['::ffff:127.0.0.1', '7.7.7.7', ['loopback'], '7.7.7.7'],
  ['::1', '7.7.7.7, 127.0.0.1', ['loopback'], '7.7.7.7'],
  ['8.8.8.8', '7.7.7.7', ['loopback'], '8.8.8.8'],
  ['10.0.0.1', '6.6.6.6, 7.7.7.7, 10.0.0.2', ['10.0.0.1', '10.0.0.2'], '7.7.7.7'],
  ['10.0.0.1', '10.0.0.2, 10.0.0.1', ['10.0.0.1', '10.0.0.2'], '10.0.0.2'],
  ['127.0.0.1', ' , ', ['loopback'], '127.0.0.1'],
  ['127.0.0.1', '7.7.7.7', [], '127.0.0.1'],
  ['127.0.0.9', '7.7.7.7', ['loopback'], '7.7.7.7'],
  ['10.1.2.3', '6.6.6.6, 7.7.7.7, 10.200.0.1, 10.0.0.2:4711', ['10.0.0.0/8'], '7.7.7.7'],
  ['11.0.0.1', '7.7.7.7', ['10.0.0.0/8'], '11.0.0.1'],
  ['::ffff:10.1.2.3', '7.7.7.7', ['10.0.0.0/8', 'loopback'], '7.7.7.7'],
  ['2001:DB8:1::5', '2001:db8:2::7, [2001:db8:1::6]:443', ['2001:db8:1::/48'], '2001:db8:2::7'],
  ['10.1.2.3', '7.7.7.7, unknown', ['10.0.0.0/8'], 'unknown'],
  [undefined, '7.7.7.7', ['loopback'], undefined],
])('the client of peer %s that forwards %s and trusts %j is %s', (peer, forwardedFor, trusted, client) => {
  expect(clientAddress(peer, forwardedFor, createProxyTest(trusted))).toBe(client)
})

test.each([
  [['127.0.0.0/24', '10.0.0.0/8'], '7.7.7.7 https:'],
  [['loopback', '10.0.0.0/8'], '7.7.7.7 https:'],
  [['loopback'], '10.3.3.3 http:'],
  [['10.0.0.0/8'], '127.0.0.1 http:'],
  [[], '127.0.0.1 http:'],
])('srvx, for all other routes, trusts %j likewise', async (proxies, said) => {
  const trustProxy = trustedBySrvx(proxies)
  const fetch = (request: ServerRequest) => new Response(`${request.ip} ${new URL(request.url).protocol}`)
  const server = listen({ fetch, port: 0, hostname: '127.0.0.1', trustProxy, silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const { port } = server.node!.server!.address() as AddressInfo
  const headers = { 'x-forwarded-for': '7.7.7.7, 10.3.3.3', 'x-forwarded-proto': 'https, http' }
  expect((await ask(port, { method: 'GET', path: '/', headers })).body).toBe(said)
})

async function play(its: Case, isShort: boolean): Promise<Outcome> {
  const values = createValues(createStorage())
  const tokens = createTokens(values, () => noon)
  const made = { HITS: (await tokens.create('shop', ['hits'])).token, STATS: (await tokens.create('ci', ['stats', 'metrics', 'tasks'])).token }
  const { authorization } = its.headers ?? {}
  const headers = authorization === undefined ? {} : { authorization: String(authorization).replace(/HITS|STATS/, (name) => made[name as keyof typeof made]) }
  const { collector, stored } = createTestCollector({ values })
  const server = listen({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', trustProxy: 'loopback', maxRequestBodySize: maxBodyBytes, silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const node = server.node!.server as Server
  if (isShort) takeHits(node, { answerHit: collector.answerHit, trustProxies: ['loopback'] })
  const answer = await ask((node.address() as AddressInfo).port, { ...its, headers: { ...its.headers, ...headers } })
  // Made anew for each: the salt, and ids of hits that come without, by which hits of one moment are in order.
  const hits = (await stored()).map((its) => Object.assign(its, { id: '', view: '', visitor: its.visitor.length })).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return { ...answer, stored: hits }
}

function ask(port: number, { method = 'POST', path = '/hit', headers = {}, body, chunked }: Case): Promise<Omit<Outcome, 'stored'>> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(body) }
    const request = send({ port, host: '127.0.0.1', method, path, headers: { ...headers, ...length }, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      response.on('end', () => {
        const { date: _, ...rest } = response.headers
        // Of what is left out h3 does not know the length.
        if (method === 'HEAD') delete rest['content-length']
        resolve({ status: response.statusCode!, headers: rest, body: text })
      })
    })
    request.on('error', reject)
    if (chunked && body !== undefined) request.write(body.slice(0, 10))
    request.end(chunked && body !== undefined ? body.slice(10) : body)
  })
}
