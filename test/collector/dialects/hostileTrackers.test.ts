import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDialectCollector } from './sendAs.ts'

// What anybody may send to the dialects of Umami, GoatCounter and Matomo: a clear answer, nothing that is told to the log, and soon.

const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom('__proto__', 'constructor', '\ud800', 'a\r\nset-cookie: a=b', '<script>', '%', '%ff', '1e999', '-0', 'javascript:alert(1)', '//x', '\u0000', 'NaN', 1e308, -1e308, 0, null),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const object = (...names: string[]): fc.Arbitrary<Record<string, unknown>> => fc.dictionary(fc.constantFrom(...names, '__proto__', 'toString'), nasty, { maxKeys: 12 })
const query = (...names: string[]): fc.Arbitrary<string> =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.string({ unit: 'binary' }), nasty.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))))), { maxLength: 20 }).map((pairs) => new URLSearchParams(pairs).toString())

const joined = ([one, other]: [object, object]): object => ({ ...one, ...other })
/** Mostly the one, so that it comes so far. */
const mostly = <A, B>(one: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> => fc.oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: other })

const payload = object('url', 'hostname', 'referrer', 'name', 'data', 'id', 'ip', 'userAgent', 'screen', 'language', 'title', 'tag', 'lcp', 'event_name', 'event_value', 'event_data')
const required = fc.record({ website: mostly(fc.constant('w'), nasty), timestamp: mostly(fc.constant(undefined), nasty) })
const umami = fc.record({
  type: mostly(fc.constantFrom('event', 'event', 'identify', 'performance', 'pageview'), nasty),
  payload: mostly(fc.tuple(payload, required).map(joined), nasty),
})
const count = object('path', 'title', 'event', 'ref', 'size', 'query', 'bot', 'user_agent', 'ip', 'created_at', 'session', 'language')
const matomo = query('url', 'urlref', 'link', 'download', 'ping', 'idgoal', 'revenue', 'ec_id', 'ec_items', 'e_a', 'e_c', 'e_v', 'cvar', '_cvar', 'dimension1', 'cdt', 'cdo', 'cip', 'ua', 'lang', 'uid', '_id', 'pv_id', 'res', 'search', 'c_n', 'ca', 'cra', 'send_image')

const bodies = {
  '/api/send': mostly(umami, nasty).map((body) => JSON.stringify(body)),
  '/api/collect': mostly(umami, nasty).map((body) => JSON.stringify(body)),
  '/api/batch': fc.oneof(fc.array(mostly(umami, nasty), { maxLength: 5 }), nasty).map((body) => JSON.stringify(body)),
  '/api/v0/count': fc.oneof(fc.record({ hits: fc.array(fc.oneof(fc.tuple(fc.constant({ path: '/a', session: 's' }), count).map(joined), nasty), { maxLength: 5 }) }), nasty).map((body) => JSON.stringify(body)),
  '/matomo.php': fc.oneof(matomo.map((text) => `idsite=1&rec=1&${text}`), fc.array(matomo, { maxLength: 4 }).map((texts) => JSON.stringify({ requests: texts.map((text) => `?idsite=1&rec=1&${text}`) })), fc.array(object('idsite', 'rec', 'url', 'cvar'), { maxLength: 4 }).map((requests) => JSON.stringify({ requests }))),
} as const

describe('what anybody may send', () => {
  for (const [path, body] of Object.entries(bodies)) {
    test(`${path}: whatever the body, no answer is 500`, async () => {
      const collector = await createDialectCollector()
      const statuses = new Set<number>()
      await fc.assert(
        fc.asyncProperty(body, fc.boolean(), async (text, isServer) => {
          const told = await collector.send(path, { method: 'POST', body: text, headers: isServer || path === '/api/v0/count' ? { authorization: `Bearer ${collector.token}` } : {} })
          expect([200, 202, 204, 400]).toContain(told.status)
          expect(collector.errors).toEqual([])
          statuses.add(told.status)
        }),
        { numRuns: 300 },
      )
      // That both what is taken and what is refused was among them.
      expect(statuses).toContain(400)
      expect((await collector.of('default')).length + (await collector.of('shop')).length).toBeGreaterThan(30)
    })
  }

  test('/count: whatever the query, no answer is 500', async () => {
    const collector = await createDialectCollector()
    await fc.assert(
      fc.asyncProperty(query('p', 't', 'r', 'e', 'q', 's', 'w', 'b', 'ns'), async (text) => {
        expect([200, 202, 400]).toContain((await collector.send(`/count?p=/a&${text}`)).status)
        expect(collector.errors).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  const million = 990_000
  test.each<[name: string, path: string, body: string]>([
    ['a deep payload', '/api/send', `{"type":"event","payload":{"website":"w","url":"/","name":"x","data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`],
    ['a deep list', '/api/send', `{"type":"event","payload":{"website":"w","url":"/","name":"x","data":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}}`],
    ['many names in data', '/api/send', JSON.stringify({ type: 'event', payload: { website: 'w', url: '/', name: 'x', data: Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, ''])) } })],
    ['many hits', '/api/batch', JSON.stringify(Array.from({ length: 1000 }, () => ({ type: 'event', payload: { website: 'w', url: '/', name: 'x' } })))],
    ['a long query', '/api/v0/count', JSON.stringify({ hits: [{ path: `/?${'a&b&'.repeat(500)}`, session: 's', query: '?c=1'.padEnd(million, '&d') }] })],
    ['many parameters', '/matomo.php', `idsite=1&rec=1&url=https://a.example/&${'a&'.repeat(million / 2 - 30)}`],
    ['many dimensions', '/matomo.php', `idsite=1&rec=1&url=https://a.example/&${'dimension7=a&'.repeat(70_000)}`],
    ['a link of question marks', '/matomo.php', `idsite=1&rec=1&url=https://a.example/&link=${'?'.repeat(million - 60)}`],
    ['spaces before nothing', '/matomo.php', `idsite=1&rec=1&url=https://a.example/&e_a=${'+'.repeat(million - 60)}`],
    ['many requests', '/matomo.php', JSON.stringify({ requests: Array.from({ length: 1000 }, (_, index) => `?idsite=1&rec=1&url=https://a.example/${index}`) })],
  ])('%s of a megabyte is answered soon', async (_, path, body) => {
    const collector = await createDialectCollector()
    const start = performance.now()
    const told = await collector.send(path, { method: 'POST', body, headers: path === '/api/v0/count' ? { authorization: `Bearer ${collector.token}` } : {} })
    const spent = performance.now() - start
    expect([200, 202, 400]).toContain(told.status)
    expect(collector.errors).toEqual([])
    // What takes longer with the square of its length would take minutes.
    expect(spent).toBeLessThan(5000)
  })
})
