import { plausible, type ForwardedHit } from '@treadlight/destinations'
import { expect, test } from 'vitest'
import { isRobot } from '../../packages/collector/src/enrich/robots.ts'
import { forwardedHit } from './forwardedHit.ts'
import { answerOf, requestsOf } from './requestsOf.ts'

const bodies = (hit: Partial<ForwardedHit>) => requestsOf(plausible({ domain: 'shop.example' }), [forwardedHit(hit)]).map(({ body }) => JSON.parse(body!) as unknown)
const url = 'https://shop.example/'
const domain = 'shop.example'

test.each<[Partial<ForwardedHit>, object[]]>([
  [{ referrer: 'https://news.example/' }, [{ name: 'pageview', url, domain, referrer: 'https://news.example/' }]],
  [{ type: 'event', name: 'search', props: { page: 2 }, interactive: false }, [{ name: 'search', url, domain, props: { page: 2 }, interactive: false }]],
  [{ type: 'event', name: 'purchase', revenue: { amount: '1.50', currency: 'EUR' } }, [{ name: 'purchase', url, domain, revenue: { amount: '1.50', currency: 'EUR' } }]],
  // What is new of it, not the total: Plausible adds up.
  [{ type: 'engagement', engaged: 9000, engagedDelta: 2000.4, scroll: 55.5 }, [{ name: 'engagement', url, domain, e: 2000, sd: 56 }]],
  [{ type: 'engagement', scroll: 0 }, [{ name: 'engagement', url, domain, sd: 0 }]],
  [{ type: 'engagement' }, []],
])('%o is %o', (hit, expected) => {
  expect(bodies(hit)).toEqual(expected)
})

test('the visitor is in the headers, where Plausible looks for it', () => {
  const headersOf = (hit: Partial<ForwardedHit>) => requestsOf(plausible({ domain }), [forwardedHit(hit)])[0]!.headers!
  expect(headersOf({ address: '203.0.113.0', userAgent: 'Mozilla/5.0 (X11)' })).toEqual({ 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (X11)', 'x-forwarded-for': '203.0.113.0' })
  const unknown = ['00112233aabbccdd', 'ddccbbaa33221100'].map((visitor) => headersOf({ visitor })['user-agent']!)
  expect(new Set(unknown).size).toBe(2)
  for (const agent of unknown) expect(isRobot(agent)).toBe(false)
})

test.each([
  [202, {}, { kind: 'sent' }],
  [202, { 'x-plausible-dropped': '0' }, { kind: 'sent' }],
  [202, { 'x-plausible-dropped': '1' }, { kind: 'dead', reason: expect.stringContaining('dropped by Plausible') as string }],
  [400, {}, { kind: 'dead', reason: 'answered 400' }],
  [429, { 'retry-after': '7' }, { kind: 'retry', reason: 'answered 429', after: 7 }],
])('SS38: %i with %o is understood', (status, headers, verdict) => {
  expect(plausible({ domain }).classify(answerOf(status, 'ok', headers), 1)).toEqual(verdict)
})
