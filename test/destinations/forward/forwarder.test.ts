import { classifyStatus, defineDestination, type DestinationAnswer, type DestinationOptions, type DestinationRequest, type ForwardedHit, type Verdict } from '@treadlight/destinations'
import { createForwarder, createMemoryOutbox, type Forwarder, type ForwarderOptions, type Outbox } from '@treadlight/destinations/forward'
import { describe, expect, test, vi } from 'vitest'
import { makeForwarded } from './makeForwarded.ts'

type Reply = number | Error | Partial<{ status: number; headers: Record<string, string>; body: string }>

interface Scene {
  forwarder: Forwarder
  outbox: Outbox
  /** Ids of the hits of each request. */
  asked: string[][]
  logged: string[]
  /** Pauses that were begun, ms; `skip` ends the last. */
  pauses: number[]
  skip(): Promise<void>
  state(): ReturnType<Forwarder['states']>[0]
  dead(): Promise<string[]>
}

/** A forwarder to one destination that answers as it is told, request by request, and at last with 200. */
function openScene(replies: (Reply | ((request: DestinationRequest) => Reply))[], options: Partial<DestinationOptions<ForwardedHit>> = {}, forwarding: Partial<ForwarderOptions> = {}): Scene {
  const destination = defineDestination<ForwardedHit>({
    name: 'test',
    map: (hit) => hit,
    batch: (items) => [{ request: { url: 'https://stats.example/?key=s3cret', body: JSON.stringify(items.map(({ id }) => id)) }, indexes: [...items.keys()] }],
    secrets: ['s3cret'],
    ...options,
  })
  const asked: string[][] = []
  const logged: string[] = []
  const pauses: number[] = []
  let skip: (() => void) | undefined
  const outbox = createMemoryOutbox()
  const forwarder = createForwarder({
    destinations: [destination],
    outbox,
    random: () => 0.5,
    log: (message) => logged.push(message),
    setTimer(run, ms) {
      pauses.push(ms)
      skip = run
      return () => (skip = undefined)
    },
    async send(request) {
      asked.push(JSON.parse(request.body!) as string[])
      const next = replies.shift() ?? 200
      return answerOf(typeof next === 'function' ? next(request) : next)
    },
    ...forwarding,
  })
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    forwarder,
    outbox,
    asked,
    logged,
    pauses,
    async skip() {
      await settled()
      skip?.()
      await settled()
    },
    state: () => forwarder.states()[0]!,
    dead: async () => (await outbox.deadLetters('test', 100)).map(({ reason }) => reason),
  }
}

function answerOf(reply: Reply): DestinationAnswer {
  if (reply instanceof Error) throw reply
  const { status = 200, headers = {}, body = '' } = typeof reply === 'number' ? { status: reply } : reply
  return { status, header: (name) => headers[name] ?? '', body }
}

describe('what each status does with a hit', () => {
  const sent = [200, 201, 202, 204, 299]
  const retried = [301, 302, 303, 304, 307, 308, 401, 402, 403, 404, 405, 407, 408, 421, 425, 426, 429, 451, 500, 501, 502, 503, 504, 507, 599]
  const dead = [400, 406, 409, 410, 411, 413, 414, 415, 416, 417, 422, 428, 431]

  test.each(sent)('%i: sent, once', async (status) => {
    const { forwarder, asked, state, skip } = openScene([status])
    await forwarder.write([makeForwarded()])
    await skip()
    expect([asked.length, state().counts.sent, state().waiting]).toEqual([1, 1, 0])
  })

  test.each(retried)('%i: kept, tried again, and sent with the same id', async (status) => {
    const { forwarder, asked, state, skip, dead, pauses } = openScene([status])
    const hit = makeForwarded()
    await forwarder.write([hit])
    await vi.waitFor(() => expect(pauses).toEqual([500]))
    expect(state()).toMatchObject({ waiting: 1, trouble: { reason: expect.stringContaining(`answered ${status}`) } })
    await skip()
    expect(asked).toEqual([[hit.id], [hit.id]])
    expect(state()).toMatchObject({ waiting: 0, trouble: undefined, counts: { sent: 1, retries: 1, dead: 0 } })
    expect(await dead()).toEqual([])
  })

  test.each(dead)('%i: a dead letter, never tried again', async (status) => {
    const { forwarder, asked, state, skip, dead } = openScene([status])
    await forwarder.write([makeForwarded()])
    await skip()
    expect([asked.length, state().counts.dead, state().waiting]).toEqual([1, 1, 0])
    expect(await dead()).toEqual([`answered ${status}`])
  })

  test('the default is the one table', () => {
    for (const status of [...sent, ...retried, ...dead]) {
      const verdict: Verdict = classifyStatus(answerOf(status))
      expect([status, verdict.kind]).toEqual([status, sent.includes(status) ? 'sent' : retried.includes(status) ? 'retry' : 'dead'])
    }
  })
})

