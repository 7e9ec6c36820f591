import {
  createReferenceStore,
  createStore,
  type FunnelQuery,
  type HitFilter,
  type HitPageFilter,
  type HitStore,
  type JourneyQuery,
  type Query,
  type Store,
  type StoredHit,
  type Subject,
} from '@treadlight/store'
import fc from 'fast-check'
import type { Storage } from 'unstorage'
import { expect } from 'vitest'
import { day, makeHit, minute, noon, testId } from './makeHit.ts'

/** What happens to a site. */
export type Step =
  | { do: 'append' | 'load'; hits: StoredHit[] }
  | { do: 'identify'; session: string; user: string }
  | { do: 'erase'; subject: Omit<Subject, 'site'> }
  | { do: 'prune'; anonymous: number; authenticated: number; newest?: number | undefined; dryRun: boolean }
  | { do: 'maintain'; force: boolean }
  | { do: 'reopen' }
  | { do: 'wait'; days: number }

const users = fc.constantFrom('', '', 'u1', 'u2')
const sessions = fc.constantFrom('', 's1', 's2')
const times = fc.integer({ min: -6, max: 1 }).map((days) => noon + days * day)

/** Few ids, so that retries, twins and merges are common. */
const hit: fc.Arbitrary<StoredHit> = fc
  .record({
    number: fc.integer({ min: 0, max: 11 }),
    origin: fc.constantFrom('server' as const, 'browser' as const, 'import' as const),
    type: fc.constantFrom('pageview' as const, 'pageview' as const, 'event' as const, 'engagement' as const),
    user: users,
    session: sessions,
    visitor: fc.constantFrom('v1', 'v2'),
    time: times,
    path: fc.constantFrom('/', '/a'),
    source: fc.constantFrom('', 'google', 'news'),
    medium: fc.constantFrom('', '', 'CPC'),
    title: fc.constantFrom('', 'Ära', 'ära', 'z'),
    query: fc.constantFrom('', '', '?q=Ä'),
    said: fc.record({
      name: fc.constantFrom('buy', 'join'),
      interactive: fc.boolean(),
      revenue: fc.record({ amount: fc.constantFrom('0.1', '0.2', '-7.000001'), currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD') }),
    }),
  })
  .map(({ number, said, query, ...fields }) =>
    makeHit({ id: testId(number), ...fields, url: `https://shop.example${fields.path}${query}`, ...(fields.type === 'event' && said) }),
  )

/** Loads now and then, as imports do. */
export const append: fc.Arbitrary<Step> = fc.record({ do: fc.constantFrom('append', 'append', 'append', 'load'), hits: fc.array(hit, { maxLength: 4 }) })
export const identify: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('identify'),
  session: fc.constantFrom('s1', 's2'),
  user: fc.constantFrom('u1', 'u2'),
})
export const erase: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('erase'),
  subject: fc.constantFrom({ user: 'u1' }, { session: 's1' }, { visitor: 'v2' }),
})
export const prune: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('prune'),
  anonymous: fc.constantFrom(day, 3 * day),
  authenticated: fc.constantFrom(2 * day, 5 * day),
  newest: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, undefined, 3, 0),
  dryRun: fc.boolean(),
})
export const upkeep: fc.Arbitrary<Step> = fc.constantFrom({ do: 'maintain', force: false }, { do: 'maintain', force: true }, { do: 'maintain', force: true }, { do: 'reopen' })

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: append },
  { weight: 2, arbitrary: identify },
  { weight: 1, arbitrary: erase },
  { weight: 1, arbitrary: prune },
  { weight: 2, arbitrary: upkeep },
)

const query: Query = {
  site: 'shop',
  range: { from: noon - 8 * day, to: noon + 8 * day },
  timezone: 'UTC',
  metrics: ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'time_on_page'],
  dimensions: ['event:page'],
}

/** Asks for days before the range. */
const touchQuery: Query = { ...query, range: { from: noon - day, to: noon + 8 * day }, dimensions: ['time:day', 'first:source', 'last:source'] }

