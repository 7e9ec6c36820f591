import { idTime, withTime, type Hit } from '@treadlight/protocol'
import { describe, expect, test } from 'vitest'
import { countFitting, longestBody } from '../../../packages/server/src/senders/countFitting.ts'
import { createPost, type Verdict } from '../../../packages/server/src/senders/post.ts'
import { answerAsStranger, type Fault } from '../../browsers/faultyCollector.ts'
import { createTestCollector } from '../../collector/collector.ts'
import { makePageview } from './makePageview.ts'
import { answering, deadAddress, openCollector } from './stage.ts'

const write = (hits: Hit[]): string[] => hits.map((hit) => JSON.stringify(hit))
const refusal = { index: 0, field: 'url', reason: 'must be absolute' }

describe('SS38: what an answer means for the hits', () => {
  const all: Fault = ({ store, answer }) => (store(), answer(201))
  const one: Partial<Verdict> = { kind: 'answered', delivered: 1 }
  const unanswered = { kind: 'unanswered', isOwners: false } as const
  const owners = { kind: 'unanswered', isOwners: true } as const

  test.each<[string, Fault, number, Partial<Verdict>]>([
    ['201', all, 2, { kind: 'answered', delivered: 2, dead: [] }],
    ['200', answering(200, { 'x-hit-dropped': 'bot' }), 1, { ...one, dropped: 'bot' }],
    ['201 that refuses one', ({ answer }) => answer(201, {}, { refused: [{ ...refusal, index: 1 }] }), 3, { kind: 'answered', delivered: 2 }],
    ['400 that names each', ({ answer }) => answer(400, {}, { refused: [refusal] }), 1, { kind: 'answered', delivered: 0 }],
    ['400 for the whole of several', ({ answer }) => answer(400, {}, { refused: [refusal] }), 2, { kind: 'too much' }],
    ['401', answering(401), 2, owners],
    ['403', answering(403), 2, owners],
    ['403 of a firewall', answerAsStranger(403), 2, { kind: 'too much' }],
    ['403 of a firewall for one alone', answerAsStranger(403), 1, unanswered],
    ['404 of the collector', answering(404), 1, { kind: 'answered', delivered: 0, dead: [expect.objectContaining({ reason: '404' })] }],
    ['404 of a proxy', answerAsStranger(404), 1, unanswered],
    ['408', answering(408), 1, unanswered],
    ['413 for several', answering(413), 2, { kind: 'too much' }],
    ['413 for one alone', answering(413), 1, { kind: 'answered', delivered: 0, dead: [expect.objectContaining({ reason: '413' })] }],
    ['425', answering(425), 1, unanswered],
    ['429', answering(429, { 'retry-after': '3' }), 2, { ...unanswered, retryAfter: 3000 }],
    ['500 for several', answering(500), 2, { kind: 'too much' }],
    ['500 for one alone', answering(500), 1, unanswered],
    ['502 of a proxy', answerAsStranger(502), 2, unanswered],
    ['503', answering(503, { 'retry-after': '5' }), 1, { ...unanswered, retryAfter: 5000 }],
    ['200 of a captive portal', answerAsStranger(200), 1, unanswered],
    ['a redirect', ({ response }) => response.writeHead(301, { location: 'https://elsewhere.example/hit' }).end(), 1, unanswered],
    ['a body that is not JSON', ({ response }) => response.writeHead(201, { 'x-hit': '1' }).end('{'), 1, unanswered],
    ['a connection that ends', ({ request }) => request.socket.destroy(), 1, { ...unanswered, status: 0 }],
    ['nothing for longer than the limit', () => {}, 1, { ...unanswered, status: 0 }],
  ])('%s', async (name, fault, count, expected) => {
    const collector = await openCollector(fault)
    const timeout = name.startsWith('nothing') ? 50 : 10_000
    const verdict = await createPost({ collector: collector.url, timeout })(write(Array.from({ length: count }, () => makePageview())))
    expect(verdict).toMatchObject(expected)
  })

  test('names the remedy', async () => {
    const nobody = await deadAddress()
    const reasonOf = async (collector: string): Promise<unknown> => ((await createPost({ collector })(write([makePageview()]))) as { reason: string }).reason
    expect(await reasonOf(nobody)).toBe(`the collector at ${nobody}/hit cannot be reached (ECONNREFUSED): start it, or correct \`collector\``)
    expect(await reasonOf((await openCollector(answering(401))).url)).toContain('treadlight token create --name NAME --scope hits')
  })
})

