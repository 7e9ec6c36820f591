import { createReferenceStore, createStore, verifyStorage, type Query, type Store, type StoredHit } from '@treadlight/store'
import { expect, test } from 'vitest'
import { readRaw } from '../../prove/rawStorage.ts'
import { createFaultyStorage, type FaultyStorage } from '../faultyStorage.ts'
import { day, makeHit, minute, noon, testId } from '../makeHit.ts'

const hour = 60 * minute
const oldDay = noon - 4 * day
const byPage: Query = { site: 'shop', range: { from: noon - 30 * day, to: noon + day }, timezone: 'UTC', metrics: ['visitors', 'pageviews'], dimensions: ['event:page'], orderBy: [['event:page', 'asc']] }
const byDay: Query = { ...byPage, dimensions: ['time:day'], orderBy: [['time:day', 'asc']] }
const filtered: Query = { ...byPage, dimensions: [], filters: [['is', 'event:page', ['/a']]] }
const retention = { anonymous: 3 * day, authenticated: 300 * day }
const hidesKnown = { anonymous: 3 * day, authenticated: 3 * day }

/** Two anonymous visitors and two known users, one of whom has a page of her own. */
const hits: StoredHit[] = [
  makeHit({ id: testId(1), time: oldDay, path: '/a' }),
  makeHit({ id: testId(2), time: oldDay + minute, path: '/b', visitor: 'v2' }),
  makeHit({ id: testId(3), time: oldDay, path: '/a', visitor: 'v3', session: 's3', user: 'ada' }),
  makeHit({ id: testId(4), time: oldDay, path: '/of-ada', visitor: 'v3', session: 's3' }),
  makeHit({ id: testId(5), time: oldDay, path: '/a', visitor: 'v4', session: 's4', user: 'bob' }),
]
const all = [['/a', 3, 3], ['/b', 1, 1], ['/of-ada', 1, 1]]
/** With nothing of Ada. */
const others = [['/a', 2, 2], ['/b', 1, 1]]

interface Site {
  faulty: FaultyStorage
  open(): Promise<Store>
  wait(ms: number): void
}

function createSite(faulty = createFaultyStorage({ append: true }), keepSums = true): Site {
  let time = noon
  return { faulty, open: () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0, keepSums }), wait: (ms) => void (time += ms) }
}

async function pagesOf(store: Pick<Store, 'query'>, query = byPage): Promise<unknown[]> {
  return (await store.query(query)).rows.map(({ dimensions, metrics }) => [dimensions, metrics].flat())
}

const keptKeys = ({ faulty }: Site): string[] => [...faulty.values.keys()].filter((key) => key.includes(':kept:'))

/** Upkeep until nothing is left to do. */
async function upkeep(site: Site, store: Store): Promise<void> {
  for (let round = 0; round < 3; round++) {
    site.wait(21 * minute)
    await store.maintain({ force: true })
  }
}

test('PV22 what whole days came to is answered as before, and what only hits could tell says since when', async () => {
  const site = createSite()
  const store = await site.open()
  await store.append(hits)
  const asked = await Promise.all([byPage, byDay].map((query) => store.query(query)))
  await store.prune(retention)
  await upkeep(site, store)
  for (const each of [store, await site.open()]) {
    expect(await Promise.all([byPage, byDay].map((query) => each.query(query)))).toEqual(asked)
    expect(await each.query(filtered)).toEqual({ rows: [{ dimensions: [], metrics: [2, 2] }], totalRows: 1, prunedBefore: oldDay + day / 2 })
    // Of the day only a part is asked for.
    expect((await each.query({ ...byPage, range: { from: oldDay + minute, to: noon } })).prunedBefore).toBe(oldDay + day / 2)
    // Nothing of it is.
    expect(await each.query({ ...filtered, range: { from: oldDay + day / 2, to: noon } })).not.toHaveProperty('prunedBefore')
  }
})

test.each([
  ['America/New_York', oldDay + day / 2 + 5 * hour],
  ['Asia/Kathmandu', oldDay + day / 2 - 5.75 * hour],
])('PV22 a day ends at midnight in %s', async (timezone, end) => {
  const store = createReferenceStore({ now: () => noon, keepSums: true })
  await store.append(hits)
  await store.prune(retention)
  expect((await store.query({ ...filtered, timezone })).prunedBefore).toBe(end)
})

test('PV22 without the option nothing is kept, and nothing is said', async () => {
  const site = createSite(undefined, false)
  const store = await site.open()
  await store.append(hits)
  await store.prune(retention)
  expect(keptKeys(site)).toEqual([])
  expect(await pagesOf(store)).toEqual([['/a', 2, 2]])
  expect(await store.query(filtered)).not.toHaveProperty('prunedBefore')
})

