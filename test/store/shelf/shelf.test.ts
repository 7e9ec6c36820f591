import { Buffer } from 'node:buffer'
import { verifyStorage } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { readShelfValue, encodeShelfValue } from '../../../packages/store/src/shelfValue.ts'
import { sourceOf } from '../../../packages/store/src/valueSource.ts'
import { day, makeHit, minute, noon } from '../makeHit.ts'
import { createShelfScene, dayOf, fillDays, type ShelfScene } from './shelfScene.ts'

const hour = 60 * minute

/** Three days that have ended, in segments and on the shelf. */
async function shelved(): Promise<ShelfScene & { store: Awaited<ReturnType<ShelfScene['open']>> }> {
  const scene = createShelfScene()
  const store = await scene.open()
  await fillDays(store, [0, 1, 2])
  scene.time = noon + 5 * day
  expect(await store.maintain()).toMatchObject({ compacted: 18, indexed: 3 })
  return Object.assign(scene, { store })
}

const all = [dayOf(0), dayOf(1), dayOf(2)]

describe('what is on the shelf answers', () => {
  test('PV33 for days that have ended, once upkeep was there', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    await fillDays(store, [0, 1])
    const reader = await scene.read()
    expect(await reader.told()).toEqual({ indexes: [], rollups: [] })
    scene.time = noon + 1.2 * day
    await store.maintain({ force: true })
    scene.time += 2 * minute
    expect(await reader.told()).toEqual({ indexes: [dayOf(0)], rollups: [[dayOf(0)]] })
    scene.time = noon + 2.2 * day
    expect(await store.maintain()).toMatchObject({ indexed: 1 })
    scene.time += 2 * minute
    expect(await reader.told()).toEqual({ indexes: [dayOf(0), dayOf(1)], rollups: [[dayOf(0)], [dayOf(1)]] })
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
  })

  test('not for a day of which something is outside of segments', async () => {
    const scene = await shelved()
    const reader = await scene.read()
    expect((await reader.told()).indexes).toEqual(all)
    await scene.store.append([makeHit({ time: noon + day })])
    expect(await reader.told()).toEqual({ indexes: [dayOf(0), dayOf(2)], rollups: [[dayOf(0)], [dayOf(2)]] })
  })

  test('not for a day whose segments are others by now, until it is made anew', async () => {
    const scene = await shelved()
    const index = scene.keysOf('index').find((key) => key.includes(dayOf(1)))
    await scene.store.append([makeHit({ time: noon + day })])
    scene.time += hour
    const value = scene.faulty.values.get(index!)!
    expect(await scene.store.maintain({ force: true })).toMatchObject({ compacted: 1, indexed: 1 })
    const anew = scene.keysOf('index').find((key) => key.includes(dayOf(1)) && key !== index)
    scene.faulty.values.delete(anew!)
    expect(scene.faulty.values.get(index!)).toBe(value)
    expect((await (await scene.read()).told()).indexes).toEqual([dayOf(0), dayOf(2)])
  })

  test('not for a day of which an open erasure has taken somebody, and for the others', async () => {
    const scene = await shelved()
    await scene.store.append([makeHit({ time: noon + day, visitor: 'eve' })])
    scene.time += hour
    await scene.store.maintain({ force: true })
    const reader = await scene.read()
    expect((await reader.told()).indexes).toEqual(all)
    await scene.store.erase({ site: 'shop', visitor: 'eve' })
    const others = { indexes: [dayOf(0), dayOf(2)], rollups: [[dayOf(0)], [dayOf(2)]] }
    expect(await reader.told()).toEqual(others)
    expect(await (await scene.read()).told()).toEqual(others)
  })

  test('not where only two facts together name who was erased', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    // By the server's clock it was before the erasure; who it was only the browser says, whose clock is ahead.
    const told = makeHit({ origin: 'server', visitor: '', time: noon })
    await store.append([told, { ...told, origin: 'browser', visitor: 'eve', time: noon + 6 * hour }, makeHit({ visitor: 'ada' })])
    scene.time = noon + 3 * day
    await store.maintain()
    const reader = await scene.read()
    expect((await reader.told()).indexes).toEqual([dayOf(0)])
    scene.time = noon + 3 * hour
    await store.erase({ site: 'shop', visitor: 'eve' })
    // Whoever erased her was killed before it had named her hits.
    for (const key of scene.keysOf('erasure')) if (key.endsWith('-hits')) scene.faulty.values.delete(key)
    expect(await (await scene.read()).told()).toEqual({ indexes: [], rollups: [] })
  })

  test('not for a day that a pruning reaches into', async () => {
    const scene = await shelved()
    const reader = await scene.read()
    expect((await reader.told()).indexes).toEqual(all)
    await scene.store.prune({ anonymous: scene.time - (noon + day + 30_000), authenticated: Infinity })
    expect(await reader.told()).toEqual({ indexes: [dayOf(2)], rollups: [[dayOf(2)]] })
    await scene.store.maintain()
    scene.time += 25 * hour
    await scene.store.maintain()
    scene.time += 2 * minute
    expect(await reader.told()).toEqual({ indexes: [dayOf(1), dayOf(2)], rollups: [[dayOf(1)], [dayOf(2)]] })
  })

  test('also for what was made in full knowledge of a pruning', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    scene.time = noon + 10 * day
    await store.append([makeHit({ time: noon })])
    await store.prune({ anonymous: 5 * day, authenticated: 5 * day })
    scene.time += minute
    // Received behind the pruning, so it stays.
    await store.append([makeHit({ time: noon + day, received: scene.time })])
    scene.time += hour
    await store.maintain()
    expect((await (await scene.read()).told()).indexes).toEqual([dayOf(1)])
  })
})

