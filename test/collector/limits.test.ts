import { createId } from '@treadlight/protocol'
import fc from 'fast-check'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createRequestLimit } from '../../packages/collector/src/hit/requestLimit.ts'
import { createRateLimit } from '../../packages/collector/src/rateLimit.ts'
import { createTestCollector, noon } from './collector.ts'
import { listen, type Listening } from './inputs/listening.ts'

const url = 'https://a.example/'

describe('input 22: too many requests', () => {
  const send = ({ collector }: ReturnType<typeof createTestCollector>, ip: string, method = 'POST'): Promise<Response> => {
    const body = method === 'POST' ? JSON.stringify({ url }) : undefined
    return Promise.resolve(collector.fetch(Object.assign(new Request('http://localhost/hit', { method, ...(body && { body }) }), { ip })))
  }

  test('are answered 429 with Retry-After, as an answer of ours that every page may read', async () => {
    const collector = createTestCollector({ limits: { perAddress: 2, burst: 3, total: 0 } })
    for (let index = 0; index < 3; index++) expect((await send(collector, '192.0.2.1')).status).toBe(201)
    const refused = await send(collector, '192.0.2.1')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('x-hit')).toBe(String(noon))
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after')
    expect(await refused.json()).toMatchObject({ stored: 0, refused: [{ field: 'request' }] })
    expect((await send(collector, '192.0.2.2')).status).toBe(201)
    collector.clock.now += 1000
    expect([(await send(collector, '192.0.2.1')).status, (await send(collector, '192.0.2.1')).status]).toEqual([201, 201])
    expect((await send(collector, '192.0.2.1')).status).toBe(429)
  })

  test('of one IPv6 network count together, whatever stands behind its first 64 bits', async () => {
    const collector = createTestCollector({ limits: { perAddress: 1, burst: 5, total: 0 } })
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push((await send(collector, `2001:db8:1:2::${index.toString(16)}`)).status)
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
    expect((await send(collector, '2001:db8:1:3::1')).status).toBe(201)
  })

  test('of all together are limited where the owner says so', async () => {
    const collector = createTestCollector({ limits: { perAddress: 0, burst: 1, total: 1 } })
    const statuses: number[] = []
    for (let index = 0; index < 11; index++) statuses.push((await send(collector, `192.0.2.${index}`)).status)
    expect(statuses).toEqual([...Array<number>(10).fill(201), 429])
  })

  test('a thousand in a second of one address: as many as the settings allow', () => {
    let now = noon
    const limit = createRequestLimit({ perAddress: 100, burst: 2000, total: 0 }, () => now)
    let taken = 0
    for (let second = 0; second < 60; second++) {
      for (let index = 0; index < 1000; index++, now++) if (limit('192.0.2.1') === 0) taken++
    }
    expect(taken).toBeGreaterThanOrEqual(2000 + 59 * 100)
    expect(taken).toBeLessThanOrEqual(2000 + 60 * 100)
  })

  test('preflights are not counted', async () => {
    const collector = createTestCollector({ limits: { perAddress: 1, burst: 1, total: 0 } })
    for (let index = 0; index < 5; index++) expect((await send(collector, '192.0.2.1', 'OPTIONS')).status).toBe(204)
    expect((await send(collector, '192.0.2.1')).status).toBe(201)
  })
})

describe('a rate limit', () => {
  test('never lets through more than its burst and its rate, nor less where nobody asks too much', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(500), { maxLength: 200 }), (rate, burst, pauses) => {
        let now = noon
        const limit = createRateLimit({ rate, burst, now: () => now })
        let taken = 0
        for (const pause of pauses) {
          now += pause
          const wait = limit.take('a')
          taken++
          if (wait === 0) continue
          // Who waits as long as was said gets through.
          now += wait * 1000
          expect(limit.take('a')).toBe(0)
        }
        expect(taken).toBeLessThanOrEqual(burst + ((now - noon) * rate) / 1000 + 0.01)
      }),
    )
  })

  test('keeps no more keys than it is told', () => {
    let now = noon
    const limit = createRateLimit({ rate: 1, burst: 1, now: () => now, keys: 10 })
    for (let key = 0; key < 5; key++) expect(limit.take(String(key))).toBe(0)
    expect(limit.take('0')).toBe(1)
    // The older half goes when the younger is full.
    for (let key = 5; key < 15; key++) expect(limit.take(String(key))).toBe(0)
    expect(limit.take('0')).toBe(0)
    expect(limit.take('14')).toBe(1)
  })

  test('survives a clock that is set back', () => {
    let now = noon
    const limit = createRateLimit({ rate: 1, burst: 2, now: () => now })
    limit.take('a')
    limit.take('a')
    now -= 86_400_000
    expect(limit.take('a')).toBe(0)
  })
})

describe('after an outage nothing is lost', () => {
  /** A queue as the tracker's: batches one after another, each until it is answered, after what Retry-After says. */
  async function flush({ url: collector }: Listening, ids: readonly string[], size: number): Promise<number> {
    let refusals = 0
    for (let start = 0; start < ids.length; start += size) {
      const hits = ids.slice(start, start + size).map((id) => ({ id, url, title: id }))
      for (;;) {
        const response = await fetch(`${collector}/hit`, { method: 'POST', body: JSON.stringify({ sentAt: Date.now(), hits }) })
        await response.arrayBuffer()
        if (response.status === 201) break
        expect(response.status).toBe(429)
        expect(response.headers.has('x-hit')).toBe(true)
        refusals++
        await wait(Number(response.headers.get('retry-after')) * 1000 * (0.5 + Math.random()))
      }
    }
    return refusals
  }
  const makeIds = (count: number): string[] => Array.from({ length: count }, (_, index) => createId(Date.now() - 3_600_000 + index))

  test('of 1,000 hits that one browser kept: none is refused', async () => {
    const collector = await listen()
    const ids = makeIds(1000)
    // One by one, as a sender does that knows no batches.
    expect(await flush(collector, ids, 1)).toBe(0)
    expect(await collector.stop()).toEqual(ids.toSorted())
  })

  test('of 200 browsers behind one address: none is refused', async () => {
    const collector = await listen()
    const browsers = Array.from({ length: 200 }, () => makeIds(25))
    const refusals = await Promise.all(browsers.map((ids) => flush(collector, ids, 5)))
    expect(Math.max(...refusals)).toBe(0)
    expect(await collector.stop()).toEqual(browsers.flat().toSorted())
  })

  test('also where the limit is met: they come back, and every hit is stored once', async () => {
    const collector = await listen({ TREADLIGHT_LIMITS_PER_ADDRESS: '200', TREADLIGHT_LIMITS_BURST: '50' })
    const browsers = Array.from({ length: 200 }, () => makeIds(10))
    const refusals = await Promise.all(browsers.map((ids) => flush(collector, ids, 5)))
    expect(refusals.reduce((sum, count) => sum + count)).toBeGreaterThan(100)
    expect(await collector.stop()).toEqual(browsers.flat().toSorted())
  })
})