test.each(['stats.example', '127.0.0.1:4600', 'localhost:4600', ''])('a collector that is no URL is named: %j', (collector) => {
  expect(() => createPost({ collector })).toThrow('[treadlight] collector: must be a URL with http:// or https://, such as https://stats.example')
})

test('SS12: posts JSON with the token to /hit below the collector\'s address', async () => {
  let seen: unknown
  const collector = await openCollector(({ request, store, answer }) => {
    const { authorization, 'content-type': type } = request.headers
    seen = { authorization, type, url: request.url }
    store()
    answer(201)
  })
  const hit = makePageview()
  await createPost({ collector: `${collector.url}/`, token: 'abc' })(write([hit]))
  expect(seen).toEqual({ authorization: 'Bearer abc', type: 'application/json', url: '/hit' })
  expect(collector.requests[0]!.hits).toEqual([hit])
})

test('a refused hit is named with its own reason', async () => {
  const hits = [makePageview(), makePageview(), makePageview()]
  const collector = await openCollector(({ answer }) => answer(201, {}, { refused: [{ index: 2, field: 'url', reason: 'is no URL' }] }))
  const verdict = await createPost({ collector: collector.url })(write(hits))
  expect(verdict).toMatchObject({ dead: [{ text: JSON.stringify(hits[2]), reason: '201: url is no URL' }] })
})

test('what a real collector re-times is sent in the place of what it refused, once', async () => {
  const real = createTestCollector({ now: Date.now })
  const fetch = (async (url: string, init: RequestInit) => real.request(new URL(url).pathname, init)) as typeof globalThis.fetch
  const post = createPost({ collector: 'http://collector.example', fetch })
  const right = makePageview()
  const later = Date.now() + 30 * 86_400_000
  const wrong = makePageview({ id: withTime(right.id, later), timestamp: new Date(later).toISOString() })

  // What a server whose clock is a month ahead says as it sends.
  const clock = Date.now
  Date.now = () => clock() + 30 * 86_400_000
  const verdict = await post(write([wrong])).finally(() => (Date.now = clock))
  expect(verdict).toMatchObject({ kind: 'answered', delivered: 0, dead: [] })
  const [retimed] = (verdict as { retimed: string[] }).retimed.map((text) => JSON.parse(text) as Hit)
  expect(retimed).toMatchObject({ url: wrong.url, retimed: true })
  expect(Math.abs(idTime(retimed!.id) - clock())).toBeLessThan(86_400_000)
  expect(await post(write([retimed!]))).toMatchObject({ kind: 'answered', delivered: 1 })
})

test('a hit that was re-timed and is refused again is dead', async () => {
  const hit = makePageview({ retimed: true })
  const collector = await openCollector(({ answer, hits }) => answer(400, {}, { refused: [{ index: 0, field: 'id', reason: 'clock' }], retimed: hits }))
  expect(await createPost({ collector: collector.url })(write([hit]))).toMatchObject({ kind: 'answered', retimed: [], dead: [{ reason: '400: id clock' }] })
})

describe('one request holds', () => {
  test('1000 hits', () => expect(countFitting(Array.from({ length: 1200 }, () => '{}'))).toBe(1000))
  test('60,000 bytes, counted as bytes', () => {
    const texts = Array.from({ length: 100 }, () => JSON.stringify({ title: 'ä'.repeat(500) }))
    const count = countFitting(texts)
    const bytes = (count: number): number => new TextEncoder().encode(`{"sentAt":${Date.now()},"hits":[${texts.slice(0, count).join(',')}]}`).length
    expect(bytes(count)).toBeLessThanOrEqual(longestBody)
    expect(bytes(count + 1)).toBeGreaterThan(longestBody - 10)
  })
  test('one, however long', () => expect(countFitting(['x'.repeat(100_000), '{}'])).toBe(1))
  test('nothing of nothing', () => expect(countFitting([])).toBe(0))
})

describe('what can never get through is said at the start, and never repeats a secret', () => {
  test.each([NaN, -1, Infinity, 2 ** 31])('a timeout of %s', (timeout) => {
    expect(() => createPost({ collector: 'https://stats.example', timeout })).toThrow('timeout must be ms from 0 to')
  })

  test.each([
    ['a collector with a password', { collector: 'https://ada:s3cret@stats.example' }],
    ['a token of two lines', { collector: 'https://stats.example', token: 'tl_s3cret\ntl_s3cret' }],
  ])('%s', (_, options) => {
    expect(() => createPost(options)).toThrow(/^\[treadlight\] (collector|token) must be (?!.*s3cret)/)
  })
})
