import { defineDestination, type Destination, type DestinationOptions, type ForwardedHit } from '@treadlight/destinations'
import { createId, signUser } from '@treadlight/protocol'
import { createReferenceStore, createValues, type HitStore, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CollectorOptions } from '../../../packages/collector/src/collector.ts'
import { eraseNow } from '../../../packages/collector/src/eraseNow.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from '../collector.ts'

const url = 'https://shop.example/cart'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const rhythm = { gatherFor: 0, beat: 60_000, takeOverAfter: 150_000 }

let values: Values
let store: HitStore
let arrived: ForwardedHit[]
/** What the other system answers. */
let status: number
let running: TestCollector[]

beforeEach(() => {
  values = createValues(createStorage())
  store = createReferenceStore({ now: () => noon + 1000 })
  arrived = []
  status = 200
  running = []
})
afterEach(async () => {
  for (const { collector } of running) await collector.forwarding?.close({ timeout: 0 })
})

function toTest(options: Partial<DestinationOptions<ForwardedHit>> = {}): Destination<ForwardedHit> {
  return defineDestination<ForwardedHit>({
    name: 'test',
    map: (hit) => hit,
    batch: (items) => [{ request: { url: '', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
    async deliver({ body }) {
      if (status === 200) arrived.push(...(JSON.parse(body!) as ForwardedHit[]))
      return { status, header: () => '', body: '' }
    },
    ...options,
  })
}

function open(options: Partial<CollectorOptions> = {}): TestCollector {
  const opened = createTestCollector({ store, values, destinations: [toTest()], forwarding: { rhythm, random: () => 0 }, ...options })
  running.push(opened)
  return opened
}

const waiting = async (): Promise<string> => {
  const found = await Promise.all((await values.list('forwarding:')).map((key) => values.read(key)))
  return found.map((bytes) => new TextDecoder().decode(bytes)).join('\n')
}

describe('AR09 SS08 hits go to other systems too', () => {
  test('as they are stored, with the browser’s name', async () => {
    const { post, stored } = open()
    const response = await post({ url: `${url}?utm_source=News`, title: 'Cart', name: 'buy', props: { plan: 'pro' }, revenue: { amount: '9.90', currency: 'EUR' } }, { 'user-agent': firefox, 'x-forwarded-for': '203.0.113.7' })
    expect(response.status).toBe(201)
    await vi.waitFor(() => expect(arrived).toHaveLength(1))
    const [hit] = await stored()
    expect(arrived[0]).toMatchObject({ id: hit!.id, site: 'default', type: 'event', name: 'buy', time: hit!.time, title: 'Cart', source: 'news', props: { plan: 'pro' }, revenue: { amount: '9.90', currency: 'EUR' }, visitor: hit!.visitor, userAgent: firefox })
    await vi.waitFor(async () => expect(await waiting()).not.toContain('Cart'))
  })

  test('a server’s hits have their visitor’s address, cut', async () => {
    const test = open()
    const { token } = await test.collector.tokens.create('site', ['hits'])
    await test.post({ url, title: 'A', client: { address: '203.0.113.7', userAgent: firefox } }, { authorization: `Bearer ${token}` })
    await vi.waitFor(() => expect(arrived).toMatchObject([{ address: '203.0.113.0', userAgent: firefox }]))
  })

  test('what is dropped, refused or sent twice is handed to nobody', async () => {
    const { post } = open()
    const id = createId(noon)
    await post([{ url, id, title: 'A' }, { url: 'nonsense' }, { url, title: 'B', webdriver: true }], { 'user-agent': firefox })
    await post({ url, id, title: 'A' }, { 'user-agent': firefox })
    await post({ url, title: 'end' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['A', 'end']))
  })

  test('what a server and a browser tell of one view is handed on once', async () => {
    const test = open()
    const { token } = await test.collector.tokens.create('site', ['hits'])
    const id = createId(noon)
    await test.post({ url, id, title: 'A' }, { authorization: `Bearer ${token}` })
    await test.post({ url, id, title: 'A' }, { 'user-agent': firefox })
    await test.post({ url, title: 'end' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['A', 'end']))
  })

  test('each destination gets what it is to have', async () => {
    const names = ['one', 'two'].map((name) => toTest({ name, redact: (hit) => ({ ...hit, title: `${name} ${hit.title}` }) }))
    const { post } = open({ destinations: names })
    await post({ url, title: 'A' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title).toSorted()).toEqual(['one A', 'two A']))
  })
})

describe('consent', () => {
  test.each<[string, object, Record<string, string>]>([
    ['a hit that says so', { forwarding: false }, {}],
    ['Global Privacy Control', {}, { 'sec-gpc': '1' }],
  ])('%s is counted, and handed to nobody', async (_, fields, headers) => {
    const { post, stored } = open()
    expect((await post({ url, title: 'denied', ...fields }, { 'user-agent': firefox, ...headers })).status).toBe(201)
    await post({ url, title: 'end' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['end']))
    // What is read from the store after a crash knows it too.
    expect((await stored()).map(({ title, forwarding }) => [title, forwarding])).toEqual(expect.arrayContaining([['denied', false], ['end', undefined]]))
    expect(await waiting()).not.toContain('denied')
  })

  test('a visitor of a server’s page is heard as well', async () => {
    const test = open()
    const { token } = await test.collector.tokens.create('site', ['hits'])
    await test.post([{ url, title: 'denied', client: { userAgent: firefox, headers: { 'sec-gpc': '1' } } }, { url, title: 'end' }], { authorization: `Bearer ${token}` })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['end']))
  })
})

