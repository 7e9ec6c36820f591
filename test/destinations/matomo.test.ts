import { matomo, type ForwardedHit } from '@treadlight/destinations'
import { expect, test } from 'vitest'
import { forwardedHit } from './forwardedHit.ts'
import { answerOf, requestsOf } from './requestsOf.ts'

const url = 'https://matomo.example/analytics/'
const token = '0123456789abcdef0123456789abcdef'
const visit = { cid: '00112233aabbccdd', pv_id: '6789ab', cdt: '1795255200' }
const person: Partial<ForwardedHit> = { visitor: '00112233aabbccdd', url: 'https://shop.example/a?b=c&d=é', referrer: 'https://news.example/' }

/** What the requests of a body ask for. */
const asked = (hits: ForwardedHit[], options: Partial<Parameters<typeof matomo>[0]> = {}, now?: number) =>
  requestsOf(matomo({ url, idsite: 7, token, ...options }), hits, now).flatMap(({ body }) =>
    (JSON.parse(body!) as { requests: string[] }).requests.map((request) => Object.fromEntries(new URLSearchParams(request))),
  )

test('sends all in one request, the token in its body', () => {
  const [request, ...others] = requestsOf(matomo({ url, idsite: 7, token }), Array.from({ length: 100 }, () => forwardedHit()))
  expect(others).toEqual([])
  expect(request!.url).toBe('https://matomo.example/analytics/matomo.php')
  const body = JSON.parse(request!.body!) as { requests: string[]; token_auth: string }
  expect([body.requests.length, body.token_auth]).toEqual([100, token])
})

test.each<[string, Partial<ForwardedHit>, object]>([
  ['a pageview', {}, { action_name: 'Shop' }],
  ['an event', { type: 'event', name: 'search' }, { e_c: 'Treadlight', e_a: 'search', ca: '1' }],
  ['an event in the words of Matomo', { type: 'event', name: 'play', props: { category: 'Video', label: 'Intro', value: 3, hd: true } }, { e_c: 'Video', e_a: 'play', e_n: 'Intro', e_v: '3', ca: '1', cvar: '{"1":["hd","true"]}' }],
  ['a value that is no number', { type: 'event', name: 'vote', props: { value: 'yes' } }, { e_c: 'Treadlight', e_a: 'vote', ca: '1', cvar: '{"1":["value","yes"]}' }],
  ['an order', { type: 'event', name: 'purchase', revenue: { amount: '19.90', currency: 'EUR' } }, { idgoal: '0', ec_id: forwardedHit().id, revenue: '19.90', currency: 'EUR', e_c: 'Treadlight', e_a: 'purchase' }],
  ['engagement', { type: 'engagement', engaged: 5000, scroll: 10 }, { ping: '1' }],
  ['a dimension', { props: { plan: 'pro', a: 1, b: true, c: 'c', d: 'd', e: 'e', f: 'f' } }, { action_name: 'Shop', dimension3: 'pro', cvar: '{"1":["a","1"],"2":["b","true"],"3":["c","c"],"4":["d","d"],"5":["e","e"]}' }],
  ['a place', { address: '203.0.113.0', country: 'CH', region: 'CH-BE', city: 'Bern' }, { action_name: 'Shop', cip: '203.0.113.0', country: 'ch', region: 'BE', city: 'Bern' }],
  ['a user and a device', { user: 'ann', userAgent: 'Mozilla/5.0', language: 'de-CH', screen: '800x600' }, { action_name: 'Shop', uid: 'ann', ua: 'Mozilla/5.0', lang: 'de-CH', res: '800x600' }],
])('says what %s is', (_, changes, expected) => {
  const common = { idsite: '7', rec: '1', apiv: '1', url: person.url, urlref: person.referrer, rand: forwardedHit().id, ...visit }
  expect(asked([forwardedHit({ ...person, ...changes })], { dimensions: { plan: 3 } })).toEqual([{ ...common, ...expected }])
})

test('without a token it says what anybody may, one hit at a time', () => {
  const hit = forwardedHit({ ...person, address: '203.0.113.0', country: 'CH' })
  const requests = requestsOf(matomo({ url, idsite: 7 }), [hit, hit])
  expect(requests).toHaveLength(2)
  expect(requests[0]!.body).not.toContain('token_auth')
  const [fresh] = asked([hit], { token: undefined as never })
  expect(fresh).toMatchObject({ cdt: visit.cdt })
  expect(Object.keys(fresh!)).not.toContain('cip')
  expect(Object.keys(fresh!)).not.toContain('country')
  expect(asked([hit], { token: undefined as never }, hit.time + 86_400_000)[0]).not.toHaveProperty('cdt')
})

test('who has no hash of ours has an id all the same, of 16 hex digits and never two', () => {
  const ids = ['a session', 'another', 'ann', '0123'].map((session) => asked([forwardedHit({ session })])[0]!['cid'])
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/)
  expect(asked([forwardedHit()])[0]).not.toHaveProperty('cid')
})

test('each of our sites has its own number, and those without one stay here', () => {
  const hits = ['shop', 'blog', 'constructor'].map((site) => forwardedHit({ site }))
  expect(asked(hits, { idsite: { shop: 1, blog: 2 } }).map(({ idsite }) => idsite)).toEqual(['1', '2'])
})

test.each([
  [{ status: 'success', tracked: 3, invalid: 0 }, { kind: 'sent' }],
  [{ status: 'success', tracked: 2, invalid: 1, invalid_indices: [1] }, { kind: 'some', dead: [{ index: 1, reason: 'refused as invalid' }], retry: [] }],
  [{ status: 'success', tracked: 2, invalid: 1 }, { kind: 'retry', reason: 'refused 1 without saying which: token_auth is wrong' }],
  [{ status: 'error', tracked: 1, invalid: 0 }, { kind: 'retry', reason: 'answered 200 without saying what it took' }],
])('SS38: %o is understood', (body, verdict) => {
  expect(matomo({ url, idsite: 7, token }).classify(answerOf(200, JSON.stringify(body)), 3)).toEqual(verdict)
})
