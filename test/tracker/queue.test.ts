// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { idTime } from '@treadlight/protocol'
import type { QueueMode } from '@treadlight/tracker'
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createId } from '../../packages/tracker/src/id.ts'
import { createFakeCollector, fail, respond, respondAsStranger, type Behaviour, type FakeCollector } from './fakeCollector.ts'
import { closePage, day, define, deleteRow, endpoint, hide, openPage, openTracker, pass, putRows, readRows, second, show, start, type OpenTracker } from './openTracker.ts'

let collector: FakeCollector
let tracker: OpenTracker

beforeEach(() => {
  openPage()
  collector = createFakeCollector()
})
afterEach(closePage)

/** Tracks the page with a queue. */
async function open(mode: QueueMode = 'always'): Promise<void> {
  tracker = await openTracker(({ queue }) => [queue(mode, collector.transport)], { collector })
}

/** The same, and the landing view has arrived: what the collector notes from now on are the test's hits. */
async function openSettled(mode: QueueMode = 'always'): Promise<void> {
  const { next } = collector
  collector.next = []
  await open(mode)
  await pass(300)
  collector.next = next
  collector.requests.length = 0
  collector.stored.clear()
}

let made = 0
function makeHits(count: number, title: string, time = start): { id: string; type: 'pageview'; url: string; title: string; referrer: string; timestamp: string }[] {
  return Array.from({ length: count }, () => {
    const at = time + made++
    return { id: createId(at), type: 'pageview', url: 'https://shop.example/', title, referrer: '', timestamp: new Date(at).toISOString() }
  })
}
const idsOf = (hits: readonly { id: string }[]): string[] => hits.map(({ id }) => id).sort()
const rowIds = async (): Promise<string[]> => idsOf(await readRows())
const names = (): (string | undefined)[] => collector.sent().map(({ name }) => name)
const repeat = (behaviour: Behaviour, count = 99): Behaviour[] => Array.from({ length: count }, () => behaviour)

describe('what an answer does to a hit', () => {
  const answers: [name: string, answer: Behaviour, outcome: 'settled' | 'kept'][] = [
    ['201', () => respond(201), 'settled'],
    ['200, dropped on purpose', () => respond(200, { headers: { 'x-hit-dropped': 'site' } }), 'settled'],
    ['201 that refuses it for its URL', () => respond(201, { refused: [{ index: 0, field: 'url', reason: 'is required' }] }), 'settled'],
    ['400', () => respond(400), 'settled'],
    ['edge 33: 400 for its clock, and nothing to send instead: it has waited for too long', () => respond(400, { refused: [{ index: 0, field: 'id', reason: 'clock' }] }), 'settled'],
    ['405', () => respond(405), 'settled'],
    ['413 for a single hit', () => respond(413), 'settled'],
    ['401', () => respond(401), 'kept'],
    ['403', () => respond(403), 'kept'],
    ['404', () => respond(404), 'kept'],
    ['408', () => respond(408), 'kept'],
    ['425', () => respond(425), 'kept'],
    ['429', () => respond(429), 'kept'],
    ['500', () => respond(500), 'kept'],
    ['503', () => respond(503), 'kept'],
    ['520 of a CDN', () => respondAsStranger(520), 'kept'],
    ['200 of a captive portal', () => respondAsStranger(200), 'kept'],
    ['201 of a stranger', () => respondAsStranger(201), 'kept'],
    ['400 of a proxy', () => respondAsStranger(400), 'kept'],
    ['413 of a proxy', () => respondAsStranger(413), 'kept'],
    ['404 of a proxy', () => respondAsStranger(404), 'kept'],
    ['x-hit without a time', () => new Response('{}', { headers: { 'x-hit': '' } }), 'kept'],
    ['201 whose body is cut off', () => new Response('{"stored":', { status: 201, headers: { 'x-hit': String(start) } }), 'kept'],
    ['edge 4: a transport that cannot know', () => undefined, 'kept'],
    ['edge 31: offline', fail, 'kept'],
  ]
  test.each(answers)('%s', async (_, answer, outcome) => {
    collector.next = [answer]
    await openSettled()
    tracker.track('a')
    await pass(1)
    expect(collector.requests).toHaveLength(1)
    const { id } = collector.sent()[0]!
    expect(await rowIds()).toEqual(outcome === 'kept' ? [id] : [])
    await tracker.flush()
    await pass()
    expect(collector.requests.slice(1).map(({ hits }) => idsOf(hits))).toEqual(outcome === 'kept' ? [[id]] : [])
  })

  test('edge 5: one that a firewall refuses does not keep the others from arriving', async () => {
    await openSettled()
    collector.next = repeat(({ hits }) => (hits.some(({ name }) => name === 'union select') ? respondAsStranger(403) : respond(201)))
    for (const name of ['a', 'union select', 'b', 'c']) tracker.track(name)
    await pass(60 * second)
    expect([...collector.stored.values()].map(({ name }) => name).sort()).toEqual(['a', 'b', 'c'])
  })

  test.each([0, 2000, 50_000])('edge 29: what is made while nothing gets through has an end: events of %d characters', async (length) => {
    collector.next = repeat(fail, 9000)
    await openSettled('off')
    const text = 'x'.repeat(length)
    for (let count = 0; count < 3000; count++) tracker.track('a', { text })
    // Smaller ones have room besides.
    if (length) tracker.track('small')
    collector.next = []
    for (let turn = 0; turn < 60; turn++) await pass(10 * second)
    const kept = [...collector.stored.values()].filter(({ name }) => name === 'a')
    expect(kept).toHaveLength(Math.ceil(500_000 / JSON.stringify(kept[0]).length))
    expect(names().includes('small')).toBe(length > 0)
  })

  test('edge 39, 40: a transport that throws at once, like a patched fetch, keeps it too', async () => {
    const { transport } = collector
    let broken = true
    collector.transport = (...args) => {
      if (broken) throw new Error('patched')
      return transport(...args)
    }
    await open()
    expect(() => tracker.track('a')).not.toThrow()
    await pass()
    expect(await rowIds()).toHaveLength(1)
    broken = false
    await pass(second)
    expect(names()).toContain('a')
    expect(await rowIds()).toEqual([])
  })
})

