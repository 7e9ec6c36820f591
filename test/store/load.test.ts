import { createStore, type Store, type StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { day, makeHit, noon, testId } from './makeHit.ts'

const later = noon + 3 * day
const hitOf = (number: number, fields: Partial<StoredHit> = {}): StoredHit => makeHit({ id: testId(number, noon - (number % 3) * day), time: noon - (number % 3) * day, received: later, ...fields })

async function open(now = later): Promise<{ store: Store; storage: ReturnType<typeof createFaultyStorage>['storage'] }> {
  const { storage } = createFaultyStorage({ append: true })
  return { storage, store: await createStore({ storage, durability: 'volatile', now: () => now, refreshMs: 0 }) }
}

async function idsOf(store: Store, site = 'shop'): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site })) ids.push(id)
  return ids.toSorted()
}

describe('load', () => {
  test('says what became of each, in order, over several sites, whatever was there before', async () => {
    const { store } = await open()
    const [a, b, c, d] = [hitOf(1), hitOf(2), hitOf(3), hitOf(4, { site: 'other' })] as const
    expect(await store.load([a, d, b, a])).toEqual(['stored', 'stored', 'stored', 'duplicate'])
    await store.append([c])
    expect(await store.load([{ ...c, origin: 'import' }, b, d, hitOf(5)])).toEqual(['duplicate', 'duplicate', 'duplicate', 'stored'])
    expect(await store.append([a, hitOf(5)])).toEqual(['duplicate', 'duplicate'])
    expect(await store.load([])).toEqual([])
    expect(await idsOf(store)).toHaveLength(4)
    expect(await idsOf(store, 'other')).toEqual([d.id])
  })

  test('is in segments at once, and another process sees it; what was there already is not written again', async () => {
    const { store, storage } = await open()
    await store.load([hitOf(1), hitOf(2)])
    expect(await store.countWaiting('shop')).toBe(0)
    const keys = (await storage.getKeys()).length
    await store.load([hitOf(2), hitOf(1)])
    expect((await storage.getKeys()).length).toBe(keys)
    const other = await createStore({ storage, durability: 'volatile', now: () => later, refreshMs: 0 })
    expect(await idsOf(other)).toHaveLength(2)
    expect(await other.load([hitOf(1), hitOf(3)])).toEqual(['duplicate', 'stored'])
    expect(await idsOf(store)).toHaveLength(3)
  })

  test('a dry run says the same and writes nothing', async () => {
    const { store, storage } = await open()
    await store.load([hitOf(1)])
    const keys = await storage.getKeys()
    expect(await store.load([hitOf(1), hitOf(2), hitOf(2)], { dryRun: true })).toEqual(['duplicate', 'stored', 'duplicate'])
    expect(await storage.getKeys()).toEqual(keys)
    expect(await idsOf(store)).toHaveLength(1)
  })

  test('who was erased does not come again with it, and leaves no trace', async () => {
    let now = later
    const { storage } = createFaultyStorage({ append: true })
    const store = await createStore({ storage, durability: 'volatile', now: () => now, refreshMs: 0 })
    const holdsAnn = async () => (await Promise.all((await storage.getKeys()).map((key) => storage.getItemRaw(key)))).some((value) => Buffer.from(value as Uint8Array).includes('ann-of-green'))
    await store.load([hitOf(1, { user: 'ann-of-green' }), hitOf(2)])
    expect(await holdsAnn()).toBe(true)
    await store.erase({ site: 'shop', user: 'ann-of-green' })
    expect(await store.load([hitOf(1), hitOf(4, { user: 'ann-of-green' }), hitOf(5)])).toEqual(['duplicate', 'stored', 'stored'])
    expect(await idsOf(store)).toEqual([hitOf(2).id, hitOf(5).id].toSorted())
    for (let round = 0; round < 3; round++) {
      await store.maintain({ force: true })
      now += 30 * 60_000
    }
    expect(await holdsAnn()).toBe(false)
    expect(await idsOf(store)).toHaveLength(2)
  })

  test('what a pruning took may come again with it, and stays until the next', async () => {
    const { store } = await open()
    await store.load([hitOf(1), hitOf(3)])
    await store.prune({ anonymous: day, authenticated: day })
    expect(await idsOf(store)).toEqual([])
    expect(await store.load([hitOf(1, { received: later + 1 }), hitOf(3, { received: later + 1 })])).toEqual(['stored', 'stored'])
    expect(await idsOf(store)).toHaveLength(2)
  })

  test('years late, it is held by the column, and read as it was', async () => {
    const { store, storage } = await open(noon + 3000 * day)
    const hits = Array.from({ length: 50 }, (_, number) => hitOf(number, { received: noon + 3000 * day - (number === 7 ? 2999 * day : 0) }))
    await store.load(hits)
    await store.maintain()
    const reopened = await createStore({ storage, durability: 'volatile', now: () => noon + 3001 * day, refreshMs: 0 })
    const read: StoredHit[] = []
    for await (const hit of reopened.hits({ site: 'shop', order: 'oldest' })) read.push(hit)
    expect(read).toEqual(hits.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)))
    let lines = ''
    for await (const bytes of reopened.lines({ site: 'shop' })) lines += new TextDecoder().decode(bytes)
    expect(lines.trimEnd().split('\n').map((line) => JSON.parse(line) as StoredHit).toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))).toEqual(read)
  })

  test('fails as a whole where the storage does, and leaves nothing that counts', async () => {
    const { storage } = createFaultyStorage({ append: true })
    const { setItemRaw } = storage
    const store = await createStore({ storage, durability: 'volatile', now: () => later, refreshMs: 0 })
    storage.setItemRaw = async (key, ...rest) => {
      if (key.includes(':manifest:')) throw new Error('no room')
      return setItemRaw(key, ...rest)
    }
    await expect(store.load([hitOf(1), hitOf(2)])).rejects.toThrow()
    storage.setItemRaw = setItemRaw
    expect(await idsOf(store)).toEqual([])
    expect(await store.load([hitOf(1), hitOf(2)])).toEqual(['stored', 'stored'])
    expect(await idsOf(store)).toHaveLength(2)
  })
})
