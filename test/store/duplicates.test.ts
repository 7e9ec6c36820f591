import { createStore, StoreBusyError, type Store } from '@treadlight/store'
import type { Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, noon } from './makeHit.ts'

const policy = { anonymous: 90 * day, authenticated: 365 * day }
const open = (storage: Storage) => createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
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

  test('is written while it is being deleted, and after', async () => {
    const faulty = createFaultyStorage(way)
    const store = await open(faulty.storage)
    const old = makeHit({ time: noon - 100 * day, title: 'old' })
    await store.append([old, makeHit({ title: 'new' })])
    const release = faulty.block()
    const pruned = store.prune(policy)
    await expect.poll(() => faulty.values.size).toBe(2)
    const appended = store.append([{ ...old, title: 'again', received: noon }])
    release()
    expect([await pruned, await appended]).toEqual([{ anonymous: 1, authenticated: 0, others: 0 }, ['stored']])
    for (const each of [store, await open(faulty.storage)]) expect(await titlesIn(each)).toEqual(['again', 'new'])
    await store.prune(policy)
    expect(await store.append([old])).toEqual(['stored'])
    expect(await titlesIn(await open(faulty.storage))).toEqual(['new', 'old'])
  })
})

test('after a deletion has failed anywhere, what came of it decides', async () => {
  async function run(call: number): Promise<boolean> {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const old = makeHit({ time: noon - 100 * day })
    await store.append([old])
    faulty.fail = { call: faulty.calls + call, fault: 'after' }
    const failed = await store.prune(policy).then(() => false, () => true)
    delete faulty.fail
    await store.append([old])
    expect(await titlesIn(await open(faulty.storage))).toHaveLength(1)
    return failed
  }
  let call = 1
  while (await run(call)) call++
  expect(call).toBeGreaterThan(4)
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
