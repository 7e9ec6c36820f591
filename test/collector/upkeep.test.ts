import { createId } from '@treadlight/protocol'
import { createReferenceStore, createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { everyHour, everyMinute, startUpkeep } from '../../packages/collector/src/upkeep.ts'
import { createTestCollector } from './collector.ts'

const day = 86_400_000
const noon = Date.parse('2026-11-21T12:00:00Z')

test('salts die two days after their own, also where no hits come, and tomorrow’s is there today', async () => {
  const values = createValues(createStorage())
  let now = noon
  const collector = createCollector({ store: createReferenceStore(), values, timezone: 'UTC', now: () => now })
  const salts = async (): Promise<string[]> => (await values.list('default:salt:')).map((key) => key.split(':')[2]!)

  await collector.maintain()
  expect(await salts()).toEqual(['2026-11-21', '2026-11-22'])
  now += 2 * day
  await collector.maintain()
  expect(await salts()).toEqual(['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'])
  now += day
  await collector.maintain()
  expect(await salts()).toEqual(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'])
})

test('two collectors of one store recognise the same visitor, whoever came first', async () => {
  const values = createValues(createStorage())
  const store = createReferenceStore({ now: () => noon })
  const collectors = Array.from({ length: 2 }, () => createCollector({ store, values, timezone: 'UTC', now: () => noon }))
  const visit = (index: number): Promise<Response> =>
    Promise.resolve(collectors[index]!.fetch(new Request('http://localhost/hit', { method: 'POST', body: '{"url":"https://a.example/"}' })))
  await visit(0)
  await visit(1)
  const { rows } = await store.query({ site: 'default', timezone: 'UTC', range: { from: noon - 1, to: noon + 1 }, metrics: ['visitors', 'pageviews'] })
  expect(rows[0]?.metrics).toEqual([1, 2])
})

test('PV22 PT16 the collector prunes', async () => {
  const store = createReferenceStore({ now: () => noon })
  const collector = createCollector({ store, values: createValues(createStorage()), timezone: 'UTC', now: () => noon })
  const id = createId(noon)
  await store.append([
    { id, site: 'default', origin: 'browser', type: 'pageview', day: '2026-08-01', time: noon - 91 * day, received: noon, view: id, url: 'https://a.example/', title: '', referrer: '', hostname: 'a.example', path: '/', referrerHost: '', source: '', medium: '', campaign: '', visitor: 'v', session: '', user: '' },
  ])
  await collector.prune({ anonymous: 90 * day, authenticated: 365 * day })
  expect(await store.prune({ anonymous: 0, authenticated: 0 })).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
})

describe('upkeep', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('runs each job again and again at its own pace, goes on after a failure, and ends when told', async () => {
    const errors: unknown[] = []
    const rounds = { often: 0, seldom: 0 }
    const often = async (): Promise<void> => {
      if (++rounds.often === 1) throw new Error('disk')
    }
    const seldom = async (): Promise<void> => void rounds.seldom++
    const stop = startUpkeep({ jobs: [{ run: often, every: everyMinute }, { run: seldom, every: everyHour }], onError: (error) => errors.push(error) })
    await vi.advanceTimersByTimeAsync(59_999)
    expect(rounds).toEqual({ often: 0, seldom: 0 })
    await vi.advanceTimersByTimeAsync(1)
    expect(rounds).toEqual({ often: 1, seldom: 1 })
    await vi.advanceTimersByTimeAsync(everyHour)
    expect(rounds).toEqual({ often: 61, seldom: 2 })
    expect(errors).toEqual([new Error('disk')])
    await stop()
    await vi.advanceTimersByTimeAsync(10 * everyHour)
    expect(rounds).toEqual({ often: 61, seldom: 2 })
  })

  test('tells of a failure once a day, whatever name the value had that it was about', async () => {
    const errors: string[] = []
    let round = 0
    const run = async (): Promise<void> => {
      round++
      throw new Error(round === 3 ? 'another' : `could not write default:manifest:01a1fd7bc8c0-${round.toString(16).padStart(12, '0')} (ENOSPC)`)
    }
    const stop = startUpkeep({ jobs: [{ run, every: everyMinute }], onError: (error) => errors.push((error as Error).message) })
    await vi.advanceTimersByTimeAsync(10 * everyMinute)
    expect(errors).toEqual([expect.stringContaining('ENOSPC'), 'another'])
    await vi.advanceTimersByTimeAsync(day)
    expect(errors).toHaveLength(3)
    await stop()
  })

  test('a job may begin before the others', async () => {
    let rounds = 0
    const stop = startUpkeep({ jobs: [{ run: async () => void rounds++, every: 1000, after: 0 }], onError: () => undefined })
    await vi.advanceTimersByTimeAsync(3000)
    expect(rounds).toBe(4)
    await stop()
  })

  test('the end waits for the round that is running', async () => {
    let finish = (): void => undefined
    let isFinished = false
    const run = (): Promise<void> => new Promise((resolve) => (finish = resolve))
    const stop = startUpkeep({ jobs: [{ run, every: everyMinute }], onError: () => undefined })
    await vi.advanceTimersByTimeAsync(everyMinute)
    const stopped = stop().then(() => (isFinished = true))
    await vi.advanceTimersByTimeAsync(everyMinute)
    expect(isFinished).toBe(false)
    finish()
    await stopped
  })
})

describe('/api/health', () => {
  const session = async (request: (path: string, init?: RequestInit) => Promise<Response>, password: string): Promise<string> => {
    const login = await request('/api/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password }) })
    return login.headers.getSetCookie()[0]!.split(';')[0]!
  }

  test('says that upkeep fails, since when, and that hits are taken all the same, until it is well', async () => {
    const store = createReferenceStore({ now: () => noon })
    const { collector, request, post, clock } = createTestCollector({ store })
    const health = async (): Promise<unknown> => {
      const response = await request('/api/health')
      return { status: response.status, ...((await response.json()) as object) }
    }
    const maintain = vi.spyOn(store, 'maintain').mockRejectedValue(new Error('/secret/place (EROFS)'))
    await expect(collector.maintain()).rejects.toThrow('EROFS')
    clock.now += 60_000
    await expect(collector.maintain()).rejects.toThrow('EROFS')
    expect((await post({ url: 'https://a.example/' })).status).toBe(201)
    const body = {
      status: 200,
      ok: false,
      error: 'Upkeep fails, so that what was erased or is too old stays in the storage: the log says why',
      failing: { upkeep: '2026-11-21T12:00:00.000Z' },
    }
    expect(await health()).toMatchObject(body)
    expect(JSON.stringify(await health())).not.toContain('secret')

    vi.spyOn(store, 'prune').mockRejectedValue(new Error('x'))
    await expect(collector.prune({ anonymous: 1, authenticated: 1 })).rejects.toThrow('x')
    expect(await health()).toMatchObject({ ok: false, failing: { ...body.failing, retention: '2026-11-21T12:01:00.000Z' } })
    vi.restoreAllMocks()
    maintain.mockRestore()
    await collector.maintain()
    await collector.prune({ anonymous: day, authenticated: day })
    expect(await health()).toEqual({ status: 200, ok: true, version: expect.any(String), durability: 'volatile', problems: 0 })
  })

  test('says that queries fail; a question that cannot be understood is no failure', async () => {
    const store = createReferenceStore({ now: () => noon })
    const { collector, request } = createTestCollector({ store })
    const cookie = await session(request, (await collector.users.setUp())!)
    const ask = (date_range: string): Promise<Response> =>
      request('/api/v2/query', {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body: JSON.stringify({ site_id: 'default', metrics: ['visitors'], date_range }),
      })
    const query = vi.spyOn(store, 'query').mockRejectedValue(new Error('EIO'))
    expect((await ask('7d')).status).toBe(500)
    expect((await ask('nonsense')).status).toBe(400)
    expect(await (await request('/api/health')).json()).toMatchObject({
      ok: false,
      error: 'Queries cannot be answered: the log says why',
      failing: { queries: '2026-11-21T12:00:00.000Z' },
    })
    query.mockRestore()
    expect((await ask('7d')).status).toBe(200)
    expect(await (await request('/api/health')).json()).toMatchObject({ ok: true })
  })
})