describe('edge 30: retries', () => {
  test('are further and further apart, and begin anew after a success', async () => {
    const times: number[] = []
    const note = (status: number) => () => (times.push(Date.now() - begin), respond(status))
    collector.next = [note(500), note(500), note(500), note(500), note(201)]
    await openSettled()
    const begin = Date.now()
    tracker.track('a')
    await pass()
    for (const wait of [599, 1099, 2099, 4099]) await pass(wait)
    expect(times).toEqual([0, 599, 1698, 3797, 7896])
    times.length = 0
    collector.next = [note(500), note(201)]
    tracker.track('b')
    await pass()
    await pass(599)
    expect(times).toEqual([7896, 8495])
  })

  test.each([
    [0, 99],
    [1, 256_099],
  ])('after many failures the wait is anywhere up to 256 seconds: %d', async (random, wait) => {
    collector.next = repeat(fail)
    await openSettled('off')
    vi.mocked(Math.random).mockReturnValue(1)
    tracker.track('a')
    for (let failures = 0; failures < 11; failures++) await pass(1000 * 2 ** Math.min(8, failures) + 99)
    vi.mocked(Math.random).mockReturnValue(random)
    await pass(256_099)
    const tried = collector.requests.length
    await pass(wait - 1)
    expect(collector.requests).toHaveLength(tried)
    await pass(1)
    expect(collector.requests).toHaveLength(tried + 1)
  })

  const pauses: [header: string | undefined, wait: number][] = [
    [undefined, 599],
    ['', 599],
    ['0', 599],
    ['7', 7599],
    ['0.5', 1099],
    // A date is not understood: the usual wait.
    ['Sat, 21 Nov 2026 10:00:30 GMT', 599],
    ['soon', 599],
    ['86400', 86_400_599],
  ]
  test.each(pauses)('Retry-After %j: the next try is %d ms later', async (header, wait) => {
    collector.next = [() => respond(503, header === undefined ? {} : { headers: { 'retry-after': header } })]
    await openSettled('off')
    tracker.track('a')
    await pass()
    await pass(wait - 1)
    expect(collector.requests).toHaveLength(1)
    await pass(1)
    expect(collector.requests).toHaveLength(2)
  })

  test.each(['-7', '1e99'])('Retry-After %s is no storm', async (header) => {
    collector.next = repeat(() => respond(503, { headers: { 'retry-after': header } }))
    await openSettled('off')
    tracker.track('a')
    for (let tenth = 0; tenth < 600; tenth++) await vi.advanceTimersByTimeAsync(100)
    expect(collector.requests.length).toBeLessThan(20)
  })

  test('new hits and hints wait for what Retry-After says', async () => {
    collector.next = [() => respond(503, { headers: { 'retry-after': '60' } })]
    await openSettled()
    tracker.track('a')
    await pass()
    tracker.track('b')
    await tracker.flush()
    dispatchEvent(new Event('online'))
    await pass(59_000)
    expect(names()).toEqual(['a'])
    await pass(1600)
    expect(collector.requests).toHaveLength(2)
    expect(collector.stored.size).toBe(2)
  })

  test('a look at another tab does not end the pause that Retry-After asks for', async () => {
    collector.next = [() => respond(503, { headers: { 'retry-after': '60' } }), () => undefined]
    await openSettled()
    tracker.track('a')
    await pass(second)
    hide()
    await pass(second)
    show()
    await pass(second)
    expect(collector.requests.map(({ isLeaving }) => isLeaving)).toEqual([false, true])
  })

  test('what waits leaves with the page all the same, and stays until it is confirmed', async () => {
    collector.next = [() => respond(503, { headers: { 'retry-after': '60' } }), () => undefined]
    await openSettled()
    tracker.track('a')
    await pass()
    tracker.track('b')
    hide()
    expect(collector.requests[1]).toMatchObject({ isLeaving: true, hits: [{ name: 'a' }, { name: 'b' }] })
    await pass()
    expect(await rowIds()).toEqual(idsOf(collector.requests[1]!.hits))
  })

  test.each([
    ['online', () => dispatchEvent(new Event('online'))],
    ['shown again', () => (hide(), show())],
    ['flush()', () => void tracker.flush()],
  ])('edge 31: a hint is worth a try: %s', async (_, hint) => {
    collector.next = repeat(fail, 5)
    await openSettled()
    tracker.track('a')
    for (const wait of [1, 599, 1099, 2099, 4099]) await pass(wait)
    expect(collector.stored.size).toBe(0)
    hint()
    await pass(1)
    expect([...collector.stored.values()]).toMatchObject([{ name: 'a' }])
  })
})

