import { createReferenceStore, type Query, type StoredHit } from '@treadlight/store'
import { expect, test } from 'vitest'
import { firstOf } from '../../../packages/store/src/firstOf.ts'
import { day, makeHit, minute, noon } from '../makeHit.ts'
import { createShelfScene, type ShelfScene } from './shelfScene.ts'

/** From the first of the year on every second day, by one who comes always and by others. */
const start = Date.UTC(2026, 0, 1, 12)
const offsets = Array.from({ length: 75 }, (_, at) => 2 * at)
const hits: StoredHit[] = offsets.flatMap((offset) => {
  const time = start + offset * day
  return ['ada', `guest-${offset}`].flatMap((visitor, at) => [
    makeHit({ time: time + at * 1000, visitor, user: visitor === 'ada' ? 'ada' : '', path: `/${offset % 7}`, country: at === 0 ? 'DE' : 'US' }),
    makeHit({ time: time + at * 1000 + 5 * minute, visitor, user: visitor === 'ada' ? 'ada' : '', path: '/end', country: at === 0 ? 'DE' : 'US' }),
  ])
})

async function shelved(): Promise<ShelfScene & { store: Awaited<ReturnType<ShelfScene['open']>> }> {
  const scene = createShelfScene()
  const store = await scene.open()
  await store.append(hits)
  scene.time = start + 155 * day
  await store.maintain({ force: true })
  return Object.assign(scene, { store })
}

function spansOf(scene: ShelfScene): string[] {
  return [...new Set(scene.keysOf('rollup').map((key) => key.slice('shop:rollup:'.length, 'shop:rollup:'.length + 21)))].toSorted()
}

test('there are rollups of quarters, months, thirds of them and days, as far back as small ones are worth it', async () => {
  const scene = await shelved()
  const spans = spansOf(scene)
  expect(spans).toContain('2026-01-01.2026-03-31')
  expect(spans).toEqual(expect.arrayContaining(['01-31', '02-28', '03-31', '04-30', '05-31'].map((end) => `2026-${end.slice(0, 2)}-01.2026-${end}`)))
  expect(spans).toContain('2026-05-11.2026-05-20')
  expect(spans).toContain('2026-05-21.2026-05-31')
  expect(spans).toContain('2026-05-29.2026-05-29')
  // 100 days before the clock, the 5th of June, is the 25th of February.
  expect(spans).not.toContain('2026-01-01.2026-01-10')
  expect(spans).not.toContain('2026-01-01.2026-01-01')
  expect(await scene.store.maintain({ force: true })).toMatchObject({ deleted: 0 })
})

test('the largest that fit answer: a quarter, then months, thirds and days', async () => {
  const scene = await shelved()
  const { rollups } = await (await scene.read()).told()
  expect(rollups.map((days) => `${days[0]} ${days.length}`)).toEqual(['2026-01-01 45', '2026-04-01 15', '2026-05-01 15'])
})

test('those of a person who is erased are made anew, of what they were made of', async () => {
  const scene = await shelved()
  await scene.store.erase({ site: 'shop', user: 'ada' })
  scene.time += day
  for (let round = 0; round < 4; round++) {
    await scene.store.maintain({ force: true })
    scene.time += 60 * minute
  }
  expect(spansOf(scene)).toContain('2026-01-01.2026-03-31')
  const { rollups } = await (await scene.read()).told()
  expect(rollups.map((days) => days.length)).toEqual([45, 15, 15])
})

const questions: Partial<Query>[] = [
  { metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'] },
  { metrics: ['visitors', 'pageviews'], dimensions: ['time:month'] },
  { metrics: ['visitors', 'visits'], dimensions: ['time:month', 'event:page'] },
  { metrics: ['visitors'], dimensions: ['time:day', 'visit:country'] },
  { metrics: ['visitors', 'pageviews'], dimensions: ['event:page'], pagination: { limit: 3 } },
]

test('ranges that begin and end anywhere are answered as from hits', async () => {
  const { store } = await shelved()
  const reference = createReferenceStore()
  await reference.append(hits)
  const midnight = start - day / 2
  for (const [from, to] of [[0, 150], [1, 149], [9, 121], [24, 97], [31, 90], [55.5, 62], [149, 150]] as const) {
    for (const asked of questions) {
      const query = { site: 'shop', timezone: 'UTC', range: { from: midnight + from * day, to: midnight + to * day }, ...asked } as Query
      expect(await store.query(query)).toEqual(await reference.query(query))
    }
  }
})

test('the first of many are those that sorting puts first', () => {
  const compare = (a: { key: number; tie: number }, b: { key: number; tie: number }): number => a.key - b.key || a.tie - b.tie
  let seed = noon
  const values = Array.from({ length: 500 }, (_, tie) => ({ key: (seed = (seed * 48_271) % 2_147_483_647) % 40, tie }))
  for (const count of [0, 1, 10, 62, 63, 499, 500, 900]) expect(firstOf(values, count, compare)).toEqual(values.toSorted(compare).slice(0, count))
})