test('how long a system wants to be left alone may be seconds or a date', () => {
  const said = (retryAfter: string): Verdict => classifyStatus({ ...answerOf(503), header: () => retryAfter })
  expect(said('7')).toEqual({ kind: 'retry', reason: 'answered 503', after: 7 })
  expect(said(new Date(Date.now() + 60_000).toUTCString())).toEqual({ kind: 'retry', reason: 'answered 503', after: expect.closeTo(59, -1) as number })
  expect(said('soon')).toEqual({ kind: 'retry', reason: 'answered 503' })
})

describe('SS38 a failure is seen and sent again', () => {
  test('an answer that never came is tried again, and its owner is told once', async () => {
    const { forwarder, asked, logged, skip, state } = openScene([new Error('connect ECONNREFUSED'), new Error('connect ECONNREFUSED')])
    await forwarder.write([makeForwarded()])
    await skip()
    await skip()
    expect([asked.length, state().counts.sent]).toEqual([3, 1])
    expect(logged).toEqual(['destination test: connect ECONNREFUSED; what waits for it is kept, and tried again', 'destination test: works again'])
  })

  test('the pauses are twice as long each time, half of them by chance, and begin anew', async () => {
    const { forwarder, pauses, skip } = openScene([...Array.from({ length: 11 }, () => 503), 200, 503])
    await forwarder.write([makeForwarded()])
    for (let tries = 0; tries < 12; tries++) await skip()
    expect(pauses.slice(0, 11)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 128_000, 128_000])
    await forwarder.write([makeForwarded()])
    await skip()
    expect(pauses.at(-1)).toBe(500)
  })

  test('Retry-After is heeded, in front of what chance adds', async () => {
    const { forwarder, pauses } = openScene([{ status: 429, headers: { 'retry-after': '30' } }])
    await forwarder.write([makeForwarded()])
    await vi.waitFor(() => expect(pauses).toEqual([30_500]))
    // Nor does who asks for it go earlier.
    await forwarder.flush()
    expect(pauses).toEqual([30_500])
  })

  test('no answer within the time limit is none', async () => {
    const never = vi.fn(() => new Promise<never>(() => {}))
    const { forwarder, state, pauses } = openScene([], {}, { send: never, timeout: 20 })
    await forwarder.write([makeForwarded()])
    await vi.waitFor(() => expect(pauses.length).toBe(1))
    expect(state()).toMatchObject({ waiting: 1, trouble: { reason: 'no answer in time' } })
  })

  test('one bad hit in a batch that is refused as a whole costs no other', async () => {
    const hits = Array.from({ length: 9 }, () => makeForwarded())
    const bad = hits[6]!.id
    const refuse = (request: DestinationRequest): Reply => (request.body!.includes(bad) ? 400 : 200)
    const { forwarder, state, skip, outbox } = openScene(Array.from({ length: 40 }, () => refuse))
    await forwarder.write(hits)
    await skip()
    expect(state()).toMatchObject({ waiting: 0, counts: { sent: 8, dead: 1 } })
    expect((await outbox.deadLetters('test', 9)).map(({ hit }) => hit.id)).toEqual([bad])
  })

  test('one hit that a system fails at holds up no other', async () => {
    const hits = Array.from({ length: 9 }, () => makeForwarded())
    const bad = hits[2]!.id
    const fail = (request: DestinationRequest): Reply => (request.body!.includes(bad) ? 500 : 200)
    const { forwarder, state, skip } = openScene(Array.from({ length: 400 }, () => fail))
    await forwarder.write(hits)
    for (let tries = 0; tries < 12; tries++) await skip()
    expect(state()).toMatchObject({ waiting: 1, counts: { sent: 8, dead: 0 } })
    await forwarder.write([makeForwarded()])
    for (let tries = 0; tries < 6; tries++) await skip()
    expect(state()).toMatchObject({ waiting: 1, counts: { sent: 9 } })
  })

  test('of a batch of which some were taken, only the others go again', async () => {
    const hits = Array.from({ length: 4 }, () => makeForwarded())
    const classify = ({ status }: DestinationAnswer): Verdict => (status === 207 ? { kind: 'some', dead: [{ index: 1, reason: 'mapping' }], retry: [{ index: 3, reason: 'queue full' }] } : { kind: 'sent' })
    const { forwarder, asked, state, skip, dead, outbox } = openScene([207], { classify })
    await forwarder.write(hits)
    await vi.waitFor(() => expect(state().counts.dead).toBe(1))
    // What was taken is no more in the outbox: a crash now would not send it again.
    expect((await outbox.read({ key: '000000000001', destination: 'test', site: 'shop', hits: 1 }))?.map(({ id }) => id)).toEqual([hits[3]!.id])
    await skip()
    expect(asked.map((ids) => ids.length)).toEqual([4, 1])
    expect(state()).toMatchObject({ waiting: 0, counts: { sent: 3, dead: 1 } })
    expect(await dead()).toEqual(['mapping'])
  })

  test('what is older than the system takes hits is a dead letter, and nothing is sent', async () => {
    const { forwarder, asked, skip, dead } = openScene([], { maxAge: 1000 })
    await forwarder.write([makeForwarded({ time: Date.now() - 2000 })])
    await skip()
    expect(asked).toEqual([])
    expect(await dead()).toEqual(['older than the destination takes hits (maxAge)'])
  })
})

