import { Buffer } from 'node:buffer'
import { verifyStorage, type Store } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { decodeCleanValue, encodeCleanValue, formatCleanKey, type CleanValue } from '../../../packages/store/src/cleanValue.ts'
import { encodeFrame } from '../../../packages/store/src/frame.ts'
import { makeHit, day, minute, noon } from '../makeHit.ts'
import { createShelfScene, dayOf, fillDays, type ShelfScene } from './shelfScene.ts'

type Scene = ShelfScene & { store: Store }

/** Upkeep until nobody waits for anything. */
async function keepUp(scene: ShelfScene, store: Store): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await store.maintain()
    scene.time += 11 * minute
  }
}

/** Four days that have ended, three of them in November, on the shelf before one was erased who was there on the last of them, and on no other. */
async function erased(): Promise<Scene> {
  const scene = createShelfScene()
  const store = await scene.open()
  await fillDays(store, [0, 1, 2, 10])
  await store.append([makeHit({ time: noon + 10 * day, visitor: 'evelyn' }), makeHit({ time: noon + 2 * day, visitor: 'zed' })])
  scene.time = noon + 25 * day
  await keepUp(scene, store)
  expect(scene.keysOf('clean')).toEqual([])
  await store.erase({ site: 'shop', visitor: 'evelyn' })
  await keepUp(scene, store)
  expect(scene.keysOf('erasure').filter((key) => key.endsWith('-done'))).toHaveLength(2)
  return Object.assign(scene, { store })
}

/** How many segments are read by what is done. */
async function countReads(scene: ShelfScene, act: () => Promise<unknown>): Promise<number> {
  const { values } = scene.faulty
  let count = 0
  values.get = (key) => {
    if (key.includes(':segment:')) count++
    return Map.prototype.get.call(values, key) as Buffer | undefined
  }
  await act()
  values.get = Map.prototype.get
  return count
}

/** Days that a new process finds indexes of, and how many segments it has read for it. */
async function find(scene: ShelfScene): Promise<{ days: string[]; reads: number }> {
  const { log, shelf } = await scene.read()
  await log.refreshNow()
  let days: string[] = []
  const reads = await countReads(scene, async () => {
    const found = await shelf.findIndexes([...log.catalog.days.keys()])
    days = [...found.keys()].toSorted()
  })
  return { days, reads }
}

function cleanValue(scene: ShelfScene): CleanValue {
  const [key, ...others] = scene.keysOf('clean')
  expect(others).toEqual([])
  return decodeCleanValue(scene.faulty.values.get(key!)!) as CleanValue
}

const all = [0, 1, 2, 10].map(dayOf)