describe('requests', () => {
  test('hits made in one task go together', async () => {
    await openSettled()
    for (const name of 'abcdefgh') tracker.track(name)
    expect(collector.requests).toHaveLength(0)
    await pass()
    expect(collector.requests).toHaveLength(1)
    expect(names().join('')).toBe('abcdefgh')
  })

  test('there is one at a time; what comes meanwhile goes with the next', async () => {
    let answer!: (response: Response) => void
    collector.next = [() => new Promise((resolve) => (answer = resolve))]
    await openSettled()
    tracker.track('a')
    await pass()
    tracker.track('b')
    await pass()
    tracker.track('c')
    await pass()
    expect(collector.requests.map(({ hits }) => hits.map(({ name }) => name))).toEqual([['a']])
    answer(respond(201))
    await pass()
    expect(collector.requests.map(({ hits }) => hits.map(({ name }) => name))).toEqual([['a'], ['b', 'c']])
  })

  test('edge 1: as the page is hidden, what has not left goes at once, with the last hits of the other parts', async () => {
    tracker = await openTracker(({ engagement, queue }) => [engagement(), queue('always', collector.transport)], { collector })
    dispatchEvent(new Event('focus'))
    await pass(2000)
    collector.requests.length = 0
    tracker.track('a')
    hide()
    expect(collector.requests).toMatchObject([{ isLeaving: true, hits: [{ name: 'a' }, { type: 'engagement' }] }])
  })

  test('edge 1: so does a view whose title has not settled', async () => {
    await open()
    hide()
    expect(collector.requests).toMatchObject([{ isLeaving: true, hits: [{ type: 'pageview', title: 'Start' }] }])
  })

  test('edge 2, 4: what a beacon took is sent again when the page is shown, and gone once it is confirmed', async () => {
    collector.next = [() => undefined]
    await openSettled()
    tracker.track('a')
    hide()
    await pass(10)
    expect(await rowIds()).toHaveLength(1)
    show()
    await pass()
    expect(names()).toEqual(['a', 'a'])
    expect(new Set(idsOf(collector.sent())).size).toBe(1)
    expect(await rowIds()).toEqual([])
  })
})

