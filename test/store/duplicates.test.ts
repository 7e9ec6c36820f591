import { createStore, StoreBusyError, type Store } from '@treadlight/store'
import type { Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const policy = { anonymous: 90 * day, authenticated: 365 * day }
const open = (storage: Storage, now = () => noon) => createStore({ storage, durability: 'volatile', now, refreshMs: 0 })
const bytesIn = ({ values }: FaultyStorage) => [...values.values()].reduce((sum, { length }) => sum + length, 0)

async function titlesIn(store: Store): Promise<string[]> {
  const titles: string[] = []
  for await (const { title } of store.hits({ site: 'shop' })) titles.push(title)
  return titles.toSorted()
}

describe.each([{ append: true }, { append: false }])('a hit that is sent again, %o', (way) => {
  test('takes no room, however often, and leaves its neighbours their outcomes', async () => {
    const faulty = createFaultyStorage(way)
    const store = await open(faulty.storage)
    const hit = makeHit()
    await store.append([hit])
    const bytes = bytesIn(faulty)
    for (let retry = 1; retry <= 20; retry++) {
      const later = { ...hit, received: hit.received + retry }
      expect(await store.append([later, hit, later])).toEqual(['duplicate', 'duplicate', 'duplicate'])
    }
    expect(bytesIn(faulty)).toBe(bytes)
    const fresh = makeHit()
    expect(await store.append([hit, fresh, hit, fresh])).toEqual(['duplicate', 'stored', 'duplicate', 'duplicate'])
  })

  test('is written once more where it was only read: others may have left it in a cache', async () => {
    const faulty = createFaultyStorage(way)
    const hit = makeHit()
    await (await open(faulty.storage)).append([hit])
    const store = await open(faulty.storage)
    const sizes = [bytesIn(faulty)]
    for (let retry = 1; retry <= 3; retry++) {
      expect(await store.append([{ ...hit, received: hit.received + retry }])).toEqual(['duplicate'])
      sizes.push(bytesIn(faulty))
    }
    expect(sizes[1]).toBeGreaterThan(sizes[0]!)
    expect(sizes.slice(2)).toEqual([sizes[1], sizes[1]])
  })

  test('is written if it was received earlier, or comes from another origin', async () => {
    const faulty = createFaultyStorage(way)
    const store = await open(faulty.storage)
    const hit = makeHit({ title: 'second', received: noon + 2 })
    await store.append([hit])
    await store.append([{ ...hit, title: 'first', received: noon + 1 }])
    await store.append([{ ...hit, origin: 'server', title: '', user: 'u1' }])
    for await (const read of (await open(faulty.storage)).hits({ site: 'shop' })) {
      expect(read).toMatchObject({ title: 'first', user: 'u1', received: noon + 1 })
    }
    expect.assertions(1)
  })

  test('is written after it was pruned, though what was pruned is still there', async () => {
    let time = noon
    const { storage } = createFaultyStorage(way)
    const store = await open(storage, () => time)
    const old = makeHit({ time: noon - 100 * day, title: 'old' })
    await store.append([old, makeHit({ title: 'new' })])
    expect(await store.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
    time += minute
    expect(await store.append([{ ...old, title: 'again', received: time }])).toEqual(['stored'])
    for (const each of [store, await open(storage)]) expect(await titlesIn(each)).toEqual(['again', 'new'])
    await store.maintain({ force: true })
    for (const each of [store, await open(storage)]) expect(await titlesIn(each)).toEqual(['again', 'new'])
    expect(await store.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
    expect(await titlesIn(await open(storage))).toEqual(['new'])
  })

  test('is known for one when it is in a segment, and takes no room', async () => {
    let time = noon
    const faulty = createFaultyStorage(way)
    const store = await open(faulty.storage, () => time)
    const hits = [makeHit(), makeHit({ origin: 'server' })]
    await store.append(hits)
    await store.maintain({ force: true })
    time += 21 * minute
    await store.maintain()
    const values = faulty.values.size
    expect(await store.append(hits)).toEqual(['duplicate', 'duplicate'])
    expect(faulty.values.size).toBe(values)
    // What another origin tells is new, although the hit is not.
    expect(await store.append([{ ...hits[0]!, origin: 'server' }])).toEqual(['duplicate'])
    expect(faulty.values.size).toBe(values + 1)
  })
})

test('after a write has failed, what stands in that value is written again', async () => {
  const faulty = createFaultyStorage({ append: true })
  const store = await open(faulty.storage)
  const hit = makeHit()
  await store.append([hit])
  faulty.fail = { call: faulty.calls + 1, fault: 'before' }
  await expect(store.append([makeHit()])).rejects.toThrow(StoreBusyError)
  // Somebody has removed the folder, say.
  faulty.values.clear()
  expect(await store.append([hit])).toEqual(['duplicate'])
  expect(await titlesIn(await open(faulty.storage))).toHaveLength(1)
})