describe('behind an erasure', () => {
  test('upkeep says which days are clean, so that a new process need not look', async () => {
    const scene = await erased()
    // What was made of the last day knows of the erasure.
    expect(cleanValue(scene).fingerprints).toHaveLength(3)
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
    const reader = await scene.read()
    expect((await reader.told()).indexes).toEqual(all)
    expect(reader.problems).toEqual([])
    expect((await verifyStorage(scene.faulty.storage, { now: () => scene.time })).problems).toEqual([])
    expect(Buffer.concat([...scene.faulty.values.values()]).includes('evelyn')).toBe(false)
    expect(await scene.store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
    for (const key of scene.keysOf('clean')) scene.faulty.values.delete(key)
    expect(await find(scene)).toEqual({ days: all, reads: 3 })
  })

  test('another one voids it', async () => {
    const scene = await erased()
    const before = cleanValue(scene)
    await scene.store.erase({ site: 'shop', visitor: 'zed' })
    expect(await find(scene)).toEqual({ days: [dayOf(0), dayOf(1), dayOf(10)], reads: 4 })
    await keepUp(scene, scene.store)
    const after = cleanValue(scene)
    expect(after.sought).not.toBe(before.sought)
    expect(after.fingerprints).toHaveLength(3)
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
    await scene.store.erase({ site: 'shop', visitor: 'ada' })
    expect((await find(scene)).days).toEqual([])
  })

  test('a log-in that says whose hits there were voids it as well', async () => {
    const scene = createShelfScene()
    const store = await scene.open()
    await fillDays(store, [0, 1])
    await store.append([makeHit({ time: noon, user: 'eve' }), makeHit({ time: noon + day, session: 's1', visitor: '' })])
    scene.time = noon + 25 * day
    await keepUp(scene, store)
    await store.erase({ site: 'shop', user: 'eve' })
    await keepUp(scene, store)
    expect(await find(scene)).toEqual({ days: [dayOf(0), dayOf(1)], reads: 0 })
    await store.identify({ site: 'shop', session: 's1', user: 'eve', time: scene.time })
    expect((await find(scene)).days).toEqual([dayOf(0)])
    await keepUp(scene, store)
    expect(await find(scene)).toEqual({ days: [dayOf(0)], reads: 1 })
    expect(cleanValue(scene).fingerprints).toHaveLength(1)
    expect((await (await scene.read()).told()).indexes).toEqual([dayOf(0)])
    // One who was not erased says nothing of it.
    await store.identify({ site: 'shop', session: 's2', user: 'ada', time: scene.time })
    expect(await find(scene)).toEqual({ days: [dayOf(0)], reads: 1 })
  })

  test.each(['with', 'without'])('an index that was copied back in is not answered where the erased person is in it: %s the clean value', async (how) => {
    const scene = createShelfScene()
    const store = await scene.open()
    await fillDays(store, [0, 1])
    scene.time = noon + 4 * day
    await keepUp(scene, store)
    await store.append([makeHit({ time: noon + 3 * day, visitor: 'evelyn' })])
    scene.time += day
    await keepUp(scene, store)
    const backup = new Map(scene.faulty.values)
    expect((await find(scene)).days).toEqual([dayOf(0), dayOf(1), dayOf(3)])
    await store.erase({ site: 'shop', visitor: 'evelyn' })
    for (let hours = 0; hours < 3; hours++) {
      await keepUp(scene, store)
      scene.time += 60 * minute
    }
    expect(await find(scene)).toEqual({ days: [dayOf(0), dayOf(1)], reads: 0 })
    const lost = [...backup.keys()].filter((key) => !scene.faulty.values.has(key) && /:(segment|manifest|index|rollup):/.test(key))
    expect(new Set(lost.map((key) => key.split(':')[1]))).toEqual(new Set(['segment', 'manifest', 'index', 'rollup']))
    const restore = () => lost.forEach((key) => scene.faulty.values.set(key, backup.get(key)!))
    restore()
    if (how === 'without') for (const key of scene.keysOf('clean')) scene.faulty.values.delete(key)
    for (let round = 0; round < 3; round++) {
      const reader = await scene.read()
      const { indexes, rollups } = await reader.told()
      expect(reader.log.catalog.days.has(dayOf(3))).toBe(true)
      expect([indexes, rollups.flat()]).toEqual([
        [dayOf(0), dayOf(1)],
        [dayOf(0), dayOf(1)],
      ])
      // Neither before upkeep has seen it nor behind that.
      const other = await scene.open()
      await keepUp(scene, other)
      await other.close()
      restore()
    }
    expect(cleanValue(scene).fingerprints).toHaveLength(2)
  })
})

describe('a clean value', () => {
  test('that is damaged is reported, passed over and made anew', async () => {
    const scene = await erased()
    const [key] = scene.keysOf('clean')
    const sound = scene.faulty.values.get(key!)!
    for (const at of [3, 40, sound.length - 3]) {
      scene.faulty.values.set(key!, Buffer.from(sound.map((byte, index) => (index === at ? byte ^ 4 : byte))))
      expect(await find(scene)).toEqual({ days: all, reads: 3 })
      const reader = await scene.read()
      expect((await reader.told()).indexes).toEqual(all)
      expect(reader.problems).toEqual([{ key, offset: 0, reason: 'checksum' }])
      const { problems } = await verifyStorage(scene.faulty.storage, { now: () => scene.time })
      expect(problems).toEqual([{ key, offset: 0, reason: 'checksum', detail: 'it is derived of segments: nothing is lost, and it will be made anew' }])
    }
    scene.time += 61 * minute
    await (await scene.open()).maintain()
    expect(scene.keysOf('clean')).not.toContain(key)
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
  })

  test('that was cut off is passed over, and goes when nobody can be writing it', async () => {
    const scene = await erased()
    const { sought, fingerprints } = cleanValue(scene)
    const [key] = scene.keysOf('clean')
    const bytes = scene.faulty.values.get(key!)!
    const cut = formatCleanKey('shop', scene.time, 'abcdefabcdef', bytes.length)
    scene.faulty.values.delete(key!)
    scene.faulty.values.set(cut, bytes.subarray(0, 60))
    expect(await find(scene)).toEqual({ days: all, reads: 3 })
    expect((await verifyStorage(scene.faulty.storage, { now: () => scene.time })).problems).toEqual([])
    const store = await scene.open()
    await store.maintain()
    expect(scene.keysOf('clean')).toContain(cut)
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
    scene.time += 61 * minute
    expect((await verifyStorage(scene.faulty.storage, { now: () => scene.time })).problems).toMatchObject([{ key: cut, reason: 'torn' }])
    await store.maintain()
    expect(scene.keysOf('clean')).not.toContain(cut)
    expect(cleanValue(scene)).toMatchObject({ sought, fingerprints })
  })

  test('of a later version is left alone, and tells nothing', async () => {
    const scene = await erased()
    const later = encodeFrame(JSON.stringify({ ...cleanValue(scene), format: 9 }))
    for (const key of scene.keysOf('clean')) scene.faulty.values.delete(key)
    const key = formatCleanKey('shop', scene.time, 'abcdefabcdef', later.length)
    scene.faulty.values.set(key, later)
    expect(await find(scene)).toEqual({ days: all, reads: 3 })
    expect((await verifyStorage(scene.faulty.storage, { now: () => scene.time })).problems).toEqual([{ key, offset: 0, reason: 'later' }])
    scene.time += day
    const store = await scene.open()
    await store.maintain({ force: true })
    expect(store.problems).toEqual([])
    expect(scene.keysOf('clean')).toContain(key)
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
  })

  test('unites what several processes have found', async () => {
    const scene = await erased()
    const { sought, fingerprints } = cleanValue(scene)
    for (const key of scene.keysOf('clean')) scene.faulty.values.delete(key)
    const put = (prints: readonly string[], nonce: string) => {
      const bytes = encodeCleanValue({ sought, fingerprints: prints })
      scene.faulty.values.set(formatCleanKey('shop', scene.time, nonce, bytes.length), bytes)
    }
    put([fingerprints[0]!, '0123456789abcdef'], 'aaaaaaaaaaaa')
    put(fingerprints.slice(1), 'bbbbbbbbbbbb')
    expect(await find(scene)).toEqual({ days: all, reads: 0 })
    scene.time += day
    await (await scene.open()).maintain()
    expect(cleanValue(scene)).toMatchObject({ sought, fingerprints })
  })
})

test('a part of many days is looked at in a round, and the next process goes on with the others', async () => {
  const scene = createShelfScene()
  const store = await scene.open()
  const days = 250
  await fillDays(store, Array.from({ length: days }, (_, at) => at), ['ada'])
  scene.time = noon + 300 * day
  await store.maintain({ force: true })
  await store.erase({ site: 'shop', visitor: 'evelyn' })
  await keepUp(scene, store)
  for (const key of scene.keysOf('clean')) scene.faulty.values.delete(key)
  const shelf = () => [...scene.keysOf('index'), ...scene.keysOf('rollup')]
  const before = shelf()
  const reads: number[] = []
  for (let round = 0; round < 3; round++) {
    const other = await scene.open()
    reads.push(await countReads(scene, () => other.maintain()))
    await other.close()
  }
  expect(reads).toEqual([200, days - 200, 0])
  expect(cleanValue(scene).fingerprints).toHaveLength(days)
  expect(shelf()).toEqual(before)
  expect((await find(scene)).days).toHaveLength(days)
})
