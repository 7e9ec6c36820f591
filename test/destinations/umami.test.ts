import { umami, type ForwardedHit } from '@treadlight/destinations'
import { expect, test } from 'vitest'
import { forwardedHit } from './forwardedHit.ts'
import { answerOf, requestsOf } from './requestsOf.ts'

const website = 'a0000000-0000-4000-8000-000000000000'
const sent = (hits: Partial<ForwardedHit>[]) =>
  requestsOf(umami({ website }), hits.map(forwardedHit)).flatMap(({ body }) => (JSON.parse(body!) as { type: string; payload: Record<string, unknown> }[]).map(({ payload }) => payload))

test.each<[Partial<ForwardedHit>, object]>([
  [{}, {}],
  [{ type: 'event', name: 'search', props: { page: 2 } }, { name: 'search', data: { page: 2 } }],
  [{ type: 'event', name: 'buy', revenue: { amount: '1.50', currency: 'EUR' } }, { name: 'buy', data: { revenue: 1.5, currency: 'EUR' } }],
  [{ type: 'event', name: 'x'.repeat(49) + '\u{1f600}' }, { name: `${'x'.repeat(49)}\ufffd` }],
  [{ address: '203.0.113.0', userAgent: 'Mozilla/5.0', visitor: '00112233aabbccdd' }, { ip: '203.0.113.0', userAgent: 'Mozilla/5.0' }],
  [{ visitor: '00112233aabbccdd' }, { id: '00112233aabbccdd' }],
  [{ user: 'ann', userAgent: 'Mozilla/5.0' }, { id: 'ann', userAgent: 'Mozilla/5.0' }],
  [{ user: 'a'.repeat(51) }, { id: expect.stringMatching(/^[0-9a-f]{16}$/) as string }],
])('%o is %o', (hit, expected) => {
  expect(sent([hit])).toEqual([{ website, hostname: 'shop.example', url: 'https://shop.example/', title: 'Shop', referrer: '', timestamp: 1_795_255_200, ...expected }])
})

test('goes fifty at a time, without engagement, for which it has no word', () => {
  expect(sent([{ type: 'engagement', engaged: 5 }])).toEqual([])
  const requests = requestsOf(umami({ website }), Array.from({ length: 120 }, () => forwardedHit()))
  expect(requests.map(({ body }) => (JSON.parse(body!) as unknown[]).length)).toEqual([50, 50, 20])
})

test.each([
  [{ size: 2, processed: 2, errors: 0, details: [] }, { kind: 'sent' }],
  [{ size: 2, processed: 1, errors: 1, details: [{ index: 1, response: { error: 'no such website' } }] }, { kind: 'some', dead: [{ index: 1, reason: 'refused: {"error":"no such website"}' }], retry: [] }],
  [{ beep: 'boop' }, { kind: 'retry', reason: 'answered 200 without saying what it took' }],
])('SS38: %o is understood', (body, verdict) => {
  expect(umami({ website }).classify(answerOf(200, JSON.stringify(body)), 2)).toEqual(verdict)
})
