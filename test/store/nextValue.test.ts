import { createStore, type Store, type StoredHit, type StoreOptions } from '@treadlight/store'
import type { Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { collect } from '../drivers/collect.ts'
import { createHeldStorage } from '../prove/heldStorage.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const open = (storage: Storage, options: Partial<StoreOptions> = {}) =>
  createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0, ...options })

const batchesOf = ({ values }: FaultyStorage) => [...values.keys()].filter((key) => key.startsWith('shop:batch:'))
const sortedIds = (hits: readonly StoredHit[]) => hits.map(({ id }) => id).toSorted()

async function idsOf(store: Store): Promise<string[]> {
  return sortedIds(await collect(store.hits({ site: 'shop' })))
}

describe('the next value of a writer', () => {
  /** A fifth of the most that a value holds. */
  const large = (): StoredHit[] => Array.from({ length: 100 }, () => makeHit({ title: 'x'.repeat(8000) }))

  test('is made ahead, and hits go on into the one before as long as that takes, up to twice its size', async () => {
    const faulty = createFaultyStorage({ append: true })
    const held = createHeldStorage(faulty.storage)
    const store = await open(held.storage)
    const making = held.hold('make shop:batch:')
    const hits = Array.from({ length: 8 }, large)
    for (const group of hits.slice(0, 7)) await store.append(group)
    await making.reached
    expect(batchesOf(faulty)).toHaveLength(1)
    making.release()
    await expect.poll(() => batchesOf(faulty).length).toBe(2)
    await store.append(hits[7]!)
    const sizes = batchesOf(faulty).map((key) => faulty.values.get(key)!.length)
    expect(sizes.map((size) => Math.round(size / 820_000))).toEqual([7, 1])
    expect(await idsOf(await open(faulty.storage))).toEqual(sortedIds(hits.flat()))
  })

  test.each(['before', 'after'] as const)('that could not be made is not used (%s)', async (when) => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const hits = Array.from({ length: 7 }, large)
    for (const group of hits.slice(0, 2)) await store.append(group)
    faulty.fail = { call: faulty.calls + 1, fault: when }
    for (const group of hits.slice(2)) await store.append(group)
    const held = batchesOf(faulty).filter((key) => faulty.values.get(key)!.length > 0)
    expect(held.map((key) => Number(key.split('-').at(-1)))).toEqual([0, 2])
    expect(await idsOf(await open(faulty.storage))).toEqual(sortedIds(hits.flat()))
  })

  test('that is never needed goes with the upkeep of whoever comes later', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { now: () => time })
    const hits = Array.from({ length: 3 }, large).flat()
    await store.append(hits)
    await expect.poll(() => batchesOf(faulty).length).toBe(2)
    await store.close()
    time += 3 * day
    const later = await open(faulty.storage, { now: () => time })
    await later.maintain()
    time += 11 * minute
    await later.maintain()
    expect(batchesOf(faulty)).toEqual([])
    expect(await idsOf(later)).toEqual(sortedIds(hits))
  })
})