test('PV22 hits that an owner imports anew count once', async () => {
  const site = createSite()
  const store = await site.open()
  await store.append(hits)
  await store.prune(hidesKnown)
  await upkeep(site, store)
  expect(await pagesOf(store)).toEqual(all)
  await store.append(hits.map((hit) => ({ ...hit, origin: 'import', received: noon + hour })))
  expect(await pagesOf(store)).toEqual(all)
  expect(await store.query(filtered)).toEqual({ rows: [{ dimensions: [], metrics: [3, 3] }], totalRows: 1 })
})

test.each([
  ['while her hits are there', retention, others],
  // Nobody can tell any more which figures were hers.
  ['when hits of known users are gone', hidesKnown, [['/a', 1, 1], ['/b', 1, 1]]],
])('PV25 the figures of known users are told anew when one is erased: %s', async (_when, policy, left) => {
  const site = createSite()
  const store = await site.open()
  await store.append(hits)
  await store.prune(policy)
  await upkeep(site, store)
  expect(await pagesOf(store)).toEqual(all)
  await store.erase({ site: 'shop', user: 'ada' })
  expect(await pagesOf(store)).toEqual(left)
  await upkeep(site, store)
  for (const each of [store, await site.open()]) expect(await pagesOf(each)).toEqual(left)
  const { texts } = await readRaw(site.faulty.values, false)
  expect(keptKeys(site)).toHaveLength(1)
  expect([...texts].filter(([, text]) => /of-ada|ada/.test(text)).map(([key]) => key)).toEqual([])
})

test('PV22 the sums outlive the pruning by which they count', async () => {
  const site = createSite()
  const store = await site.open()
  await store.append(hits)
  await store.prune(hidesKnown)
  for (let passed = 0; passed < 12; passed++) {
    site.wait(day)
    await store.maintain({ force: true })
    for (const each of [store, await site.open()]) expect(await pagesOf(each)).toEqual(all)
  }
  expect([...site.faulty.values.keys()].filter((key) => key.includes(':pruning:'))).toEqual([])
  expect(keptKeys(site)).toHaveLength(2)
})

test.each(['before', 'half', 'after'] as const)('PV22 a crash at any write of a pruning, %s: nothing is lost, and nothing counts twice', async (fault) => {
  for (let failing = 1; ; failing++) {
    const site = createSite()
    const store = await site.open()
    await store.append(hits)
    const { changes } = site.faulty
    const before = changes.size
    const probe = createSite()
    const other = await probe.open()
    await other.append(hits)
    await other.prune(hidesKnown)
    const call = [...probe.faulty.changes].filter((each) => each > [...changes][before - 1]!)[failing - 1]
    if (call === undefined) {
      expect(failing).toBe(4)
      return
    }
    site.faulty.fail = { call, fault }
    await store.prune(hidesKnown).catch(() => undefined)
    expect(site.faulty.calls).toBeGreaterThanOrEqual(call)
    delete site.faulty.fail
    for (const ms of [0, 2 * hour, 8 * day]) {
      site.wait(ms)
      const next = await site.open()
      expect(await pagesOf(next), `write ${failing}`).toEqual(all)
      await next.prune(hidesKnown)
      expect(await pagesOf(next), `write ${failing}`).toEqual(all)
      await upkeep(site, next)
      expect(await pagesOf(await site.open()), `write ${failing}`).toEqual(all)
    }
    // Of those that never counted none is left, but where what they were kept for may be mended.
    const stamps = new Set(keptKeys(site).map((key) => key.split('-').slice(3, 5).join('-')))
    expect(stamps.size).toBe(fault === 'half' && failing === 3 ? 2 : 1)
  }
})

test('a damaged value of kept sums is found, in answers and by the doctor', async () => {
  const site = createSite()
  const store = await site.open()
  await store.append(hits)
  await store.prune(hidesKnown)
  const { storage, values } = site.faulty
  expect(await verifyStorage(storage, { now: () => noon })).toMatchObject({ problems: [], foreign: [], leftOver: 0 })
  for (const key of keptKeys(site)) {
    const whole = values.get(key)!
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1
      values.set(key, bytes)
      expect((await verifyStorage(storage, { now: () => noon })).problems, `byte ${at}`).toMatchObject([{ key }])
    }
    values.set(key, whole.subarray(0, -1))
    expect((await verifyStorage(storage, { now: () => noon })).problems).toMatchObject([{ key, reason: 'torn' }])
    const reader = await site.open()
    await reader.query(byPage)
    expect(reader.problems).toMatchObject([{ key }])
    values.set(key, whole)
  }
})
