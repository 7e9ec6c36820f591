import type { Buffer } from 'node:buffer'
import { createStore, type Store } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { createHeldStorage } from '../prove/heldStorage.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const keysOf = ({ values }: FaultyStorage, part: string) => [...values.keys()].filter((key) => key.includes(part))

/** The values that have the person in them, segments decoded. */
async function whereAdaIs({ values }: FaultyStorage): Promise<string[]> {
  const found: string[] = []
  for (const [key, value] of values) {
    const text = key.includes(':segment:') ? JSON.stringify(await decodeSegment(value)) : value.toString()
    if (text.includes('ada-in-clear')) found.push(key)
  }
  return found
}

async function countHits(store: Store): Promise<number> {
  let count = 0
  for await (const hit of store.hits({ site: 'shop' })) if (hit.id !== '') count++
  return count
}

/** A closed day of three hits in a batch, and a process that was killed before it wrote the manifest. */
async function begin(person: string): Promise<{ faulty: FaultyStorage; open(): Promise<Store>; wait(ms: number): void }> {
  const faulty = createFaultyStorage({ append: true })
  let time = noon
  const open = (storage = faulty.storage) => createStore({ storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const writer = await open()
  await writer.append([makeHit(), makeHit({ user: person }), makeHit({ user: 'bob' })])
  await writer.close()
  time += 2 * day
  const killed = createHeldStorage(faulty.storage)
  const { reached } = killed.hold('write shop:manifest:')
  const compacting = await open(killed.storage)
  void compacting.maintain()
  await reached
  return { faulty, open: () => open(), wait: (ms) => void (time += ms) }
}

/** Rounds of upkeep, one a minute. */
async function keepUp(store: Store, wait: (ms: number) => void, minutes: number): Promise<void> {
  for (let round = 0; round < minutes; round++) {
    wait(minute)
    await store.maintain()
  }
}

describe('segments of a compaction that was killed before its manifest', () => {
  test('are gone within half an hour where an erased person is in them', async () => {
    const { faulty, open, wait } = await begin('ada-in-clear')
    const keeper = await open()
    await keeper.erase({ site: 'shop', user: 'ada-in-clear' })
    await keepUp(keeper, wait, 30)
    expect(await whereAdaIs(faulty)).toEqual([])
    expect(keysOf(faulty, '-done')).not.toEqual([])
    for (const store of [keeper, await open()]) expect([await countHits(store), store.problems]).toEqual([2, []])
  })

  test('hold no erasure up where the person is not in them, and go after hours', async () => {
    const { faulty, open, wait } = await begin('eve')
    const orphans = keysOf(faulty, ':segment:')
    const keeper = await open()
    await keeper.append([makeHit({ user: 'ada-in-clear' })])
    await keeper.erase({ site: 'shop', user: 'ada-in-clear' })
    await keepUp(keeper, wait, 30)
    expect(keysOf(faulty, '-done')).not.toEqual([])
    expect(keysOf(faulty, ':segment:')).toEqual(expect.arrayContaining(orphans))
    await keepUp(keeper, wait, 1)
    wait(6 * 60 * minute)
    await keepUp(keeper, wait, 1)
    expect(keysOf(faulty, ':segment:').filter((key) => orphans.includes(key))).toEqual([])
  })

  test('stay where they are damaged, and hold the erasure up: somebody may mend them', async () => {
    const { faulty, open, wait } = await begin('ada-in-clear')
    const key = keysOf(faulty, '-user.parquet')[0]!
    const sound = faulty.values.get(key)!
    const footer = sound.length - 6
    faulty.values.set(key, sound.map((byte, index) => (index === footer ? byte ^ 1 : byte)) as Buffer)
    const keeper = await open()
    await keeper.erase({ site: 'shop', user: 'ada-in-clear' })
    await keepUp(keeper, wait, 30)
    expect(keysOf(faulty, '-done')).toEqual([])
    expect(faulty.values.has(key)).toBe(true)
    expect(keeper.problems).toContainEqual({ key, offset: 0, reason: 'checksum' })
  })
})