describe('edge 3, 5: batches', () => {
  /** As many hits as a long time offline leaves, in a script of three bytes per character. */
  const makeLong = (count: number) => makeHits(count, '日本語'.repeat(50))

  test('hold at most 60,000 bytes and lose nothing', async () => {
    const hits = makeLong(300)
    await putRows(hits)
    await open()
    for (let turn = 0; turn < 5; turn++) await pass()
    expect(collector.requests.length).toBeGreaterThan(3)
    expect(Math.max(...collector.requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(60_000)
    expect(idsOf([...collector.stored.values()])).toEqual(idsOf(hits))
    expect(await rowIds()).toEqual([])
  })

  test('are made of 64 hits at most, however many wait', async () => {
    const hits = makeHits(300, 'short')
    await putRows(hits)
    await open()
    for (let turn = 0; turn < 5; turn++) await pass()
    expect(idsOf(collector.sent().filter(({ title }) => title === 'short'))).toEqual(idsOf(hits))
    expect(Math.max(...collector.requests.map(({ hits }) => hits.length))).toBe(64)
  })

  test('stop at the first that fails, and the rest is kept', async () => {
    const hits = makeLong(300)
    await putRows(hits)
    collector.next = [() => respond(201), fail]
    await open('always')
    await pass()
    expect(collector.requests).toHaveLength(2)
    expect(await rowIds()).toHaveLength(300 - collector.requests[0]!.hits.length)
    await pass(second)
    for (let turn = 0; turn < 5; turn++) await pass()
    expect(idsOf([...collector.stored.values()].filter(({ title }) => title === hits[0]!.title))).toEqual(idsOf(hits))
    expect(await rowIds()).toEqual([])
  })

  test('413: halves, and a single hit that is too big is dropped', async () => {
    const hits = makeLong(8)
    await putRows(hits)
    const big = hits[5]!.id
    collector.next = repeat(({ hits }) => respond(hits.some(({ id }) => id === big) ? 413 : 201))
    await open()
    for (let turn = 0; turn < 5; turn++) await pass()
    expect(idsOf([...collector.stored.values()])).toEqual(idsOf(hits).filter((id) => id !== big))
    expect(await rowIds()).toEqual([])
  })

  test('500 for one of them: halves, the others arrive, and it alone is tried again', async () => {
    const hits = makeLong(8)
    await putRows(hits)
    const poison = hits[2]!.id
    collector.next = repeat(({ hits }) => respond(hits.some(({ id }) => id === poison) ? 500 : 201))
    await open()
    for (let turn = 0; turn < 10; turn++) await pass(second)
    expect(idsOf([...collector.stored.values()].filter(({ title }) => title === hits[0]!.title))).toEqual(idsOf(hits).filter((id) => id !== poison))
    expect(await rowIds()).toEqual([poison])
    expect(collector.requests.at(-1)!.hits).toHaveLength(1)
    expect(collector.requests.length).toBeLessThan(20)
  })

  test('a refused hit does not cost the others', async () => {
    await putRows(makeLong(3))
    collector.next = [() => respond(201, { refused: [{ index: 1, field: 'url', reason: 'is required' }] })]
    await open()
    await pass()
    expect(collector.requests).toHaveLength(1)
    expect(await rowIds()).toEqual([])
  })

  test('a hit that is larger than a batch goes alone', async () => {
    await openSettled()
    for (const name of ['a', 'b', 'c']) tracker.track(name, { text: name === 'b' ? 'x'.repeat(30_000) : '' })
    await pass()
    expect(collector.stored.size).toBe(3)
    expect(collector.requests.find(({ bytes }) => bytes > 30_000)!.hits).toHaveLength(1)
  })
})

describe('edge 33: a page whose clock is wrong', () => {
  /** Refuses hits for their clock, and says how they would have been 20 days later. */
  const retime: Behaviour = ({ hits }) =>
    respond(400, {
      refused: hits.map((_, index) => ({ index, field: 'id', reason: 'clock' })),
      retimed: hits.map((hit) => ({ ...hit, id: createId(idTime(hit.id) + 20 * day) })),
    })

  test('sends what the collector has made of it, and forgets the one it had', async () => {
    collector.next = [retime]
    await openSettled()
    tracker.track('a', { plan: 'pro' })
    await pass()
    await pass(second)
    expect([...collector.stored.values()]).toMatchObject([{ name: 'a', props: { plan: 'pro' } }])
    const [wrong, right] = collector.sent()
    expect(idTime(right!.id) - idTime(wrong!.id)).toBe(20 * day)
    expect(collector.sent()).toHaveLength(2)
    expect(await rowIds()).toEqual([])
  })

  test('it is not lost if its next try fails', async () => {
    collector.next = [retime, ...repeat(fail, 3)]
    await openSettled()
    tracker.track('a')
    await pass()
    await pass(second)
    expect(await rowIds()).toEqual([collector.sent().at(-1)!.id])
    for (let turn = 0; turn < 10; turn++) await pass(second)
    expect(collector.stored.size).toBe(1)
    expect(await rowIds()).toEqual([])
  })

  test('the others of its request are not sent again', async () => {
    collector.next = [
      ({ hits }) => respond(201, { refused: [{ index: 0, field: 'id', reason: 'clock' }], retimed: [{ ...hits[0]!, id: createId(start + 20 * day) }] }),
    ]
    await openSettled()
    tracker.track('a')
    tracker.track('b')
    await pass()
    await pass(second)
    expect(names()).toEqual(['a', 'b', 'a'])
    expect(await rowIds()).toEqual([])
  })

  test('edge 30: a collector that always refuses is asked less and less often', async () => {
    collector.next = repeat(retime)
    await openSettled()
    tracker.track('a')
    for (let turn = 0; turn < 60; turn++) await pass(second)
    expect(collector.requests.length).toBeLessThan(10)
    expect(await rowIds()).toHaveLength(1)
  })
})

describe('the device', () => {
  test('a hit is written and sent together, and gone once it is stored', async () => {
    let answer!: (response: Response) => void
    collector.next = [() => new Promise<Response>((resolve) => (answer = resolve))]
    await openSettled()
    tracker.track('a')
    await pass()
    expect(names()).toEqual(['a'])
    expect(await readRows()).toMatchObject([{ name: 'a' }])
    answer(respond(201))
    await pass()
    expect(await rowIds()).toEqual([])
  })

  test('what a former page left is sent by the next', async () => {
    collector.next = [fail]
    await open()
    await pass(300)
    tracker.stop()
    history.replaceState(null, '', '/next')
    await open()
    await pass(300)
    expect([...collector.stored.values()].map(({ url }) => new URL(url).pathname).sort()).toEqual(['/next', '/start'])
    expect(await rowIds()).toEqual([])
  })

  test.each([
    ['many', 4000],
    ['long'.repeat(2500), 80],
  ])('edge 29: of what former pages left the newest are sent, up to 500,000 characters; the rest is deleted: %#', async (title, count) => {
    const hits = makeHits(count, title)
    await putRows(hits)
    await open()
    for (let turn = 0; turn < 60; turn++) await pass()
    const arrived = idsOf([...collector.stored.values()]).filter((id) => hits.some((hit) => hit.id === id))
    expect(arrived.sort()).toEqual(idsOf(hits.slice(-Math.ceil(500_000 / JSON.stringify(hits[0]).length))))
    expect(await rowIds()).toEqual([])
  })

  test('however old a hit is, the collector says whether it is too old', async () => {
    const hits = makeHits(1, 'old', start - 30 * day)
    await putRows(hits)
    await open()
    await pass()
    expect(idsOf(collector.sent())).toEqual(idsOf(hits))
  })

  test('edge 32: hits of one millisecond keep their order', async () => {
    collector.next = repeat(fail)
    await openSettled()
    for (const name of 'abcdefgh') tracker.track(name)
    await pass()
    expect((await readRows()).map(({ name }) => name).join('')).toBe('abcdefgh')
  })

  test('offline: a hit is written only after a failed send', async () => {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    await openSettled('offline')
    tracker.track('a')
    await pass()
    expect(put).not.toHaveBeenCalled()
    collector.next = [fail]
    tracker.track('late')
    await pass()
    tracker.track('later')
    await pass()
    expect(await readRows()).toMatchObject([{ name: 'late' }, { name: 'later' }])
    await pass(second)
    expect(await rowIds()).toEqual([])
    expect(collector.stored.size).toBe(3)
  })

  test('off: nothing touches the device, and hits are still retried', async () => {
    const opened = vi.spyOn(IDBFactory.prototype, 'open')
    collector.next = [fail]
    await open('off')
    await pass(300)
    await pass(second)
    expect(opened).not.toHaveBeenCalled()
    expect(collector.stored.size).toBe(1)
  })

  test('edge 25, 26: no connection stays open, so nothing is blocked and pages get into the back/forward cache', async () => {
    await openSettled()
    tracker.track('a')
    await pass()
    const blocked = vi.fn()
    const deleting = indexedDB.deleteDatabase(endpoint)
    deleting.onblocked = blocked
    await pass()
    expect(deleting.readyState).toBe('done')
    expect(blocked).not.toHaveBeenCalled()
  })

  test('edge 25, 26: a database deleted under the page is made anew', async () => {
    await openSettled()
    indexedDB.deleteDatabase(endpoint)
    await pass()
    collector.next = [fail]
    tracker.track('a')
    await pass()
    expect(await readRows()).toMatchObject([{ name: 'a' }])
  })

  test('edge 27: as the page goes nothing waits for IndexedDB', async () => {
    await open()
    vi.spyOn(IDBFactory.prototype, 'open').mockReturnValue({} as never)
    tracker.track('a')
    hide()
    expect(collector.requests).toMatchObject([{ isLeaving: true, hits: [{ name: 'a' }, { type: 'pageview' }] }])
  })

  const broken: [string, () => void][] = [
    ['edge 23: there is none', () => vi.stubGlobal('indexedDB', undefined)],
    [
      'edge 23: access throws',
      () =>
        Object.defineProperty(globalThis, 'indexedDB', {
          configurable: true,
          get() {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
    ],
    [
      'edge 23: open throws',
      () =>
        vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
          throw new DOMException('denied', 'SecurityError')
        }),
    ],
    ['edge 24: open never answers', () => vi.spyOn(IDBFactory.prototype, 'open').mockReturnValue({} as never)],
    [
      'edge 26: the connection is lost',
      () =>
        vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
          throw new DOMException('closing', 'InvalidStateError')
        }),
    ],
    [
      'the disk is full',
      () =>
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
          throw new DOMException('full', 'QuotaExceededError')
        }),
    ],
  ]
  test.each(broken)('%s: still sent, still retried, nothing thrown', async (_, breakStorage) => {
    const rejected = vi.fn()
    process.on('unhandledRejection', rejected)
    await readRows()
    breakStorage()
    collector.next = [() => respond(503)]
    await open()
    tracker.track('a')
    await pass()
    expect(names()).toEqual(['a'])
    await pass(300)
    await pass(2000)
    expect([...collector.stored.values()].map(({ type }) => type).sort()).toEqual(['event', 'pageview'])
    process.off('unhandledRejection', rejected)
    expect(rejected).not.toHaveBeenCalled()
  })
})

