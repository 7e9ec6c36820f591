import { createId } from '@treadlight/protocol'
import { createReferenceStore, createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test, vi } from 'vitest'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { startUpkeep } from '../../packages/collector/src/upkeep.ts'

const day = 86_400_000
const noon = Date.parse('2026-11-21T12:00:00Z')

test('salts die two days after their own, also where no hits come, and tomorrow’s is there today', async () => {
  const values = createValues(createStorage())
  let now = noon
  const collector = createCollector({ store: createReferenceStore(), values, timezone: 'UTC', now: () => now })
  const policy = { anonymous: 90 * day, authenticated: 365 * day }
  const salts = async (): Promise<string[]> => (await values.list('default:salt:')).map((key) => key.split(':')[2]!)

  await collector.maintain(policy)
  expect(await salts()).toEqual(['2026-11-21', '2026-11-22'])
  now += 2 * day
  await collector.maintain(policy)
  expect(await salts()).toEqual(['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'])
  now += day
  await collector.maintain(policy)
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

test('PV22 upkeep prunes', async () => {
  const store = createReferenceStore({ now: () => noon })
  const collector = createCollector({ store, values: createValues(createStorage()), timezone: 'UTC', now: () => noon })
  const id = createId(noon)
  await store.append([
    { id, site: 'default', origin: 'browser', type: 'pageview', day: '2026-08-01', time: noon - 91 * day, received: noon, view: id, url: 'https://a.example/', title: '', referrer: '', hostname: 'a.example', path: '/', referrerHost: '', source: '', medium: '', campaign: '', visitor: 'v', session: '', user: '' },
  ])
  await collector.maintain({ anonymous: 90 * day, authenticated: 365 * day })
  expect(await store.prune({ anonymous: 0, authenticated: 0 })).toEqual({ anonymous: 0, authenticated: 0, others: 0 })
})

test('upkeep runs again and again, goes on after a failure, and ends when told', async () => {
  vi.useFakeTimers()
  try {
    const errors: unknown[] = []
    let rounds = 0
    const stop = startUpkeep({
      run: async () => {
        if (++rounds === 1) throw new Error('disk')
      },
      onError: (error) => errors.push(error),
    })
    await vi.advanceTimersByTimeAsync(59_999)
    expect(rounds).toBe(0)
    await vi.advanceTimersByTimeAsync(1 + 3_600_000)
    expect(rounds).toBe(2)
    expect(errors).toEqual([new Error('disk')])
    await stop()
    await vi.advanceTimersByTimeAsync(10 * 3_600_000)
    expect(rounds).toBe(2)
  } finally {
    vi.useRealTimers()
  }
})
