import { createStore, verifyStorage, type Store, type StoreOptions } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { encodeCopies, decodeCopies, type ManifestCopies } from '../../packages/store/src/manifestCopies.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

/** A store with hits of some days in segments, each day by a manifest of its own. */
async function createHistory(days: number, catalogAt: number) {
  const faulty = createFaultyStorage({ append: true })
  const { storage, values } = faulty
  const clock = { now: noon }
  const open = (options: Partial<StoreOptions> = {}): Promise<Store> => createStore({ storage, durability: 'volatile', now: () => clock.now, refreshMs: 0, catalogAt, ...options })
  const store = await open()
  for (let count = 0; count < days; count++) await addDay(store)
  const keys = (kind: string) => [...values.keys()].filter((key) => key.startsWith(`shop:${kind}:`)).toSorted()
  return { ...faulty, clock, open, store, keys, addDay }

  async function addDay(to: Store): Promise<void> {
    await to.append([makeHit({ time: clock.now })])
    clock.now += 2 * day
    await to.maintain()
  }
}

async function idsOf(store: Store): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site: 'shop' })) ids.push(id)
  return ids
}

/** The keys that are read while something is done. */
async function readsOf({ storage }: Pick<FaultyStorage, 'storage'>, act: () => Promise<unknown>): Promise<string[]> {
  const { driver } = storage.getMount('')
  const getItemRaw = driver.getItemRaw!
  const read: string[] = []
  driver.getItemRaw = (key, options) => {
    read.push(key)
    return getItemRaw(key, options)
  }
  await act()
  driver.getItemRaw = getItemRaw
  return read
}

describe('copies of manifests', () => {
  test('are what a store is opened from, but for the manifests that came since', async () => {
    const history = await createHistory(5, 3)
    const { store, open, keys } = history
    expect(keys('manifest')).toHaveLength(5)
    expect(keys('catalog')).toHaveLength(1)
    const read = await readsOf(history, async () => expect(await idsOf(await open())).toEqual(await idsOf(store)))
    expect(read.filter((key) => !key.includes(':segment:')).toSorted()).toEqual([...keys('catalog'), ...keys('manifest').slice(3)])
  })

  test.each([
    ['few manifests', 2, 0],
    ['enough for one', 3, 1],
    ['some that came since', 5, 1],
    ['enough for another', 6, 1],
  ])('there is one value, the newest: %s', async (_, days, count) => {
    const { keys, values } = await createHistory(days, 3)
    expect(keys('catalog')).toHaveLength(count)
    for (const key of keys('catalog')) expect([...decodeCopies(values.get(key)!)!.keys()]).toEqual(keys('manifest').slice(0, days - (days % 3)))
  })

  test('of manifests that are gone they go in time', async () => {
    const { store, keys, clock } = await createHistory(3, 3)
    await store.prune({ anonymous: day, authenticated: day })
    for (const rest of [0, 30 * minute, 30 * minute, 30 * minute]) {
      clock.now += rest
      await store.maintain()
    }
    expect(keys('manifest')).toEqual([])
    expect(keys('catalog')).toEqual([])
  })

  test('of a manifest that is not listed say nothing', async () => {
    const { store, open, values, keys } = await createHistory(3, 3)
    const [first] = keys('manifest')
    values.delete(first!)
    expect(await idsOf(await open())).toEqual((await idsOf(store)).slice(0, 2))
  })

  test.each<[what: string, damage: (bytes: Buffer) => Buffer | undefined, reason: string | undefined]>([
    ['missing', () => undefined, undefined],
    ['cut off', (bytes) => bytes.subarray(0, -1), 'torn'],
    ['changed', (bytes) => bytes.fill(0, 60, 61), 'checksum'],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.from('x')]), 'checksum'],
    ['of a later version', () => Buffer.from('treadlight 2 00000002 c79a65d3\n{}'), undefined],
  ])('cost nothing where they are no good, and are written anew: %s', async (_, damage, reason) => {
    const { store, open, values, keys, clock, storage } = await createHistory(4, 3)
    const [key] = keys('catalog') as [string]
    const damaged = damage(Buffer.from(values.get(key)!))
    if (damaged === undefined) values.delete(key)
    else values.set(key, damaged)
    clock.now += day
    const verified = await verifyStorage(storage, { now: () => clock.now })
    expect(verified.problems.map((problem) => problem.key)).toEqual(damaged === undefined ? [] : [key])
    const again = await open()
    expect(await idsOf(again)).toEqual(await idsOf(store))
    expect(again.problems).toEqual(reason === undefined ? [] : [{ key, offset: 0, reason }])
    await again.maintain()
    expect(keys('catalog')).toHaveLength(1)
    expect(keys('catalog')).not.toEqual([key])
    expect((await verifyStorage(storage, { now: () => clock.now })).problems).toEqual([])
  })

  test('one that is still being written is waited for', async () => {
    const { open, values, keys, clock, storage } = await createHistory(3, 3)
    const [key] = keys('catalog') as [string]
    const { leftOver } = await verifyStorage(storage, { now: () => clock.now })
    values.set(key, values.get(key)!.subarray(0, 100))
    expect((await open()).problems).toEqual([])
    expect(await verifyStorage(storage, { now: () => clock.now })).toMatchObject({ problems: [], leftOver: leftOver + 1 })
  })

  test('that say something else than their manifest are found by a deep look', async () => {
    const { values, keys, clock, storage } = await createHistory(3, 3)
    const [key] = keys('catalog') as [string]
    const [first, ...others] = decodeCopies(values.get(key)!)!
    const changed: ManifestCopies = new Map([[first![0], { ...first![1], time: 0 }], ...others])
    const bytes = encodeCopies(changed)
    values.delete(key)
    values.set(key.replace(/\d+$/, String(bytes.length)), bytes)
    expect((await verifyStorage(storage, { now: () => clock.now })).problems).toMatchObject([{ reason: 'content' }])
  })

  test('what others have put beside them is left alone', async () => {
    const { open, values, storage } = await createHistory(3, 3)
    values.set('shop:catalog:README.txt', Buffer.from('These are the hits of our shop.\n'))
    expect((await open()).problems).toEqual([])
    expect(await verifyStorage(storage)).toMatchObject({ problems: [], foreign: ['shop:catalog:README.txt'] })
  })

  test('a manifest that a late listing still has, and its segments, pass for gone and not for lost', async () => {
    const { open, values, keys, storage } = await createHistory(3, 3)
    const [manifest] = keys('manifest') as [string]
    const { driver } = storage.getMount('')
    const { getKeys } = driver
    let isLate = true
    driver.getKeys = async (prefix, options) => [...(await getKeys(prefix, options)), ...(isLate ? [manifest] : [])]
    values.delete(manifest)
    values.delete(keys('segment')[0]!)
    const store = await open()
    isLate = false
    expect(await idsOf(store)).toHaveLength(2)
    expect(store.problems).toEqual([])
  })
})
