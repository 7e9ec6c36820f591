import {
  checkHit,
  createUniversalClient,
  createUniversalSender,
  sessionParameters,
  type UniversalClient,
  type UniversalClientOptions,
  type WireParameters,
} from '@treadlight/destinations/universal-analytics'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readVectors } from './readVectors.ts'

interface Recorded {
  client: UniversalClient<boolean>
  hits: WireParameters[]
}

function record(options: Partial<UniversalClientOptions<boolean>> = {}): Recorded {
  const hits: WireParameters[] = []
  const client = createUniversalClient({
    general: { trackingId: 'UA-x' },
    defaults: [sessionParameters({ clientId: 'c1' })],
    send: async (parameters) => hits.push(parameters) > 0,
    ...options,
  })
  return { client, hits }
}

describe('SS09 the vectors of client calls', () => {
  const calls: Record<string, (client: UniversalClient<boolean>) => Promise<unknown>> = {
    M059: (client) => client.pageview({ locationUrl: 'https://e.example/a' }),
    M063: (client) => client.screenview({ screenName: 'Home', name: 'App', version: '1' }),
    M071: (client) => client.timing({ category: 'c', variable: 'v', value: 10 }),
    M074: (client) => client.exception({ fatal: 0 }),
    M075: (client) => client.social({ network: 'n', action: 'a', target: 't' }, { z: '1' }),
  }
  const vectors = readVectors('client').filter(({ parity }) => parity === 'must')

  test('are all here', () => expect(Object.keys(calls)).toEqual(vectors.map(({ id }) => id)))

  test.each(vectors)('$id $why', async ({ id, result }) => {
    const { client, hits } = record()
    const returned = await calls[id]!(client)
    expect({ returns: returned, hits }).toEqual(result)
  })
})

test('AR07 M140 the eleven keys of the article’s payload, and what a visitor without user agent is called', async () => {
  const { client, hits } = record({ general: { trackingId: 'UA-xxxxxxxx-x' }, cacheBuster: true, defaults: [{ ua: 'Unknown' }] })
  const page = { title: 'Hello', hostName: 'site.example', path: '/page/' }
  const visitor = { clientId: 'V', documentReferrer: 'https://r.example/', ipOverride: '203.0.113.7' }
  await client.pageview(page, sessionParameters({ ...visitor, userAgentOverride: 'UA' }))
  await client.pageview(page, sessionParameters(visitor))
  const vector = readVectors('article build_params').find(({ id }) => id === 'M140')
  const written = Object.fromEntries(Object.entries(hits[0]!).map(([key, value]) => [key, String(value)]))
  expect(written).toEqual({ ...(vector!.result as object), z: expect.stringMatching(/^\d{1,10}$/) })
  expect(hits[1]).toMatchObject({ ua: 'Unknown' })
})

describe('where upstream is wrong', () => {
  const nobody: Partial<UniversalClientOptions<boolean>> = { defaults: [] }

  test('SS02 M061 a pageview of no page is an error, and nothing is sent', async () => {
    const { client, hits } = record()
    await expect(client.pageview({})).rejects.toThrow('locationUrl')
    await expect(client.hit('pageview')).rejects.toThrow('missing: dl, or dh and dp, or cd')
    expect(hits).toEqual([])
  })

  test('SS02 M065 an event of nobody is an error', async () => {
    const { client, hits } = record(nobody)
    await expect(client.event({ category: 'cat', action: 'act' })).rejects.toThrow('event: parameters are required, but missing: cid')
    expect(hits).toEqual([])
  })

  test('SS10 M067 a transaction is worth its items, shipping and tax; items have a visitor', async () => {
    const { client, hits } = record()
    const { recommended } = readVectors('client').find(({ id }) => id === 'M067')!
    const returned = await client.transaction({ transactionId: 'T', items: [{ name: 'a', price: 10, quantity: 2 }], shipping: 3, tax: 1 })
    expect(hits).toEqual([
      { v: 1, tid: 'UA-x', t: 'transaction', ti: 'T', ts: 3, tt: 1, cid: 'c1', ...recommended },
      { v: 1, tid: 'UA-x', t: 'item', ti: 'T', in: 'a', ip: 10, iq: 2, cid: 'c1' },
    ])
    expect(returned).toEqual([true, true])
  })

  test.each<[string, Parameters<UniversalClient<boolean>['transaction']>[0], number | string]>([
    ['no items', { transactionId: 'T', items: [] }, 0],
    ['neither price nor quantity', { transactionId: 'T', items: [{ name: 'a' }, { name: 'b', price: 2 }] }, 2],
    ['cents', { transactionId: 'T', items: [{ name: 'a', price: 0.1 }, { name: 'b', price: 0.2 }] }, 0.3],
    ['tax alone', { transactionId: 'T', items: [{ name: 'a', price: 1 }], tax: 0.5 }, 1.5],
    ['a sum of their own', { transactionId: 'T', items: [{ name: 'a', price: 1 }], revenue: '9.90' }, '9.90'],
  ])('SS10 revenue with %s', async (_, transaction, revenue) => {
    const { client, hits } = record()
    await client.transaction(transaction)
    expect(hits[0]!['tr']).toBe(revenue)
  })

  test('SS10 an item without a currency has the transaction\'s', async () => {
    const { client, hits } = record()
    await client.transaction({ transactionId: 'T', currency: 'SEK', items: [{ name: 'a' }, { name: 'b', currency: 'USD' }] })
    expect(hits.map((hit) => hit['cu'])).toEqual(['SEK', 'SEK', 'USD'])
  })

  test('SS10 a bad item sends no half of a transaction', async () => {
    const { client, hits } = record()
    await expect(client.transaction({ transactionId: 'T', items: [{ name: 'a' }, { name: '' }] })).rejects.toThrow('missing: name')
    expect(hits).toEqual([])
  })
})