describe('what a destination of somebody’s own does wrong', () => {
  const fails = (): never => {
    throw new Error('oops s3cret')
  }
  test.each<[string, Partial<DestinationOptions<ForwardedHit>>, string]>([
    ['redact', { redact: fails }, 'redact or map failed: oops ***'],
    ['map', { map: fails }, 'redact or map failed: oops ***'],
    ['batch', { batch: fails }, 'batch failed: oops ***'],
    ['classify', { classify: fails }, 'classify failed: oops ***'],
    ['batch that forgets', { batch: () => [] }, 'batch has put it into no request'],
  ])('%s that throws makes a dead letter, without the secret', async (_, options, reason) => {
    const { forwarder, skip, dead, state } = openScene([], options)
    await forwarder.write([makeForwarded(), makeForwarded()])
    await skip()
    expect(await dead()).toEqual([reason, reason])
    expect(state().waiting).toBe(0)
  })

  test('indexes that there are not, and answers about hits that there are not, harm nothing', async () => {
    const { forwarder, skip, state } = openScene([], {
      batch: (items) => [{ request: { url: 'https://a.example/', body: '[]' }, indexes: [...items.keys(), 99, -1, 0.5] }],
      classify: () => ({ kind: 'some', dead: [{ index: 77, reason: 'x' }], retry: [] }),
    })
    await forwarder.write([makeForwarded()])
    await skip()
    expect(state()).toMatchObject({ waiting: 0, counts: { sent: 1, dead: 0 } })
  })

  test('deliver takes the place of a request, and sign comes before it', async () => {
    const delivered: DestinationRequest[] = []
    const { forwarder, skip, state, asked } = openScene([], {
      sign: async (request) => ({ ...request, headers: { signed: 'yes' } }),
      async deliver(request) {
        delivered.push(request)
        return { status: 200, header: () => '', body: '' }
      },
    })
    await forwarder.write([makeForwarded()])
    await skip()
    expect(delivered).toMatchObject([{ headers: { signed: 'yes' } }])
    expect([asked, state().counts.sent]).toEqual([[], 1])
  })
})

