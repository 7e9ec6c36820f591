import { createReferenceStore, type HitStore } from '@treadlight/store'
import { createId } from '@treadlight/protocol'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { loadConfig } from '../../../packages/collector/src/config.ts'
import { serve } from '../../../packages/collector/src/serve.ts'
import { createRealtime, readPresent, type Present } from '../../../packages/collector/src/stats/realtime.ts'
import { startCollector } from '../../process/collectorProcess.ts'
import { makeEngagement, makeEvent, makeHit } from '../../store/makeHit.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from '../collector.ts'

const site = { id: 'default', timezone: 'UTC', hosts: [] }
const hit = (fields: Parameters<typeof makeHit>[0] = {}) => makeHit({ site: 'default', time: noon, ...fields })

/** Reads messages of a stream as they come. */
function readStream(body: ReadableStream<Uint8Array>): { next(): Promise<string | undefined>; cancel(): Promise<void> } {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>
  let rest = ''
  return {
    async next() {
      while (!rest.includes('\n\n')) {
        const { value, done } = await reader.read()
        if (done) return undefined
        rest += value
      }
      const [message = '', ...others] = rest.split('\n\n')
      rest = others.join('\n\n')
      return message
    },
    cancel: () => reader.cancel(),
  }
}

const presentOf = (message: string | undefined): Present => JSON.parse(/^event: realtime\ndata: (.*)$/.exec(message ?? '')![1]!) as Present

describe('the present of a site', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function watch(store: HitStore = createReferenceStore()) {
    const clock = { now: noon }
    const errors: unknown[] = []
    const looks = vi.spyOn(store, 'hits')
    const realtime = createRealtime({ store, now: () => clock.now, onError: (error) => errors.push(error) })
    return { store, clock, errors, looks, realtime }
  }

  test('is what the queries say', async () => {
    const { store } = watch()
    const view = hit({ time: noon - 1000, visitor: 'a' })
    await store.append([
      view,
      makeEngagement(view, { time: noon - 10, engaged: 900 }),
      makeEvent('x', { site: 'default', time: noon - 900, visitor: 'a' }),
      hit({ time: noon - 800, visitor: '', session: 's' }),
      hit({ time: noon - 700, visitor: '', user: 'u' }),
      hit({ time: noon - 5 * 60_000, visitor: 'gone' }),
      hit({ time: noon - 5 * 60_000 + 1, visitor: 'here' }),
      hit({ time: noon + 1, visitor: 'not yet' }),
    ])
    const range = { from: noon + 1 - 5 * 60_000, to: noon + 1 }
    const { rows } = await store.query({ site: 'default', timezone: 'UTC', range, metrics: ['visitors', 'events'] })
    const { visitors, hits } = await readPresent(store, 'default', noon)
    expect([visitors, hits]).toEqual(rows[0]!.metrics)
    expect([visitors, hits]).toEqual([4, 5])
  })

  test('is told at once, and again when it has changed', async () => {
    const { store, clock, realtime } = watch()
    const told: Present[] = []
    const stop = realtime.listen(site, (present) => told.push(present))
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toEqual([{ visitors: 0, hits: 0, latest: '' }])
    const [older, newer] = [hit({ time: noon - 1000 }), hit({ visitor: 'other' })]
    await store.append([newer, older])
    await vi.advanceTimersByTimeAsync(500)
    expect(told.slice(1)).toEqual([{ visitors: 2, hits: 2, latest: newer.id }])
    clock.now += 5 * 60_000
    await vi.advanceTimersByTimeAsync(500)
    expect(told.slice(2)).toEqual([{ visitors: 0, hits: 0, latest: '' }])
    stop()
  })

  test('is looked at once for all who listen to it, and by nobody when they have gone', async () => {
    const { looks, realtime } = watch()
    const first: Present[] = []
    const second: Present[] = []
    const stops = [realtime.listen(site, (present) => first.push(present))]
    await vi.advanceTimersByTimeAsync(100)
    stops.push(realtime.listen(site, (present) => second.push(present)))
    expect(second).toEqual(first)
    await vi.advanceTimersByTimeAsync(4000)
    expect(looks.mock.calls.length).toBeGreaterThanOrEqual(8)
    expect(looks.mock.calls.length).toBeLessThanOrEqual(10)
    for (const stop of stops) stop()
    looks.mockClear()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looks).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that nobody waits for any more begins no timer, when the store answers late', async () => {
    const { store, errors, realtime } = watch()
    let answer = (): void => undefined
    const late = new Promise<void>((resolve) => (answer = resolve))
    vi.spyOn(store, 'hits').mockImplementation(async function* () {
      await late
      yield hit()
    })
    realtime.listen(site, () => expect.unreachable('nobody listens'))()
    answer()
    await vi.advanceTimersByTimeAsync(0)
    expect([vi.getTimerCount(), errors]).toEqual([0, []])
  })

  test('is asked for again after a failure, of which an owner is told once', async () => {
    const { store, errors, looks, realtime } = watch()
    looks.mockImplementation(() => {
      throw new Error('no disk')
    })
    const told: Present[] = []
    const stop = realtime.listen(site, (present) => told.push(present))
    await vi.advanceTimersByTimeAsync(5000)
    expect([told, errors.length]).toEqual([[], 1])
    looks.mockRestore()
    await store.append([hit()])
    await vi.advanceTimersByTimeAsync(1000)
    expect(told).toMatchObject([{ visitors: 1 }])
    stop()
  })
})

