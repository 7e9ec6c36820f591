import { createReferenceStore, createStore, type HitFilter, type HitStore, type Metric, type Query, type Store, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import type { Storage } from 'unstorage'
import { expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon, testId } from './makeHit.ts'

const metrics: Metric[] = ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'time_on_page', 'scroll_depth']
const queries: Query[] = [['event:page'], ['visit:source', 'visit:exit_page'], ['time:hour']].map((dimensions) => ({
  site: 'shop',
  range: { from: noon - 8 * day, to: noon + 8 * day },
  timezone: 'UTC',
  metrics: dimensions[0] === 'event:page' ? metrics : metrics.slice(0, 6),
  dimensions: dimensions as Query['dimensions'] & object,
}))

/** One in so many: what keeps a day from being read by the column must not be in every day. */
const rarely = <T,>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, times: number): fc.Arbitrary<T> =>
  fc.oneof({ weight: times, arbitrary: common }, { weight: 1, arbitrary: rare })

/** A few visitors; with an id twice now and then, told by the same or another origin. */
const hit: fc.Arbitrary<StoredHit> = fc
  .record({
    number: rarely(fc.nat(100_000), fc.nat(30), 8),
    type: fc.constantFrom('pageview' as const, 'pageview' as const, 'event' as const, 'engagement' as const),
    origin: fc.constantFrom('browser' as const, 'browser' as const, 'browser' as const, 'server' as const),
    session: fc.constantFrom('', '', 's1', 's2'),
    visitor: fc.constantFrom('', 'v1', 'v2', 'v3'),
    at: fc.nat(3 * 60),
    path: fc.constantFrom('/', '/a', '/b'),
    source: fc.constantFrom('', 'google', 'news'),
    view: fc.option(rarely(fc.nat(100_000), fc.nat(30), 1)),
    engaged: fc.nat(9000),
    title: rarely(fc.constant('Shop'), fc.constant('\ud800'), 100),
  })
  .map(({ number, at, view, engaged, ...fields }) => {
    const its = { ...fields, id: testId(number), time: noon - 3 * day + at * minute }
    if (fields.type !== 'engagement') return makeHit(its)
    return makeHit({ ...its, view: view === null ? '' : testId(view), engaged, scroll: engaged % 101 })
  })

type Step = { do: 'append'; hits: StoredHit[] } | { do: 'maintain' | 'reopen' } | { do: 'erase'; visitor: string } | { do: 'log in'; session: string } | { do: 'erase user' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('append' as const), hits: fc.array(hit, { maxLength: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('maintain' as const, 'reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), visitor: fc.constantFrom('v1', 'v3') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('log in' as const), session: fc.constantFrom('s1', 's2') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase user' as const) }) },
)

async function play(storage: Storage, steps: readonly Step[]): Promise<void> {
  let time = noon
  const now = () => time
  const reference = createReferenceStore({ now })
  const open = () => createStore({ storage, durability: 'volatile', now, refreshMs: 0 })
  let store = await open()
  for (const step of steps) {
    time += 21 * minute
    for (const each of [reference, store]) await perform(each as Store, step, time)
    if (step.do === 'reopen') {
      await store.close()
      store = await open()
    }
    for (const query of queries) expect(await store.query(query)).toEqual(await reference.query(query))
  }
  await store.close()
}

async function perform(store: Store, step: Step, time: number): Promise<void> {
  if (step.do === 'append') await store.append(step.hits.map((hit) => ({ ...hit, received: time })))
  else if (step.do === 'maintain') await store.maintain({ force: true })
  else if (step.do === 'erase') await store.erase({ site: 'shop', visitor: step.visitor })
  else if (step.do === 'erase user') await store.erase({ site: 'shop', user: 'u1' })
  else if (step.do === 'log in') await store.identify({ site: 'shop', session: step.session, user: 'u1', time })
}

test('a day of segments and of what came since says what its hits say', async () => {
  const steps = fc.array(step, { minLength: 2, maxLength: 10 })
  await fc.assert(fc.asyncProperty(steps, (each) => play(createFaultyStorage({ append: true }).storage, each)), { numRuns: 150 })
})

test('hits of some minutes are found without the others: by the time that their facts say together', async () => {
  const facts = fc.array(hit, { minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(facts, fc.nat(180), fc.nat(30), async (hits, from, length) => {
      const filter = { site: 'shop', from: noon - 3 * day + from * minute, to: noon - 3 * day + (from + length) * minute }
      const store = await createStore({ storage: createFaultyStorage({ append: true }).storage, durability: 'volatile', now: () => noon })
      const reference = createReferenceStore({ now: () => noon })
      for (const each of [store, reference]) await each.append(hits)
      expect(await listAll(store, filter)).toEqual(await listAll(reference, filter))
      await store.close()
    }),
    { numRuns: 200 },
  )
})

async function listAll(store: HitStore, filter: HitFilter): Promise<StoredHit[]> {
  const listed: StoredHit[] = []
  for await (const each of store.hits(filter)) listed.push(each)
  return listed
}