/** What is compared with sums of other queries, which have to add up over days as well. */
const goalQuery: Query = {
  ...query,
  metrics: ['visitors', 'conversion_rate', 'group_conversion_rate', 'total_revenue', 'average_revenue', 'percentage'],
  dimensions: ['event:goal', 'visit:source'],
  goals: [{ name: 'buy', event: 'buy' }, { name: 'see', page: '/*' }, { name: 'see a', page: '/a' }],
  filters: [['or', [['has_not_done', ['matches', 'event:name', ['^j']]], ['is', 'visit:entry_page', ['*A'], { caseSensitive: false }]]]],
}
const exitQuery: Query = { ...query, metrics: ['exit_rate', 'visits'], dimensions: ['visit:exit_page'], filters: [['has_done', ['is', 'event:goal', ['join']]]] }

/** What sums of whole days answer. */
const sumQueries: Query[] = [
  { ...query, metrics: ['visitors', 'pageviews', 'total_revenue'], dimensions: ['time:day'] },
  { ...query, metrics: ['visits', 'percentage'], dimensions: ['visit:source'], range: { from: Date.UTC(2026, 10, 17), to: Date.UTC(2026, 10, 22) } },
  { ...query, dimensions: [], filters: [['is', 'visit:source', ['Google']]] },
]

/** What visits did one after the other. */
const funnels: FunnelQuery[] = [
  { site: 'shop', range: query.range, steps: [{ page: '/*' }, { page: '/a' }] },
  {
    site: 'shop',
    range: { from: noon - 3 * day, to: noon - day + 1 },
    timezone: 'Asia/Kathmandu',
    filters: [['has_not_done', ['is', 'event:name', ['join']]], ['is', 'event:page', ['/a']]],
    goals: goalQuery.goals!,
    steps: [{ goal: 'see' }, { event: 'buy' }],
  },
  { site: 'shop', range: touchQuery.range, filters: [['is', 'first:source', ['google']]], steps: [{ page: '*' }, { goal: 'buy' }] },
]
const journeys: JourneyQuery[] = [
  { site: 'shop', range: query.range, branches: 1 },
  { site: 'shop', range: query.range, from: { page: '/a' }, direction: 'before', along: [{ page: '/' }], filters: [['is', 'visit:source', ['google', 'News']]] },
  { site: 'shop', range: touchQuery.range, filters: [['is', 'last:source', ['news']]], from: { event: 'join' }, events: false },
]

/** Days that some hits of every history lie outside of. */
const range = { from: noon - 3 * day, to: noon - day + 1 }

/** Plays a history on the reference and on a storage with several processes, and compares whatever either says. */
export async function play(steps: readonly [Step, at: number][], storage: Storage, processes: number, keepSums = false): Promise<void> {
  const opened: Store[] = []
  const open = async ({ now }: { now: () => number }) => {
    const store = await createStore({ storage, durability: 'volatile', now, refreshMs: 0, keepSums })
    opened.push(store)
    return store
  }
  await playOn(steps, open, processes, keepSums)
  for (const store of opened) expect(store.problems).toEqual([])
  await storage.dispose()
}

/** The same on any store. @param open the same store each time, as another process would open it */
export async function playOn(steps: readonly [Step, at: number][], open: (options: { now: () => number }) => Promise<HitStore>, processes: number, keepSums = false): Promise<void> {
  let time = noon
  const now = () => time
  const reference = createReferenceStore({ now, keepSums })
  const stores: HitStore[] = []
  for (let count = 0; count < processes; count++) stores.push(await open({ now }))

  // What is too old for an earlier pruning does not come: as a collector refuses it, and an import is one of its own.
  let oldest = -Infinity
  for (const [planned, at] of steps) {
    const step = (planned.do === 'append' || planned.do === 'load') && !keepSums ? { ...planned, hits: planned.hits.filter((hit) => hit.time >= oldest) } : planned
    // So much later that nobody is taken to be writing still: deletions are complete.
    time += 21 * minute
    const index = at % processes
    const store = stores[index]!
    if (step.do === 'prune' && !step.dryRun) {
      oldest = Math.max(oldest, step.newest === undefined ? time - Math.min(step.anonymous, step.authenticated) : time + day)
    }
    if (step.do === 'wait') time += step.days * day
    else if (step.do === 'reopen') {
      await store.close()
      stores[index] = await open({ now })
    } else {
      const [expected, actual] = [await perform(reference, step, time), await perform(store, step, time)]
      // What a process answers to a retry depends on what it has read; what it counts does not.
      if (step.do !== 'append' && step.do !== 'load' && step.do !== 'maintain') expect(actual).toEqual(expected)
    }
    for (const each of stores) expect(await describeAll(each, keepSums)).toEqual(await describeAll(reference, keepSums))
  }
  for (const store of stores) await store.close()
}