describe('GET /api/realtime', () => {
  let test_: TestCollector
  let cookie: string
  beforeEach(async () => {
    test_ = createTestCollector()
    cookie = await logInOwner(test_)
    vi.useFakeTimers()
  })
  afterEach(() => {
    test_.collector.endStreams()
    vi.useRealTimers()
  })
  const open = (headers: Record<string, string> = { cookie }): Promise<Response> => test_.request('/api/realtime?site_id=default', { headers })

  test('is a stream of events whose data is JSON, and nothing that visitors send can begin a line', async () => {
    const response = await open()
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { next } = readStream(response.body!)
    expect(presentOf(await next())).toEqual({ visitors: 0, hits: 0, latest: '' })
    await test_.store.append([hit({ id: 'x\n\nevent: evil\ndata: 1\r\n' })])
    await vi.advanceTimersByTimeAsync(500)
    expect(presentOf(await next()).latest).toBe('x\n\nevent: evil\ndata: 1\r\n')
  })

  test('says every 15 s that it is still there', async () => {
    const { next } = readStream((await open()).body!)
    await next()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await next()).toBe(': still here')
  })

  test('ends when the log-in ends', async () => {
    const { next } = readStream((await open()).body!)
    await next()
    await test_.request('/api/logout', { method: 'POST', headers: { cookie, 'content-type': 'application/json' } })
    await vi.advanceTimersByTimeAsync(15_000)
    expect([await next(), await next()]).toEqual([': still here', undefined])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends when the token is revoked', async () => {
    const { token, id } = await test_.collector.tokens.create('screen', ['stats'])
    const { next } = readStream((await open({ authorization: `Bearer ${token}` })).body!)
    await next()
    await test_.collector.tokens.revoke(id)
    await vi.advanceTimersByTimeAsync(15_000)
    expect([await next(), await next()]).toEqual([': still here', undefined])
  })

  test('goes on while its network asks too much', async () => {
    const { next } = readStream((await open()).body!)
    await next()
    let status = 200
    while (status !== 429) ({ status } = await test_.request('/api/sites', { headers: { cookie } }))
    await vi.advanceTimersByTimeAsync(30_000)
    expect([await next(), await next()]).toEqual([': still here', ': still here'])
  })

  test('leaves no timer behind when the listener goes, or the collector stops', async () => {
    const gone = readStream((await open()).body!)
    const stopped = readStream((await open()).body!)
    await Promise.all([gone.next(), stopped.next()])
    await gone.cancel()
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    test_.collector.endStreams()
    expect(await stopped.next()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('takes a hundred listeners, and one more when one has gone', async () => {
    const streams: Response[] = []
    while (streams.length < 100) streams.push(await open())
    const refused = await open()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
    await streams[0]!.body!.cancel()
    expect((await open()).status).toBe(200)
  })

  test('ends for one who does not read', async () => {
    const { body } = await open()
    // 100 messages that nobody reads are 100 changes of the present.
    for (let count = 0; count < 110; count++) {
      await test_.store.append([hit()])
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(vi.getTimerCount()).toBe(0)
    await body!.cancel()
  })

  test('knows no other sites', async () => {
    expect((await test_.request('/api/realtime?site_id=x', { headers: { cookie } })).status).toBe(400)
  })
})

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-realtime-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function logIn(url: string, password: string): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/login`, { method: 'POST', headers, body: JSON.stringify({ password }) })
  return { ...headers, cookie: response.headers.getSetCookie()[0]!.split(';')[0]! }
}

const send = (url: string): Promise<Response> =>
  fetch(`${url}/hit`, { method: 'POST', headers: { connection: 'close' }, body: JSON.stringify({ id: createId(Date.now()), url: 'https://a.example/' }) })

test('over TCP, from the durable store: a hit is told within a second, and a stop does not wait for listeners', async () => {
  const folder = await createFolder()
  const config = await loadConfig({ env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_SYNC: 'false', TREADLIGHT_STORAGE_BASE: join(folder, 'data'), PORT: '0' }, folder })
  const { url, password, close } = await serve({ config: { ...config, host: '127.0.0.1' } })
  onTestFinished(close)
  const headers = await logIn(url, password!)
  const { next, cancel } = readStream((await fetch(`${url}/api/realtime`, { headers })).body!)
  expect(presentOf(await next())).toMatchObject({ visitors: 0 })
  const sent = performance.now()
  expect((await send(url)).status).toBe(201)
  expect(presentOf(await next())).toMatchObject({ visitors: 1, hits: 1 })
  expect(performance.now() - sent).toBeLessThan(1000)
  const stopping = performance.now()
  await close()
  expect(performance.now() - stopping).toBeLessThan(2000)
  await cancel()
})

test('of several processes, each hears of the hits of all', async () => {
  const folder = await createFolder()
  const collector = await startCollector({ data: join(folder, 'data'), env: { TREADLIGHT_WORKERS: '2', TREADLIGHT_STORAGE_SYNC: 'false' } })
  onTestFinished(async () => void (await collector.stop()))
  const headers = await logIn(collector.url, collector.password!)
  await wait(1000)
  // Connections of their own, so that both processes have listeners, and both take hits.
  const streams = await Promise.all(Array.from({ length: 4 }, async () => readStream((await fetch(`${collector.url}/api/realtime`, { headers: { ...headers, connection: 'close' } })).body!)))
  const hits = 8
  const all = streams.map(async ({ next, cancel }) => {
    let present: Present
    do present = presentOf(await next())
    while (present.hits < hits)
    await cancel()
    return present.hits
  })
  for (let count = 0; count < hits; count++) expect((await send(collector.url)).status).toBe(201)
  expect(await Promise.all(all)).toEqual([hits, hits, hits, hits])
})