describe('nothing of it delays or fails a hit', () => {
  test('a system that hangs, and an outbox that cannot be written', async () => {
    const broken: Values = { ...values, create: (key, value) => (key.startsWith('forwarding:') ? Promise.reject(new Error('disk full')) : values.create(key, value)) }
    const { post, errors } = open({ values: broken, destinations: [toTest({ deliver: () => new Promise(() => {}) })] })
    for (let index = 0; index < 20; index++) {
      const started = performance.now()
      expect((await post({ url, title: String(index) }, { 'user-agent': firefox })).status).toBe(201)
      expect(performance.now() - started).toBeLessThan(500)
    }
    await vi.waitFor(() => expect(errors.map(String).join()).toContain('disk full'))
  })

  test('a log-in that fails does not keep the hit, which is stored, from others', async () => {
    const secret = 'dm93ZWxzIGFyZSBmb3IgYmVnaW5uZXJz'
    const failing: HitStore = { ...store, identify: () => Promise.reject(new Error('no')) }
    const { post } = open({ store: failing, visitor: 'session', userSecrets: [secret] })
    const user = await signUser({ user: 'jo', session: 's1', expires: noon + 60_000 }, secret)
    expect((await post({ url, title: 'A', user, session: 's1' }, { 'user-agent': firefox })).status).toBe(503)
    await vi.waitFor(() => expect(arrived).toMatchObject([{ title: 'A', user: 'jo' }]))
  })
})

describe('a collector that is no more', () => {
  test('what waited is sent by the next, at once after a stop', async () => {
    status = 503
    const first = open()
    await first.post({ url, title: 'A' }, { 'user-agent': firefox })
    await vi.waitFor(async () => expect(await waiting()).toContain('"A"'))
    await first.collector.forwarding!.close({ timeout: 0 })
    status = 200
    const next = open()
    next.clock.now += 60_000
    await next.collector.forwarding!.round()
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['A']))
  })

  test('after kill -9, once nothing was heard of it for a while; what it had not written is read from the store', async () => {
    const held: Values = { ...values, create: (key, value) => (key.startsWith('forwarding:waiting') ? new Promise(() => {}) : values.create(key, value)) }
    const killed = open({ values: held })
    await killed.collector.forwarding!.round()
    killed.clock.now += 5000
    await killed.post([{ url, title: 'lost' }, { url, title: 'denied', forwarding: false }], { 'user-agent': firefox, 'x-forwarded-for': '203.0.113.7' })
    expect(await waiting()).not.toContain('lost')
    running.length = 0

    const next = open()
    next.clock.now += 10_000
    await next.collector.forwarding!.round()
    expect(arrived).toEqual([])
    await next.post({ url, title: 'mine' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived).toHaveLength(1))
    for (let minute = 0; minute < 4; minute++) {
      next.clock.now += 60_000
      await next.collector.forwarding!.round()
    }
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['mine', 'lost']))
    // Who it was from is nowhere any more.
    expect(arrived[1]).not.toHaveProperty('userAgent')
    expect(arrived[1]).not.toHaveProperty('address')
    for (let minute = 0; minute < 20; minute++) {
      next.clock.now += 60_000
      await next.collector.forwarding!.round()
    }
    expect(arrived).toHaveLength(2)
    // The signs of the one that was killed are gone by then.
    expect((await values.list('forwarding:writer:')).length).toBeLessThan(20)
  })

  test('one that was held up, taken for dead, and killed later is looked for again', async () => {
    let isHeld = false
    const held: Values = { ...values, create: (key, value) => (isHeld && key.startsWith('forwarding:waiting') ? new Promise(() => {}) : values.create(key, value)) }
    const heldUp = open({ values: held })
    await heldUp.collector.forwarding!.round()
    const next = open()
    for (let minute = 0; minute < 5; minute++) {
      next.clock.now += 60_000
      await next.collector.forwarding!.round()
    }
    heldUp.clock.now = next.clock.now
    await heldUp.collector.forwarding!.round()
    isHeld = true
    await heldUp.post({ url, title: 'lost' }, { 'user-agent': firefox })
    running.length = 1
    for (let minute = 0; minute < 5; minute++) {
      next.clock.now += 60_000
      await next.collector.forwarding!.round()
    }
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['lost']))
    running = [next]
  })

  test('a destination that is new gets nothing of the time before', async () => {
    const without = open({ destinations: [] })
    await without.post({ url, title: 'before' }, { 'user-agent': firefox })
    const { post, collector, clock } = open()
    await collector.forwarding!.round()
    await post({ url, title: 'after' }, { 'user-agent': firefox })
    clock.now += 400_000
    await collector.forwarding!.round()
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['after']))
  })
})