/** Does a step, and answers what the store said. @param now ms since 1970 */
export async function perform(store: HitStore, step: Exclude<Step, { do: 'reopen' | 'wait' }>, now: number): Promise<unknown> {
  switch (step.do) {
    case 'append':
    case 'load': {
      // As a collector stamps them.
      const hits = step.hits.map((hit) => ({ ...hit, received: now }))
      return step.do === 'load' && isStore(store) ? store.load(hits) : store.append(hits)
    }
    case 'identify':
      return store.identify({ site: 'shop', session: step.session, user: step.user, time: now })
    case 'erase':
      return store.erase({ site: 'shop', ...step.subject } as Subject)
    case 'prune':
      return store.prune(
        { anonymous: step.anonymous, authenticated: step.authenticated, ...(step.newest !== undefined && { newest: step.newest }) },
        { dryRun: step.dryRun },
      )
    case 'maintain':
      return store.maintain({ force: step.force })
  }
}

/** To the reference, to load is to append. */
function isStore(store: HitStore): store is Store {
  return 'load' in store
}

/** Persons are not looked for like everybody: what names none of them is not read. */
const persons: Omit<HitFilter, 'site'>[] = [
  { user: 'u1' },
  { user: 'u2', limit: 2 },
  { session: 's1', order: 'oldest' },
  { session: 's2', user: 'u1' },
  { visitor: 'v2', ...range },
  { user: 'u2', search: '/a' },
  { session: 's1', filters: [['is', 'visit:entry_page', ['/a']]] },
  { user: 'nobody' },
]

/** What an owner looks through: PV24-PV28. */
const pages: Omit<HitPageFilter, 'site'>[] = [
  {},
  { offset: 2, limit: 3 },
  { descending: false, offset: 1, limit: 4, ...range },
  { search: 'GOO', limit: 2 },
  { search: 'u1' },
  { search: 'ä', orderBy: 'title' },
  { search: testId(3).slice(-3) },
  { search: 'nowhere' },
  { orderBy: 'url', offset: 1, limit: 3 },
  { orderBy: 'url', descending: false, type: 'pageview' },
  { orderBy: 'user', limit: 5 },
  { orderBy: 'session', descending: false, offset: 3 },
  { orderBy: 'source', known: false, limit: 3 },
  { known: true, medium: 'CPC' },
  { user: 'u1', orderBy: 'medium', descending: false },
  { session: 's1', source: 'google' },
  { name: 'buy', path: '/a' },
  { user: '', visitor: 'v2', orderBy: 'title' },
  { filters: [['is', 'visit:utm_source', ['google']]], ...range },
  { filters: [['has_done', ['is', 'event:goal', ['buy']]]], known: true, orderBy: 'user', from: noon - 4 * day },
]

async function listAll(store: HitStore, filter: Omit<HitFilter, 'site'>): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const each of store.hits({ site: 'shop', ...filter })) hits.push(each)
  return hits
}

/** All that a store answers to many questions. */
export async function describeAll(store: HitStore, asksForSums: boolean): Promise<unknown> {
  const hits: StoredHit[] = []
  for await (const each of store.hits({ site: 'shop', order: 'oldest' })) hits.push(each)
  const some: string[] = []
  for await (const { id } of store.hits({ site: 'shop', ...range, limit: 2 })) some.push(id)
  return {
    hits,
    some,
    persons: await Promise.all(persons.map((filter) => listAll(store, filter))),
    // A few of them each time, by how many hits there are: all come up within some histories.
    pages: await Promise.all(pages.filter((_, index) => index % 4 === hits.length % 4).map((filter) => store.page({ site: 'shop', ...filter }))),
    found: await Promise.all([testId(0), testId(5), testId(99), 'nobody'].map((id) => store.find('shop', id))),
    ...(asksForSums && { sums: await Promise.all(sumQueries.map((each) => store.query(each))) }),
    result: await store.query(query),
    inRange: await store.query({ ...query, range }),
    touches: await store.query(touchQuery),
    goals: await store.query(goalQuery),
    exits: await store.query({ ...exitQuery, range }),
    funnels: await Promise.all(funnels.map((each) => store.funnel(each))),
    journeys: await Promise.all(journeys.map((each) => store.journeys(each))),
  }
}

