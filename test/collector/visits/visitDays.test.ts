import { createId } from '@treadlight/protocol'
import { createReferenceStore, createStore, type HitStore, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import type { AnyStore } from '../../../packages/collector/src/openStore.ts'
import { TooManyEntries } from '../../../packages/collector/src/reports/entries.ts'
import { listVisits, type VisitPage } from '../../../packages/collector/src/visits/recentVisits.ts'
import { createVisitDays } from '../../../packages/collector/src/visits/visitDays.ts'
import { day, makeEngagement, makeEvent, makeHit, minute, noon } from '../../store/makeHit.ts'

const hour = 60 * minute
const ask = (store: AnyStore, more: object = {}, days = createVisitDays(store)): Promise<VisitPage> => listVisits(days, { site: 'shop', interval: minute, filters: {}, page: 1, ...more })

/** A store on a storage, with a clock. */
const openStore = (clock: { now: number }) => createStore({ storage: createStorage(), durability: 'volatile', now: () => clock.now })

const users = ['', '', 'ann', 'bob']
const sessions = ['', 's1', 's2', 's3']
type Step = (stores: readonly HitStore[], at: number, views: StoredHit[]) => Promise<unknown>
const both = (stores: readonly HitStore[], act: (store: HitStore) => Promise<unknown>): Promise<unknown> => Promise.all(stores.map(act))

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ago: fc.integer({ min: 0, max: 5 * 24 }), user: fc.constantFrom(...users), session: fc.constantFrom(...sessions), path: fc.constantFrom('/a', '/b') }).map(
    ({ ago, ...fields }): Step => (stores, at, views) => {
      const view = makeHit({ time: at - ago * hour, received: at, ...fields })
      views.push(view)
      return both(stores, (store) => store.append([view]))
    }) },
  { weight: 4, arbitrary: fc.record({ of: fc.nat(20), engaged: fc.integer({ min: 1, max: 6 * 60_000 }) }).map(
    ({ of, engaged }): Step => async (stores, at, views) => {
      const view = views[of % Math.max(1, views.length)]
      if (view === undefined) return
      const end = Math.min(view.time + engaged, Date.parse(view.day) + day - 1)
      await both(stores, (store) => store.append([makeEngagement(view, { time: end, received: at, engaged })]))
    }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 48 }).map((ago): Step => (stores, at) => {
    const beat = makeEvent('pagetimer', { time: at - ago * hour, received: at, path: '/beat' })
    return both(stores, (store) => store.append([beat]))
  }) },
  { weight: 2, arbitrary: fc.record({ session: fc.constantFrom('s1', 's2', 's3'), user: fc.constantFrom('ann', 'bob'), before: fc.integer({ min: 0, max: 1000 }) }).map(
    ({ session, user, before }): Step => (stores, at) => both(stores, (store) => store.identify({ site: 'shop', session, user, time: at - before }))) },
  { weight: 1, arbitrary: fc.constantFrom({ user: 'ann' }, { session: 's2' }).map((who): Step => (stores) => both(stores, (store) => store.erase({ site: 'shop', ...who }))) },
  { weight: 1, arbitrary: fc.constant<Step>((stores) => both(stores, (store) => store.prune({ anonymous: 3 * day, authenticated: 4 * day }))) },
  { weight: 1, arbitrary: fc.constant<Step>((stores) => both(stores, (store) => store.maintain({ force: true }))) },
)

test('after whatever happens the days that are kept say what all hits together say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.record({ username: fc.constantFrom(undefined, 'ann', 'anonymous'), path: fc.constantFrom(undefined, '/a') }), async (steps, filters) => {
      const clock = { now: noon }
      const store = await openStore(clock)
      const reference = createReferenceStore({ now: () => clock.now })
      const days = createVisitDays(store)
      const views: StoredHit[] = []
      for (const act of steps) {
        clock.now += minute
        await act([store, reference], clock.now, views)
        for (const more of [{}, { filters, from: noon - 2 * day - 5 * hour, to: noon }]) expect(await ask(store, more, days)).toEqual(await ask(reference, more))
      }
      await store.close()
    }),
    { numRuns: 60 },
  )
}, 120_000)

/** How many times hits were read. */
function countReads(store: AnyStore): { store: AnyStore; reads: () => number } {
  let reads = 0
  return { store: { ...store, hits: (filter) => (reads++, store.hits(filter)) }, reads: () => reads }
}

test('a day is read once, until something of it changes', async () => {
  const opened = await openStore({ now: noon })
  await opened.append([0, 1, 2, 3].map((ago) => makeHit({ time: noon - ago * day, session: `s${ago}` })))
  const { store, reads } = countReads(opened)
  const days = createVisitDays(store)
  const readsFor = async (act: () => Promise<unknown>): Promise<number> => {
    const before = reads()
    await act()
    return reads() - before
  }
  const look = () => ask(store, {}, days)
  expect(await readsFor(look)).toBe(4)
  expect(await readsFor(look)).toBe(0)
  expect(await readsFor(() => ask(store, { page: 7, filters: { path: '/' }, from: noon - day }, days))).toBe(0)
  await opened.append([makeHit({ time: noon - minute })])
  expect(await readsFor(look)).toBe(1)
  await opened.identify({ site: 'shop', session: 's2', user: 'ann', time: noon })
  expect(await readsFor(look)).toBe(1)
  await opened.identify({ site: 'shop', session: 'never seen', user: 'ann', time: noon })
  expect(await readsFor(look)).toBe(0)
  await opened.prune({ anonymous: 2.5 * day, authenticated: 2.5 * day }, { now: noon })
  expect((await look()).summary.count).toBe(4)
  await opened.erase({ site: 'shop', user: 'ann' })
  expect((await look()).summary.distinct.username).toBe(1)
  await opened.close()
})

test('what does not fit into the memory is read again, and says the same', async () => {
  const store = await openStore({ now: noon })
  await store.append(Array.from({ length: 300 }, (_, index) => makeHit({ time: noon - index * 20 * minute, path: `/${index}` })))
  const days = createVisitDays(store, 1000)
  for (const page of [1, 2, 9]) expect(await ask(store, { page }, days)).toEqual(await ask(store, { page }))
  expect((await ask(store, { page: 9 }, days)).visits.at(-1)!.path).toBe('/299')
  await store.close()
})

test('a report that says a day long stands for a day at most, and what strangers make of that fills no memory', async () => {
  const made = await openStore({ now: noon + hour })
  const hits = Array.from({ length: 400 }, (_, nth) => makeHit({ site: 'shop', type: 'engagement', view: createId(noon - nth), time: noon + nth, engaged: 86_400_000 }))
  await made.append(hits)
  await expect(ask(made)).rejects.toThrow(TooManyEntries)
  expect((await ask(made, { interval: 3_600_000 })).summary.count).toBe(400 * 24)
})