describe('a person who is erased', () => {
  const secret = 'dm93ZWxzIGFyZSBmb3IgYmVnaW5uZXJz'
  const visit = async ({ post }: TestCollector): Promise<void> => {
    const user = await signUser({ user: 'jo', session: 's1', expires: noon + 60_000 }, secret)
    await post({ url, title: 'before log-in', session: 's1' }, { 'user-agent': firefox })
    await post({ url, title: 'logged in', user, session: 's1' }, { 'user-agent': firefox })
    await post({ url, title: 'somebody else', session: 's2' }, { 'user-agent': firefox })
  }

  test('is gone from what waits and from dead letters, with the session before the log-in', async () => {
    const test = open({ visitor: 'session', userSecrets: [secret], destinations: [toTest(), toTest({ name: 'dead', maxAge: -1 })] })
    status = 503
    await visit(test)
    await vi.waitFor(async () => expect(await waiting()).toContain('somebody else'))
    await vi.waitFor(async () => expect((await test.collector.forwarding!.deadLetters('dead', 9)).count).toBe(3))
    await eraseNow(store, values, { site: 'default', user: 'jo' })
    expect(await waiting()).not.toMatch(/logged in|before log-in|"jo"/)
    expect(await waiting()).toContain('somebody else')
    expect((await test.collector.forwarding!.deadLetters('dead', 9)).letters.map(({ hit }) => hit.title)).toEqual(['somebody else'])
  })

  test('is gone too from what the process had in memory', async () => {
    const test = open({ visitor: 'session', userSecrets: [secret], forwarding: { rhythm: { ...rhythm, gatherFor: 60_000 }, random: () => 0 } })
    await visit(test)
    await eraseNow(store, undefined, { site: 'default', user: 'jo' }, test.collector.forwarding)
    await test.collector.forwarding!.round()
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['somebody else']))
  })
})

describe('what the owner sees', () => {
  test('counts, what waits, troubles and dead letters; nobody else sees them', async () => {
    const test = open({ destinations: [toTest({ secrets: ['s3cret'], deliver: () => Promise.reject(new Error('key s3cret is wrong')) }), toTest({ name: 'refuses', deliver: async () => ({ status: 422, header: () => '', body: '' }) })] })
    await test.post({ url, title: 'A' }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(test.collector.forwarding!.ownStates().map(({ counts }) => counts.retries + counts.dead)).toEqual([expect.any(Number), 1]))
    await vi.waitFor(() => expect(test.collector.forwarding!.failingSince()).toBe(noon))
    expect((await test.request('/api/destinations')).status).toBe(401)
    const response = await test.request('/api/destinations', { headers: { cookie: await logInOwner(test) } })
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      destinations: [
        { name: 'test', waiting: 1, sent: 0, failing: { since: '2026-11-21T12:00:00.000Z', reason: 'key *** is wrong' }, dead_letters: { count: 0, newest: [] } },
        { name: 'refuses', waiting: 0, dead: 1, dead_letters: { count: 1, newest: [{ url, reason: 'answered 422', site_id: 'default', type: 'pageview' }] } },
      ],
    })
    expect(text).not.toContain('s3cret')
  })

  test('health says it after five minutes, and never that it takes no hits', async () => {
    status = 500
    const test = open()
    await test.post({ url }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(test.collector.forwarding!.failingSince()).toBe(noon))
    expect(await (await test.request('/api/health')).json()).toMatchObject({ ok: true })
    test.clock.now += 5 * 60_000 + 1
    const response = await test.request('/api/health')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ ok: false, error: 'Another system does not take the hits that are to be handed to it: the log says why', failing: { forwarding: '2026-11-21T12:00:00.000Z' } })
  })

  test('metrics count by destination', async () => {
    const test = open({ metrics: 'open' })
    await test.post({ url }, { 'user-agent': firefox })
    await vi.waitFor(() => expect(arrived).toHaveLength(1))
    const text = await (await test.request('/metrics')).text()
    expect(text).toContain('treadlight_forwarded_hits_total{destination="test",outcome="sent"} 1\n')
    expect(text).toContain('treadlight_forwarding_failing{destination="test"} 0\n')
  })

  test('without destinations there is nothing', async () => {
    const test = open({ destinations: [] })
    expect(test.collector.forwarding).toBeUndefined()
    const response = await test.request('/api/destinations', { headers: { cookie: await logInOwner(test) } })
    expect(await response.json()).toEqual({ destinations: [] })
    expect(await values.list('forwarding:')).toEqual([])
  })
})
