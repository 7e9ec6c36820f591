import { setTimeout as sleep } from 'node:timers/promises'
import { createFsDriver, createStore, type HitStore } from '@treadlight/store'
import { createStorage, type Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { day, makeHit, noon } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

const policy = { anonymous: 90 * day, authenticated: 365 * day }
const open = (storage: Storage) => createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
const oldHit = () => makeHit({ time: noon - 100 * day })

async function idsOf(store: HitStore): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { id } of store.hits({ site: 'shop' })) ids.add(id)
  return ids
}

/** Takes its time before and after each write, so that there is always one in flight. */
function slowDown(storage: Storage): Storage {
  const { driver } = storage.getMount('')
  const slow = { ...driver } as Record<string, unknown>
  for (const name of ['append', 'setItemRaw'].filter((each) => each in driver)) {
    const write = slow[name] as (...args: unknown[]) => Promise<void>
    slow[name] = async (...args: unknown[]) => {
      await sleep(1)
      await write(...args)
      await sleep(1)
    }
  }
  return createStorage({ driver: slow as unknown as typeof driver })
}

describe('prune', () => {
  test('waits for no write in flight', async () => {
    const { storage, block } = createFaultyStorage({ append: true })
    const store = await open(storage)
    const young = makeHit()
    await store.append([oldHit()])
    const release = block()
    const appended = store.append([young])
    const pruned = store.prune(policy)
    await sleep(5)
    release()
    expect([await appended, await pruned]).toEqual([['stored'], { anonymous: 1, authenticated: 0, others: 0 }])
    expect(await idsOf(await open(storage))).toEqual(new Set([young.id]))
  })

  const storages: [string, () => Promise<Storage>][] = [
    ['appending', async () => slowDown(createFaultyStorage({ append: true }).storage)],
    ['writing once', async () => slowDown(createFaultyStorage({ append: false }).storage)],
    ['fs', async () => createStorage({ driver: createFsDriver({ base: await createTemporaryDirectory() }) })],
  ]
  test.each(storages)('races with appends and loses nothing, %s', async (_, openStorage) => {
    const storage = await openStorage()
    const store = await open(storage)
    const acknowledged: string[] = []
    let pruning = true
    async function keepAppending(): Promise<void> {
      while (pruning) {
        const young = makeHit()
        await store.append([oldHit(), young])
        acknowledged.push(young.id)
      }
    }
    const appending = Promise.all(Array.from({ length: 16 }, keepAppending))
    while (acknowledged.length < 300) {
      await store.prune(policy)
      await store.maintain({ force: true })
      // In memory nothing but this lets the appends go on.
      await sleep(1)
    }
    pruning = false
    await appending
    await store.prune(policy)
    for (const each of [store, await open(storage)]) expect(await idsOf(each)).toEqual(new Set(acknowledged))
    await store.maintain({ force: true })
    for (const each of [store, await open(storage)]) expect(await idsOf(each)).toEqual(new Set(acknowledged))
    await storage.dispose()
  })
})
