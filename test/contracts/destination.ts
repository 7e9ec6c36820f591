import type { Destination, DestinationAnswer, ForwardedHit } from '@treadlight/destinations'
import { describe, expect, test } from 'vitest'
import { forwardedHit } from '../destinations/forwardedHit.ts'
import { answerOf } from '../destinations/requestsOf.ts'

export interface DestinationContract {
  /** Makes it anew. */
  create: () => Destination
  /** What the system answers when it has taken all of so many. @default 200 without a body */
  taken?: (count: number) => DestinationAnswer
  /** A status that means that the hits come again. */
  passing?: readonly number[]
  /** And those after which they never will. */
  final?: readonly number[]
  /** How many of eight hits of every sort it has a use for, at the least. @default 5 */
  least?: number
}

const now = Date.UTC(2026, 10, 21, 10, 0, 1)
const id = (index: number): string => `0197a2f0-1111-7abc-8def-${index.toString(16).padStart(12, '0')}`

/** Every sort of hit, and what visitors may have put into it. */
const hits: ForwardedHit[] = [
  forwardedHit({ id: id(1) }),
  forwardedHit({ id: id(2), type: 'event', name: 'purchase', props: { plan: 'pro', seats: 3, trial: false }, revenue: { amount: '19.90', currency: 'EUR' } }),
  forwardedHit({ id: id(3), type: 'event', name: 'search', interactive: false }),
  forwardedHit({ id: id(4), type: 'engagement', engaged: 12_000, engagedDelta: 5_000, scroll: 80 }),
  forwardedHit({ id: id(5), visitor: '0123456789abcdef', session: 's', user: 'ann', address: '203.0.113.0', userAgent: 'Mozilla/5.0 (X11)', screen: '800x600', language: 'de-CH', country: 'CH', region: 'CH-BE', city: 'Bern' }),
  forwardedHit({ id: id(6), title: '\ud800"\n\u2028<script>', referrer: 'android-app://a\n', userAgent: 'a\r\nx-evil: 1\u{1f600}', user: '\udfff'.repeat(255) }),
  forwardedHit({ id: id(7), type: 'event', name: '\u{1f600}'.repeat(60), props: Object.fromEntries([['__proto__', 'x'], ['constructor', 'y'], ['a\nb', '\ud800'.repeat(2000)], ['1', 1e308]]) }),
  forwardedHit({ id: id(8), url: `https://shop.example/${'%'.repeat(2000)}?a=\u00e9#x` }),
]

/** What any destination keeps to, so that whoever forwards can rely on it. */
export function testDestination({ create, taken = () => answerOf(200), passing = [301, 302, 307, 308, 401, 403, 404, 408, 425, 429, 500, 502, 503], final = [400, 410, 413], least = 5 }: DestinationContract): void {
  describe(`${create().name} is a destination`, () => {
    const destination = create()
    const items = hits.map((hit) => destination.map(structuredClone(hit), { now })).filter((item) => item !== undefined)

    test('maps the same hit to the same thing, and leaves the hit as it was', () => {
      for (const hit of hits) {
        const copy = structuredClone(hit)
        expect(destination.map(copy, { now })).toEqual(create().map(structuredClone(hit), { now }))
        expect(copy).toEqual(hit)
      }
      expect(items.length).toBeGreaterThanOrEqual(least)
    })

    test('puts each item into one request, in order', () => {
      for (const count of [1, items.length, 350]) {
        const many = Array.from({ length: count }, (_, index) => items[index % items.length]!)
        const batches = destination.batch(many)
        expect(batches.flatMap(({ indexes }) => indexes).toSorted((a, b) => a - b)).toEqual([...many.keys()])
        for (const { indexes } of batches) expect(indexes).toEqual(indexes.toSorted((a, b) => a - b))
      }
    })

    test('makes requests that can be sent, whatever visitors have sent', async () => {
      for (const { request } of destination.batch(items)) {
        const signed = (await destination.sign?.(request, { now })) ?? request
        expect(signed.body?.isWellFormed() ?? true).toBe(true)
        if (destination.deliver) continue
        const sent = new Request(signed.url, { method: signed.method ?? 'POST', headers: signed.headers ?? {}, ...(signed.body !== undefined && { body: signed.body }) })
        expect(sent.headers.has('x-evil')).toBe(false)
      }
    })

    test('AR10, SS38: says what an answer means', () => {
      const kinds = (status: number): string => destination.classify(answerOf(status), 1).kind
      expect(destination.classify(taken(3), 3)).toEqual({ kind: 'sent' })
      expect(passing.map((status) => [status, kinds(status)])).toEqual(passing.map((status) => [status, 'retry']))
      expect(final.map((status) => [status, kinds(status)])).toEqual(final.map((status) => [status, 'dead']))
    })

    test.each(['', '<html>', '{', '[]', 'null', '{"errors":true,"items":[null],"details":[null],"invalid_indices":[null],"refused":[null],"status":"success","invalid":1,"validationMessages":[null],"hitParsingResult":[null]}'])('finds words for an answer that says %j', (body) => {
      for (const status of [200, 204, 207]) for (const count of [1, 5]) expect(destination.classify(answerOf(status, body, { 'x-hit': '1' }), count).kind).toMatch(/^(?:sent|some|dead|retry)$/)
    })

    test('input 31: no secret is in what is told of an answer, and all are known', async () => {
      const [batch] = destination.batch(items)
      const secrets = destination.secrets.filter((secret) => JSON.stringify(batch).includes(secret))
      for (const status of [200, 400, 401, 500]) {
        const told = JSON.stringify(destination.classify(answerOf(status, JSON.stringify(batch)), 1))
        for (const secret of secrets) expect(told).not.toContain(secret)
      }
    })
  })
}
