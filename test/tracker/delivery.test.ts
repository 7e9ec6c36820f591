// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { idTime, isId, type Hit } from '@treadlight/protocol'
import { IDBFactory } from 'fake-indexeddb'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDelivery } from '../../packages/tracker/src/delivery.ts'
import { createId } from '../../packages/tracker/src/id.ts'
import { createQueue } from '../../packages/tracker/src/queue.ts'
import { createFakeCollector, fail, respond, respondAsStranger, type Behaviour, type FakeCollector } from './fakeCollector.ts'

const endpoint = 'https://stats.example/hit'
const start = Date.parse('2026-11-21T10:00:00.000Z')
const minute = 60_000
const day = 86_400_000

let collector: FakeCollector
let delivery: ReturnType<typeof openDelivery>
let stopping: AbortController

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start })
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.stubGlobal('indexedDB', new IDBFactory())
  collector = createFakeCollector()
  stopping = new AbortController()
  delivery = openDelivery(collector)
})
afterEach(() => {
  stopping.abort()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function openDelivery({ transport }: FakeCollector, name = endpoint) {
  const [add, flush, leave, now] = createDelivery(endpoint, transport, createQueue(name), stopping.signal)
  return { add, flush, leave, now }
}

/** Lets fake time pass, and IndexedDB, which lives in real time, catch up. */
async function pass(milliseconds = 0): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

function makeHit(fields: Partial<Hit> = {}): Hit {
  const time = delivery.now()
  return {
    id: createId(time),
    type: 'pageview',
    url: 'https://shop.example/',
    title: '',
    referrer: '',
    timestamp: new Date(time).toISOString(),
    ...fields,
  }
}

const queuedIds = async () => (await createQueue(endpoint)())!.map(({ id }) => id)
const refusedForClock = [{ index: 0, field: 'timestamp', reason: 'clock' }]

describe('what an answer does to a hit', () => {
  const answers: [name: string, answer: Behaviour, outcome: 'settled' | 'kept'][] = [
    ['201', () => respond(201), 'settled'],
    ['200, dropped on purpose', () => respond(200, { headers: { 'x-hit-dropped': 'site' } }), 'settled'],
    ['201 that refuses it for its URL', () => respond(201, { refused: [{ index: 0, field: 'url', reason: 'is required' }] }), 'settled'],
    ['400', () => respond(400), 'settled'],
    ['405', () => respond(405), 'settled'],
    ['413 for a single hit', () => respond(413), 'settled'],
    ['401', () => respond(401), 'kept'],
    ['404', () => respond(404), 'kept'],
    ['408', () => respond(408), 'kept'],
    ['425', () => respond(425), 'kept'],
    ['429', () => respond(429), 'kept'],
    ['500', () => respond(500), 'kept'],
    ['503', () => respond(503), 'kept'],
    ['200 of a captive portal', () => respondAsStranger(200), 'kept'],
    ['201 of a stranger', () => respondAsStranger(201), 'kept'],
    ['400 of a proxy', () => respondAsStranger(400), 'kept'],
    ['413 of a proxy', () => respondAsStranger(413), 'kept'],
    ['404 of a proxy', () => respondAsStranger(404), 'kept'],
    ['x-hit without a time', () => new Response('{}', { headers: { 'x-hit': '' } }), 'kept'],
    ['201 whose body is cut off', () => new Response('{"stored":', { status: 201, headers: { 'x-hit': String(start) } }), 'kept'],
    ['edge 4: a transport that cannot know', () => undefined, 'kept'],
    ['edge 31: offline', fail, 'kept'],
    [
      'edge 39: a patched fetch that throws',
      () => {
        throw new Error('patched')
      },
      'kept',
    ],
  ]
  test.each(answers)('%s', async (_, answer, outcome) => {
    collector.next = [answer]
    const hit = makeHit()
    delivery.add(hit)
    await pass()
    expect(await queuedIds()).toEqual(outcome === 'kept' ? [hit.id] : [])
    await delivery.flush()
    await pass()
    expect(collector.requests.slice(1).flatMap(({ hits }) => hits)).toEqual(outcome === 'kept' ? [hit] : [])
  })
})

describe('edge 30: retries', () => {
  test('are further and further apart, and begin anew after a success', async () => {
    const times: number[] = []
    const note = (status: number) => () => (times.push(Date.now() - start), respond(status))
    collector.next = [note(500), note(500), note(500), note(500), note(201)]
    delivery.add(makeHit())
    await pass()
    for (const wait of [500, 1000, 2000, 4000]) await pass(wait)
    expect(times).toEqual([0, 500, 1500, 3500, 7500])
    times.length = 0
    collector.next = [note(500), note(201)]
    delivery.add(makeHit())
    await pass()
    await pass(500)
    expect(times).toEqual([7500, 8000])
  })

  test('many failures at once are one', async () => {
    collector.next = Array.from({ length: 50 }, () => fail)
    for (let index = 0; index < 50; index++) delivery.add(makeHit())
    await pass()
    await pass(500)
    for (let turn = 0; turn < 20; turn++) await pass()
    expect(collector.stored.size).toBe(50)
  })

  test('wait for Retry-After, and so do new hits and hints', async () => {
    collector.next = [() => respond(503, { headers: { 'retry-after': '60' } })]
    delivery.add(makeHit())
    await pass()
    delivery.add(makeHit())
    await delivery.flush()
    await pass(59_000)
    expect(collector.requests).toHaveLength(1)
    await pass(1500)
    expect(collector.requests).toHaveLength(2)
    expect(collector.stored.size).toBe(2)
  })

  test('what waits leaves with the page all the same', async () => {
    collector.next = [() => respond(503, { headers: { 'retry-after': '60' } }), () => undefined]
    const hits = [makeHit(), makeHit()]
    delivery.add(hits[0]!)
    await pass()
    delivery.add(hits[1]!)
    delivery.leave()
    expect(collector.requests[1]).toMatchObject({ occasion: 'leave', hits })
    await pass()
    expect(await queuedIds()).toEqual(hits.map(({ id }) => id))
  })

  test('a new hit that arrives brings those that wait for a retry', async () => {
    collector.next = Array.from({ length: 4 }, () => fail)
    delivery.add(makeHit())
    await pass()
    await pass(500)
    await pass(1000)
    await pass(2000)
    expect(collector.requests).toHaveLength(4)
    delivery.add(makeHit())
    await pass()
    expect(collector.stored.size).toBe(2)
  })
})

describe('edge 3, 5: batches', () => {
  /** As many hits as a long time offline leaves, in a script of three bytes per character. */
  function makeHits(count: number): Hit[] {
    return Array.from({ length: count }, () => makeHit({ title: '日本語'.repeat(50) }))
  }

  test('hold at most 60,000 bytes and lose nothing', async () => {
    const hits = makeHits(300)
    await createQueue(endpoint)(hits)
    await delivery.flush()
    expect(collector.requests.length).toBeGreaterThan(3)
    expect(Math.max(...collector.requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(60_000)
    expect([...collector.stored.keys()]).toEqual(hits.map(({ id }) => id))
    await pass()
    expect(await queuedIds()).toEqual([])
  })

  test('stop at the first that fails, and the rest is kept', async () => {
    const hits = makeHits(300)
    await createQueue(endpoint)(hits)
    collector.next = [() => respond(201), fail]
    await delivery.flush()
    await pass()
    expect(collector.requests).toHaveLength(2)
    expect(await queuedIds()).toHaveLength(300 - collector.requests[0]!.hits.length)
    await pass(1000)
    // Batch after batch, each gone from the queue before the next.
    for (let batch = 0; batch < 20; batch++) await pass()
    expect(collector.stored.size).toBe(300)
  })

  test('413: halves, and a single hit that is too big is dropped', async () => {
    const hits = makeHits(8)
    await createQueue(endpoint)(hits)
    const big = hits[5]!.id
    collector.next = Array.from({ length: 99 }, () => ({ hits }) => respond(hits.some(({ id }) => id === big) ? 413 : 201))
    await delivery.flush()
    await pass()
    expect([...collector.stored.keys()]).toEqual(hits.map(({ id }) => id).filter((id) => id !== big))
    expect(await queuedIds()).toEqual([])
  })

  test('500 for one of them: halves, the others arrive, and it alone is tried again', async () => {
    const hits = makeHits(8)
    await createQueue(endpoint)(hits)
    const poison = hits[2]!.id
    collector.next = Array.from({ length: 99 }, () => ({ hits }) => respond(hits.some(({ id }) => id === poison) ? 500 : 201))
    await delivery.flush()
    for (let second = 0; second < 10; second++) await pass(1000)
    expect([...collector.stored.keys()].sort()).toEqual(hits.map(({ id }) => id).filter((id) => id !== poison))
    expect(await queuedIds()).toEqual([poison])
    expect(collector.requests.at(-1)!.hits).toHaveLength(1)
    expect(collector.requests.length).toBeLessThan(20)
  })

  test('a refused hit does not cost the others', async () => {
    const hits = makeHits(3)
    await createQueue(endpoint)(hits)
    collector.next = [() => respond(201, { refused: [{ index: 1, field: 'url', reason: 'is required' }] })]
    await delivery.flush()
    await pass()
    expect(collector.requests).toHaveLength(1)
    expect(await queuedIds()).toEqual([])
  })
})

describe('edge 33: a page whose clock is wrong', () => {
  /** The collector's time while the page believes it is `start`. */
  const truth = start + 20 * day + 12_345

  test('times its hit by the collector, with a new id, and the next one at once', async () => {
    collector.next = [() => respond(400, { refused: refusedForClock, time: truth })]
    const hit = makeHit()
    const { id } = hit
    delivery.add(hit)
    await pass()
    expect(await queuedIds()).toHaveLength(1)
    await pass(1000)
    expect(collector.requests[1]!.hits).toHaveLength(1)
    const retimed = collector.requests[1]!.hits[0]!
    expect(isId(retimed.id)).toBe(true)
    expect(retimed.id).not.toBe(id)
    expect(Math.abs(idTime(retimed.id) - truth)).toBeLessThan(minute)
    expect(Date.parse(retimed.timestamp)).toBe(idTime(retimed.id))
    expect(Math.abs(collector.requests[1]!.sentAt - truth)).toBeLessThan(minute)
    expect(Math.abs(delivery.now() - truth)).toBeLessThan(minute)
    await pass()
    expect(await queuedIds()).toEqual([])
  })

  test('keeps an event with its view, also one that is made later', async () => {
    const view = makeHit()
    collector.next = [
      () => respond(400, { refused: refusedForClock, time: truth }),
      () => respond(400, { refused: refusedForClock, time: truth }),
    ]
    delivery.add(view)
    delivery.add(makeHit({ type: 'event', name: 'early', view: view.id }))
    await pass()
    await pass(2000)
    delivery.add(makeHit({ type: 'event', name: 'late', view: view.id }))
    await pass()
    const stored = [...collector.stored.values()]
    expect(stored.map(({ name }) => name)).toEqual([undefined, 'early', 'late'])
    expect(stored.slice(1).map((hit) => hit.view)).toEqual([stored[0]!.id, stored[0]!.id])
  })

  test('two tabs that send one hit make the same new id of it', async () => {
    const others = createFakeCollector()
    const hit = makeHit()
    for (const fake of [collector, others]) {
      fake.next = [() => respond(400, { refused: refusedForClock, time: truth + Math.round(performance.now() % 1000) })]
      const tab = openDelivery(fake, `${endpoint}/${fake === others}`)
      tab.add({ ...hit })
      await pass()
      await pass(1000)
    }
    expect([...collector.stored.keys()]).toEqual([...others.stored.keys()])
  })

  test('ahead by weeks: the re-timed hit is not too old for the queue, nor lost if its next try fails', async () => {
    const past = start - 20 * day
    collector.next = [() => respond(400, { refused: refusedForClock, time: past }), fail]
    delivery.add(makeHit())
    await pass()
    for (let second = 0; second < 5; second++) await pass(1000)
    expect([...collector.stored.keys()].map((id) => Math.abs(idTime(id) - past) < minute)).toEqual([true])
  })

  test('a collector that always refuses is asked less and less often', async () => {
    collector.next = Array.from({ length: 99 }, () => () => respond(400, { refused: refusedForClock, time: truth }))
    delivery.add(makeHit())
    for (let second = 0; second < 60; second++) await pass(1000)
    expect(collector.requests.length).toBeLessThan(10)
    expect(await queuedIds()).toHaveLength(1)
  })
})