describe('edge 28: many tabs', () => {
  /** `navigator.locks` of a browser: who comes later waits. */
  function createLocks(): { request: (name: string, work: () => Promise<unknown>) => Promise<unknown>; names: string[] } {
    let last: Promise<unknown> = Promise.resolve()
    const names: string[] = []
    return { names, request: (name, work) => (names.push(name), (last = last.then(work))) }
  }

  test('what former pages left is sent by one of them', async () => {
    const locks = createLocks()
    define(navigator, 'locks', locks)
    const hits = makeHits(20, 'left')
    await putRows(hits)
    // Each copy of the modules is a tab; this page's events reach all of them.
    for (let tab = 0; tab < 4; tab++) await open()
    for (let turn = 0; turn < 5; turn++) await pass()
    expect(locks.names).toEqual(Array.from({ length: 4 }, () => endpoint))
    expect(idsOf(collector.sent())).toEqual(idsOf(hits))
  })

  test.each([
    ['there are none on plain http', undefined],
    ['an opaque origin has none', { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) }],
    ['a patched one throws', { request: fail }],
  ])('without locks it is sent all the same: %s', async (_, locks) => {
    define(navigator, 'locks', locks)
    const hits = makeHits(3, 'left')
    await putRows(hits)
    await open()
    await pass()
    expect(idsOf([...collector.stored.values()])).toEqual(idsOf(hits))
  })

  test('a lock that another tab does not give back holds up nothing but what former pages left', async () => {
    define(navigator, 'locks', { request: () => new Promise(() => {}) })
    await putRows(makeHits(3, 'left'))
    collector.next = [fail]
    await open()
    tracker.track('a')
    await pass()
    await pass(second)
    expect([...collector.stored.values()].map(({ type }) => type)).toContain('event')
  })

  test('what another tab has delivered before the retry is at worst sent twice, under one id', async () => {
    collector.next = [fail]
    await openSettled()
    tracker.track('a')
    await pass()
    await deleteRow(collector.sent()[0]!.id)
    await pass(second)
    expect(new Set(idsOf(collector.sent())).size).toBe(1)
    expect(await rowIds()).toEqual([])
  })
})
