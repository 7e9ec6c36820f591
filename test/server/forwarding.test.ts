import { defineDestination, type Destination, type ForwardedHit } from '@treadlight/destinations'
import { createTracking, type TrackingOptions } from '@treadlight/server'
import { createOutboxForwarder } from '@treadlight/server/outbox'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createRecordingSender } from './recordingSender.ts'

const userSecret = 'dm93ZWxzIGFyZSBmb3IgYmVnaW5uZXJz'
const noon = Date.parse('2026-11-21T12:00:00.000Z')

function toTest(arrived: ForwardedHit[], answer: () => number = () => 200): Destination<ForwardedHit> {
  return defineDestination<ForwardedHit>({
    name: 'test',
    map: (hit) => hit,
    batch: (items) => [{ request: { url: '', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
    maxAge: Infinity,
    async deliver({ body }) {
      const status = answer()
      if (status === 200) arrived.push(...(JSON.parse(body!) as ForwardedHit[]))
      return { status, header: () => '', body: '' }
    },
  })
}

function ask(headers: Record<string, string> = {}): Request {
  return new Request('https://shop.example/cart', { headers: { 'user-agent': 'Firefox', ...headers } })
}

describe('SS08 SS13 other systems get a server’s hits', () => {
  test('beside the collector, with the user, the browser’s name, and the address cut', async () => {
    const arrived: ForwardedHit[] = []
    const sender = createRecordingSender()
    const tracking = createTracking({ sender, userSecret, now: () => noon, destinations: [toTest(arrived)] })
    const sent = await tracking.hit(ask(), { title: 'Cart' }, { address: '203.0.113.7', user: 'jo' })
    await vi.waitFor(() => expect(arrived).toHaveLength(1))
    expect(arrived[0]).toMatchObject({ id: sent!.id, type: 'pageview', url: 'https://shop.example/cart', title: 'Cart', time: noon, user: 'jo', address: '203.0.113.0', userAgent: 'Firefox', view: sent!.id })
    expect(sender.hits.map(({ id }) => id)).toEqual([sent!.id])
    expect(tracking.destinations()).toMatchObject([{ name: 'test', counts: { sent: 1 } }])
    await tracking.close()
  })

  test('without a collector they alone', async () => {
    const arrived: ForwardedHit[] = []
    const tracking = createTracking({ destinations: [toTest(arrived)] })
    await tracking.hit(ask(), { type: 'event', name: 'buy' })
    await vi.waitFor(() => expect(arrived).toMatchObject([{ type: 'event', name: 'buy', site: 'default' }]))
    expect(tracking.counts()).toMatchObject({ taken: 1, failed: 0 })
  })

  test.each<[string, Record<string, string>, Partial<TrackingOptions>]>([
    ['Global Privacy Control', { 'sec-gpc': '1' }, {}],
    ['a hook that says so', {}, { beforeSend: (hit) => ({ ...hit, forwarding: false }) }],
    ['a hook that drops the hit (SS35)', {}, { beforeSend: () => null }],
  ])('%s keeps a hit from them', async (_, headers, options) => {
    const arrived: ForwardedHit[] = []
    const tracking = createTracking({ sender: createRecordingSender(), destinations: [toTest(arrived)], ...options })
    await tracking.hit(ask(headers), {})
    await tracking.close()
    expect(arrived).toEqual([])
  })

  test('SS35 what a hook takes out they do not get', async () => {
    const arrived: ForwardedHit[] = []
    const beforeSend: TrackingOptions['beforeSend'] = ({ id, type, url, timestamp, referrer }) => ({ id, type, url, timestamp, referrer, title: 'rewritten' })
    const tracking = createTracking({ sender: createRecordingSender(), userSecret, destinations: [toTest(arrived)], beforeSend })
    await tracking.hit(ask(), {}, { address: '203.0.113.7', user: 'jo' })
    await vi.waitFor(() => expect(arrived).toMatchObject([{ title: 'rewritten', user: '', session: '' }]))
    expect(arrived[0]).not.toHaveProperty('address')
    expect(arrived[0]).not.toHaveProperty('userAgent')
  })

  test('SS37 one that hangs delays nothing, and a collector that fails keeps them from nothing', async () => {
    const arrived: ForwardedHit[] = []
    const hanging = defineDestination<ForwardedHit>({ name: 'hangs', map: (hit) => hit, batch: () => [{ request: { url: '' }, indexes: [0] }], deliver: () => new Promise(() => {}) })
    const failing = { ...createRecordingSender(), send: () => Promise.reject(new Error('down')) }
    const tracking = createTracking({ sender: failing, destinations: [hanging, toTest(arrived)], onError: () => {} })
    const started = performance.now()
    await tracking.hit(ask(), {})
    expect(performance.now() - started).toBeLessThan(500)
    await vi.waitFor(() => expect(arrived).toHaveLength(1))
  })

  test('where a runtime ends with its answer, it is kept until they have it', async () => {
    const arrived: ForwardedHit[] = []
    const kept: Promise<unknown>[] = []
    const tracking = createTracking({ destinations: [toTest(arrived)] })
    await tracking.hit(ask(), {}, { waitUntil: (promise) => void kept.push(promise) })
    await Promise.all(kept)
    expect(arrived).toHaveLength(1)
  })
})

test('SS38 from a folder, what waited when the process ended is sent by the next', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-forwarding-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const arrived: ForwardedHit[] = []
  const quiet = { log: () => {}, folder }
  const first = await createOutboxForwarder({ ...quiet, destinations: [toTest(arrived, () => 503)] })
  const tracking = createTracking({ forwarder: first })
  const hit = await tracking.hit(ask(), {})
  await vi.waitFor(async () => expect(await readdir(join(folder, 'forwarding', 'waiting', 'test'))).toHaveLength(1))
  await tracking.close({ timeout: 0 })
  const next = await createOutboxForwarder({ ...quiet, destinations: [toTest(arrived)] })
  await vi.waitFor(() => expect(arrived.map(({ id }) => id)).toEqual([hit!.id]))
  await next.close()
  expect(await readdir(join(folder, 'forwarding', 'waiting', 'test')).catch(() => [])).toEqual([])
})
