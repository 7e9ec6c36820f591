import { createId } from '@treadlight/protocol'
import { createReferenceStore, createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { everyHour, everyMinute, startUpkeep } from '../../packages/collector/src/upkeep.ts'

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

test('PV22 the collector prunes', async () => {
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
