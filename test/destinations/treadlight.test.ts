import { treadlight } from '@treadlight/destinations'
import { maxBodyBytes, verifyUser, type Hit } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { forwardedHit } from './forwardedHit.ts'
import { answerOf, requestsOf } from './requestsOf.ts'

const userSecret = '0123456789abcdef0123456789abcdef'
const options = { url: 'https://other.example', token: 'tl_theirs' }
const now = Date.UTC(2026, 10, 21, 10, 0, 1)

test('no body is longer than the other one takes, users and all', async () => {
  const destination = treadlight({ ...options, userSecret })
  const hits = Array.from({ length: 200 }, (_, index) => forwardedHit({ url: `https://shop.example/${'x'.repeat((index * 37) % 2000)}`, user: '\u{1f600}'.repeat(index % 2 ? 255 : 1) }))
  const requests = await Promise.all(requestsOf(destination, hits).map((request) => destination.sign!(request, { now })))
  const sizes = requests.map(({ body }) => new TextEncoder().encode(body).length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBodyBytes)
  expect(requests.flatMap(({ body }) => (JSON.parse(body!) as { hits: Hit[] }).hits)).toHaveLength(200)
})

test('users are vouched for as the hits leave, and for no longer than a minute', async () => {
  const destination = treadlight({ ...options, userSecret })
  const [request] = requestsOf(destination, [forwardedHit({ user: 'ann' }), forwardedHit()])
  const signed = await destination.sign!(request!, { now })
  const [known, anonymous] = (JSON.parse(signed.body!) as { hits: Hit[] }).hits
  expect(await verifyUser(known!.user!, { secrets: [userSecret], time: now })).toEqual({ claims: { user: 'ann', expires: now + 60_000 } })
  expect(anonymous).not.toHaveProperty('user')
})

test('without a secret nobody is vouched for', () => {
  expect(requestsOf(treadlight(options), [forwardedHit({ user: 'ann' })])[0]!.body).not.toContain('ann')
  expect(() => treadlight({ ...options, userSecret: 'short' })).toThrow('at least 32')
})

test('engagement without a total and a depth has no word in /hit', () => {
  expect(requestsOf(treadlight(options), [forwardedHit({ type: 'engagement', engagedDelta: 5 })])).toEqual([])
})

const refused = [{ index: 1, field: 'id', reason: 'clock' }]
test.each([
  [201, { stored: 2, refused: [] }, { kind: 'sent' }],
  [200, { dropped: 2, refused: [] }, { kind: 'sent' }],
  [201, { stored: 1, refused }, { kind: 'some', dead: [{ index: 1, reason: 'answered 201: id clock' }], retry: [] }],
  [400, { refused }, { kind: 'some', dead: [{ index: 1, reason: 'answered 400: id clock' }], retry: [] }],
  [401, { refused }, { kind: 'retry', reason: 'answered 401' }],
  [413, { refused }, { kind: 'dead', reason: 'answered 413' }],
  [503, { refused }, { kind: 'retry', reason: 'answered 503' }],
])('SS38: %i %o is understood', (status, body, verdict) => {
  expect(treadlight(options).classify(answerOf(status, JSON.stringify(body), { 'x-hit': '1' }), 2)).toEqual(verdict)
})

test.each([200, 201, 302, 404])('a portal’s %i is no collector’s', (status) => {
  expect(treadlight(options).classify(answerOf(status, '{"refused":[]}'), 2)).toMatchObject({ kind: 'retry' })
})