describe('what is on the shelf', () => {
  test('lies by the month, once that has ended, and its days are told by one object', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    // The 21st of November and on.
    const offsets = Array.from({ length: 14 }, (_, at) => at)
    await fillDays(store, offsets)
    scene.time = noon + 17 * day
    await store.maintain()
    const reader = await scene.read()
    const { indexes, rollups } = await reader.told()
    expect(indexes).toEqual(offsets.map(dayOf))
    expect(rollups.map(({ length }) => length)).toEqual([10, 1, 1, 1, 1])
    const november = offsets.filter((offset) => dayOf(offset) < '2026-12').map(dayOf)
    const found = await reader.shelf.findIndexes(indexes)
    expect(new Set(november.map((each) => found.get(each)!.index)).size).toBe(1)
    expect(scene.keysOf('index').map((key) => key.slice('shop:index:'.length, 'shop:index:'.length + 21))).toEqual([
      '2026-11-01.2026-11-30',
      ...offsets.slice(10).map((offset) => `${dayOf(offset)}.${dayOf(offset)}`),
    ])
    // The 10th of December is over.
    scene.time = Date.UTC(2026, 11, 12)
    await store.maintain()
    scene.time += hour
    await store.maintain()
    expect(scene.keysOf('index').map((key) => key.slice('shop:index:'.length, 'shop:index:'.length + 21))).toEqual(['2026-11-01.2026-11-30', '2026-12-01.2026-12-10'])
    expect((await (await scene.read()).told()).indexes).toEqual(offsets.map(dayOf))
  })

  test('keeps a month of which a day has changed, and has that day beside it; until too many have', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    const offsets = Array.from({ length: 9 }, (_, at) => at)
    await fillDays(store, offsets)
    scene.time = noon + 17 * day
    await store.maintain()
    const [month] = scene.keysOf('index')
    const late = async (offset: number) => {
      await store.append([makeHit({ time: noon + offset * day })])
      scene.time += hour
      await store.maintain({ force: true })
    }
    await late(1)
    expect(scene.keysOf('index').map((key) => key.slice(11, 32))).toEqual(['2026-11-01.2026-11-30', `${dayOf(1)}.${dayOf(1)}`])
    expect(scene.keysOf('index')[0]).toBe(month)
    expect((await (await scene.read()).told()).indexes).toEqual(offsets.map(dayOf))
    for (const offset of [2, 3]) await late(offset)
    scene.time += hour
    await store.maintain({ force: true })
    expect(scene.keysOf('index')).toHaveLength(1)
    expect(scene.keysOf('index')[0]).not.toBe(month)
    expect((await (await scene.read()).told()).indexes).toEqual(offsets.map(dayOf))
  })

  test('is done a part at a time where there is much of it, unless it is forced', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    await fillDays(store, Array.from({ length: 150 }, (_, at) => at), ['ada'])
    scene.time = noon + 200 * day
    const counts: number[] = []
    for (let round = 0; round < 6; round++) counts.push((await store.maintain()).indexed ?? 0)
    expect(counts.reduce((sum, count) => sum + count)).toBe(150)
    expect(Math.max(...counts)).toBeLessThan(80)
    expect(counts.at(-1)).toBe(0)
    const forced = createShelfScene()
    const other = await forced.open()
    await fillDays(other, Array.from({ length: 150 }, (_, at) => at), ['ada'])
    forced.time = noon + 200 * day
    expect(await other.maintain({ force: true })).toMatchObject({ indexed: 150 })
  })

  test('is decoded once', async () => {
    const scene = await shelved()
    const reader = await scene.read()
    await reader.told()
    const calls = scene.faulty.calls
    const found = await reader.shelf.findIndexes(all)
    for (const { index } of found.values()) await index.load(['path', 'flags'])
    expect(scene.faulty.calls).toBe(calls)
    expect(reader.cache.size).toBeGreaterThan(0)
  })
})

describe('what is damaged on the shelf', () => {
  test.each(['index', 'rollup'])('is reported, costs nothing and is made anew: %s', async (family) => {
    const scene = await shelved()
    const [key] = scene.keysOf(family)
    const sound = scene.faulty.values.get(key!)!
    for (const at of [3, 40, sound.length - 3]) {
      scene.faulty.values.set(key!, Buffer.from(sound.map((byte, index) => (index === at ? byte ^ 4 : byte))))
      const reader = await scene.read()
      await reader.told().catch(() => reader.told())
      const { problems } = await verifyStorage(scene.faulty.storage, { now: () => scene.time })
      expect(problems).toEqual([{ key, offset: 0, reason: 'checksum', detail: 'it is derived of segments: nothing is lost, and it will be made anew' }])
    }
  })
})

test('what a later version has put on the shelf is left alone, and not answered', async () => {
  const scene = await shelved()
  const [key] = scene.keysOf('index')
  const { header, body } = (await readShelfValue(sourceOf(scene.faulty.values.get(key!)!)))!
  const later = encodeShelfValue({ ...header, format: 9 }, await body.read(0, body.size))
  const other = key!.replace(/\d+$/, String(later.length)).replace(/-[0-9a-f]{12}-/, '-0fffffffffff-')
  scene.faulty.values.delete(key!)
  scene.faulty.values.set(other, later)
  const reader = await scene.read()
  expect((await reader.told()).indexes).toEqual([dayOf(1), dayOf(2)])
  expect(reader.problems).toEqual([])
  const store = await scene.open()
  expect(await store.maintain({ force: true })).toMatchObject({ indexed: 1 })
  expect((await reader.told()).indexes.length).toBeGreaterThan(1)
  scene.time += day
  await store.maintain({ force: true })
  expect(scene.keysOf('index')).toContain(other)
})