test('SS11 defaults go with every hit, a call beats them, and what comes last wins', async () => {
  const { client, hits } = record({ defaults: [sessionParameters({ clientId: 'c1', userLanguage: 'de' }), { cd1: 'all' }], cacheBuster: true })
  await client.event({ category: 'c', action: 'a' }, sessionParameters({ clientId: 'c2' }), { ul: 'en' }, { ul: 'fr', ea: 'b' })
  expect(hits).toEqual([{ v: 1, tid: 'UA-x', t: 'event', ec: 'c', ea: 'b', cid: 'c2', ul: 'fr', cd1: 'all', z: expect.any(Number) as number }])
})

test.each([
  ['t', { v: 1, tid: 'UA-x', cid: 'c', t: 'view' }, 't must be one of pageview, screenview'],
  ['an item', { v: 1, tid: 'UA-x', cid: 'c', t: 'item', ti: 'T' }, 'item: parameters are required, but missing: in'],
  ['everything', { t: 'timing' }, 'missing: v, tid, cid, utc and utv and utt'],
])('SS02 of a whole hit it is named what is missing: %s', (_, parameters, message) => {
  expect(() => checkHit(parameters as WireParameters)).toThrow(message)
})

describe('SS12 what became of a hit', () => {
  const parameters: WireParameters = { v: 1, t: 'pageview' }

  test.each(readVectors('client-return').map(({ id, call }) => [id, Number(/\d+/.exec(call)![0])] as const))('SS38 %s %i is what the status says', async (_, status) => {
    const { host } = await listen(status)
    const ok = status < 300
    expect(await createUniversalSender({ host, ssl: false })(parameters)).toEqual({ ok, status, ...(!ok && { reason: `answered ${status}` }) })
  })

  test('a redirect is not followed', async () => {
    const { host, requests } = await listen(302, '', { location: '/elsewhere' })
    expect(await createUniversalSender({ host, ssl: false })(parameters)).toMatchObject({ ok: false, status: 302 })
    expect(requests).toHaveLength(1)
  })

  test('a collector that takes too long, and one that is not there', async () => {
    const { host } = await listen(0)
    const started = performance.now()
    expect(await createUniversalSender({ host, ssl: false, timeout: 200 })(parameters)).toEqual({ ok: false, status: 0, reason: expect.stringMatching(/timeout/i) as string })
    expect(performance.now() - started).toBeLessThan(5000)
    expect(await createUniversalSender({ host: '127.0.0.1:1', ssl: false })(parameters)).toMatchObject({ ok: false, status: 0 })
  })

  test.each([
    ['valid', { valid: true, parserMessage: [] }, { ok: true, status: 200 }, 'the hit is valid'],
    [
      'invalid',
      { valid: false, parserMessage: [{ messageType: 'ERROR', description: 'A value is required.', messageCode: 'VALUE_REQUIRED', parameter: 'tid' }] },
      { ok: false, status: 200, reason: 'ERROR A value is required. tid' },
      'the hit is invalid: ERROR A value is required. tid',
    ],
  ])('SS17 in debug mode the validation endpoint is asked: %s', async (_, result, expected, logged) => {
    const { host, requests } = await listen(200, JSON.stringify({ hitParsingResult: [result] }))
    const log: string[] = []
    expect(await createUniversalSender({ host, ssl: false, debug: true, log: (line) => log.push(line) })(parameters)).toEqual(expected)
    expect(requests).toEqual([{ method: 'POST', url: '/debug/collect', body: 'v=1&t=pageview', type: 'application/x-www-form-urlencoded' }])
    expect(log).toEqual([`[treadlight destinations] Universal Analytics: ${logged}`])
  })

  test.each(['<html>', '{}', '{"hitParsingResult":[]}', 'null'])('SS17 an answer that judges nothing is no good news: %s', async (body) => {
    const { host } = await listen(200, body)
    expect(await createUniversalSender({ host, ssl: false, debug: true })(parameters)).toMatchObject({ ok: false })
  })
})

interface Seen {
  method: string
  url: string
  body: string
  type: string
}

/** A collector that answers with `status`; 0: never. */
async function listen(status: number, body = '', headers: Record<string, string> = {}): Promise<{ host: string; requests: Seen[] }> {
  const requests: Seen[] = []
  const see = async (request: IncomingMessage): Promise<void> => {
    requests.push({ method: request.method!, url: request.url!, body: await text(request), type: request.headers['content-type'] ?? '' })
  }
  const server = createServer((request, response) => {
    void see(request).then(() => status > 0 && response.writeHead(status, headers).end(status === 204 ? undefined : body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