describe('SS34 SS35 what may not leave does not', () => {
  test('redact rewrites, and undefined keeps the hit', async () => {
    const { forwarder, skip, state, asked } = openScene([], {
      redact: (hit) => (hit.user === '' ? hit : undefined),
      map: (hit) => hit,
    })
    const anonymous = makeForwarded()
    await forwarder.write([makeForwarded({ user: 'jo' }), anonymous])
    await skip()
    expect(asked).toEqual([[anonymous.id]])
    expect(state().counts).toMatchObject({ sent: 1, withheld: 1 })
  })

  test('a destination of one site gets that one’s hits', async () => {
    const { forwarder, skip, asked } = openScene([], { sites: ['shop'] })
    const ours = makeForwarded()
    await forwarder.write([ours, makeForwarded({ site: 'blog' })])
    await skip()
    expect(asked).toEqual([[ours.id]])
  })

  test('input 31: no secret is in a log or a reason, as it is, as a URL has it or as JSON does', async () => {
    const secret = 'a b/"ü"'
    const message = `GET https://x.example/?key=${encodeURIComponent(secret)} ${JSON.stringify({ secret })} ${secret}\n\u001B[2J`
    const { forwarder, logged, pauses, state } = openScene([new Error(message)], { secrets: [secret] })
    await forwarder.write([makeForwarded()])
    await vi.waitFor(() => expect(pauses.length).toBe(1))
    expect(state().trouble?.reason).toBe('GET https://x.example/?key=*** {"secret":"***"} ***  [2J'.replace('  ', ' '))
    expect(logged.join()).not.toMatch(/ü|%C3%BC/)
  })
})

describe('bounds', () => {
  test('of more than may wait the oldest are dropped, and counted', async () => {
    const { forwarder, state, logged, skip } = openScene([503], {}, { maxWaiting: 3 })
    for (let index = 0; index < 6; index++) await forwarder.write([makeForwarded()])
    expect(state()).toMatchObject({ waiting: 3, counts: { dropped: 3 } })
    expect(logged.some((line) => line.includes('dropped: more than 3 wait'))).toBe(true)
    await skip()
    expect(state()).toMatchObject({ waiting: 0, counts: { sent: 3 } })
  })

  test('what cannot be put into the outbox waits in memory, bounded, and goes with the next', async () => {
    const memory = createMemoryOutbox()
    let isBroken = true
    const write: Outbox['write'] = (...input) => (isBroken ? Promise.reject(new Error('disk full')) : memory.write(...input))
    const { forwarder, state, asked } = openScene([], {}, { outbox: { ...memory, write }, maxUnwritten: 2 })
    expect(await forwarder.write([makeForwarded(), makeForwarded(), makeForwarded()])).toBe(false)
    expect(state()).toMatchObject({ waiting: 2, counts: { dropped: 1 }, trouble: { reason: 'the outbox cannot be written: disk full' } })
    isBroken = false
    expect(await forwarder.write([makeForwarded()])).toBe(true)
    await vi.waitFor(() => expect(state().counts.sent).toBe(3))
    expect(asked.flat().length).toBe(3)
  })

  test('dead letters are the newest thousand', async () => {
    const { forwarder, skip, outbox } = openScene([], { map: () => { throw new Error('no') } })
    for (let index = 0; index < 3; index++) {
      await forwarder.write(Array.from({ length: 400 }, () => makeForwarded()))
      await skip()
    }
    expect(await outbox.countDead('test')).toBe(1000)
  })

  test('one that hangs delays no other, and close waits no longer than it was told', async () => {
    const outbox = createMemoryOutbox()
    const make = (name: string, deliver: () => Promise<DestinationAnswer>) => defineDestination<ForwardedHit>({ name, map: (hit) => hit, batch: (items) => [{ request: { url: '' }, indexes: [...items.keys()] }], deliver })
    const forwarder = createForwarder({ destinations: [make('slow', () => new Promise(() => {})), make('fast', async () => answerOf(200))], outbox, log: () => {} })
    await forwarder.write([makeForwarded()])
    await vi.waitFor(() => expect(forwarder.states().map(({ counts }) => counts.sent)).toEqual([0, 1]))
    const started = performance.now()
    await forwarder.close({ timeout: 100 })
    expect(performance.now() - started).toBeLessThan(1000)
    expect(forwarder.states().map(({ waiting }) => waiting)).toEqual([1, 0])
  })

  test('two of one name are refused', () => {
    const destination = defineDestination<ForwardedHit>({ name: 'twin', map: (hit) => hit, batch: () => [] })
    expect(() => createForwarder({ destinations: [destination, destination], outbox: createMemoryOutbox() })).toThrow('two destinations are called twin')
  })
})
