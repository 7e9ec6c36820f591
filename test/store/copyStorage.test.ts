import { copyStorage, createStore, createValues, openStorage, verifyStorage, type Store, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage, type Storage } from 'unstorage'
import { describe, expect, onTestFinished, test } from 'vitest'
import { minute, makeHit, noon, testId } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

async function openFs(base: string): Promise<Storage> {
  const { storage } = await openStorage({ driver: 'fs', base, sync: false })
  onTestFinished(() => storage.dispose())
  return storage
}

async function idsIn(store: Store): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site: 'shop' })) ids.push(id)
  return ids.toSorted()
}

/** A storage in which something happens before each call of a reader. */
function restless(storage: Storage, happen: () => Promise<void>): Storage {
  const { driver } = storage.getMount('')
  return createStorage({
    driver: {
      ...driver,
      getKeys: async (...args) => (await happen(), driver.getKeys(...args)),
      getItemRaw: async (...args) => (await happen(), driver.getItemRaw!(...args)),
    },
  })
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What becomes of a site while it is copied, by random numbers. */
async function playCopy(random: () => number): Promise<void> {
  const folder = await createTemporaryDirectory()
  const storage = await openFs(`${folder}/data`)
  let now = noon
  let last = 0
  await createValues(storage).create('account:admin:1', 'hash')
  const stores = await Promise.all([0, 1].map(() => createStore({ storage, durability: 'volatile', now: () => now })))
  const acknowledged = new Set<string>()
  const erased = new Set<string>()
  const users = new Map<string, string>()
  const erasedAt = new Map<string, number>()

  let before: Promise<unknown> = Promise.resolve()
  /** One thing after another. */
  const happen = (): Promise<void> => {
    const next = before.then(happenNow)
    before = next
    return next
  }

  async function happenNow(): Promise<void> {
    const store = stores[Math.floor(random() * 2)]!
    const dice = random()
    now += Math.floor(random() * 25) * minute
    if (dice < 0.55) {
      const user = ['', '', 'u1', 'u2'][Math.floor(random() * 4)]!
      const hits: StoredHit[] = [0, 1].map(() => makeHit({ id: testId(++last), time: now - Math.floor(random() * 3) * 86_400_000, received: now, user, visitor: `v${last % 3}` }))
      await store.append(hits)
      for (const { id, time } of hits) {
        acknowledged.add(id)
        users.set(id, user)
        // Late, and of before.
        if (time <= (erasedAt.get(user) ?? -Infinity)) erased.add(id)
      }
    } else if (dice < 0.95) await store.maintain({ force: random() < 0.7 })
    else {
      const user = random() < 0.5 ? 'u1' : 'u2'
      for (const [id, whose] of users) if (whose === user) erased.add(id)
      erasedAt.set(user, now)
      await store.erase({ site: 'shop', user })
    }
  }

  const copy = await openFs(`${folder}/copy`)
  for (let backups = 0; backups < 3; backups++) {
    for (let step = 0; step < 12; step++) await happen()
    const [stored, goneBefore] = [new Set(acknowledged), new Set(erased)]
    let left = 60
    // Until the reader has had its way: nobody deletes for ever between two reads.
    const watched = restless(storage, async () => {
      if (left-- > 0 && random() < 0.5) await happen()
    })
    // A copy that is killed half way is taken up by the next.
    const killed = new AbortController()
    await copyStorage(watched, copy, { mirror: true, signal: killed.signal, progress: () => random() < 0.3 && killed.abort() })
    await copyStorage(watched, copy, { mirror: true })

    const reader = await createStore({ storage: copy, durability: 'volatile', now: () => now })
    const ids = await idsIn(reader)
    await reader.close()
    expect(new Set(ids).size).toBe(ids.length)
    expect([...stored].filter((id) => !erased.has(id) && !ids.includes(id)), 'lost').toEqual([])
    expect(ids.filter((id) => goneBefore.has(id) || !acknowledged.has(id)), 'came back').toEqual([])
    expect((await verifyStorage(copy, { now: () => now })).problems).toEqual([])
  }
  await Promise.all(stores.map((store) => store.close()))
}

describe('copyStorage', () => {
  test('beside writers, compactions, deletions and erasures: what was acknowledged before is there once, what was erased before is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => playCopy(randomOf(seed))),
      { numRuns: Number(process.env['COPY_RUNS'] ?? 3), endOnFailure: true },
    )
  })

  test('a second copy writes what is new alone, and takes out what is gone', async () => {
    const folder = await createTemporaryDirectory()
    const [storage, copy] = [await openFs(`${folder}/data`), await openFs(`${folder}/copy`)]
    const store = await createStore({ storage, durability: 'volatile', now: () => noon })
    await createValues(storage).create('account:admin:1', 'hash')
    await store.append([makeHit({ id: testId(1), user: 'ada' })])
    expect(await copyStorage(storage, copy, { mirror: true })).toMatchObject({ values: 2, copied: 2, removed: 0 })
    expect(await copyStorage(storage, copy, { mirror: true })).toEqual({ values: 2, copied: 0, bytes: 0, removed: 0 })
    await store.append([makeHit({ id: testId(2) })])
    expect(await copyStorage(storage, copy, { mirror: true })).toMatchObject({ values: 2, copied: 1, removed: 0 })
    await store.close()
    const later = await createStore({ storage, durability: 'volatile', now: () => noon + 60 * minute })
    await later.maintain({ force: true })
    await later.close()
    const last = await createStore({ storage, durability: 'volatile', now: () => noon + 120 * minute })
    await last.maintain()
    await last.close()
    // The batch has become two segments, of a known user and of an anonymous one, and their manifest.
    expect(await copyStorage(storage, copy, { mirror: true })).toMatchObject({ values: 4, copied: 3, removed: 1 })
    expect((await copy.getKeys()).toSorted()).toEqual((await storage.getKeys()).filter((key) => /:(?:admin|manifest|segment):/.test(key)).toSorted())
  })

  test('an emptied storage does not empty its copy', async () => {
    const folder = await createTemporaryDirectory()
    const [storage, other, copy] = await Promise.all(['data', 'other', 'copy'].map((name) => openFs(`${folder}/${name}`)))
    for (const [at, one] of [storage!, other!].entries()) {
      await createValues(one).create('account:admin:1', `hash ${at}`)
      const store = await createStore({ storage: one, durability: 'volatile', now: () => noon })
      await store.append([makeHit({ id: testId(at) })])
      await store.close()
    }
    await copyStorage(storage!, copy!, { mirror: true })
    const keys = await copy!.getKeys()
    await expect(copyStorage(other!, copy!, { mirror: true })).rejects.toThrow('no value in common')
    await expect(copyStorage(createStorage(), copy!, { mirror: true })).rejects.toThrow('name another folder')
    expect(await copy!.getKeys()).toEqual(keys)
  })

  test('the torn end of a write that is under way is not copied, and a copy of it goes on behind', async () => {
    const folder = await createTemporaryDirectory()
    const [data, storage] = [await openFs(`${folder}/data`), createStorage()]
    const store = await createStore({ storage: data, durability: 'volatile', now: () => noon })
    await store.append([makeHit({ id: testId(1) })])
    await store.append([makeHit({ id: testId(2) })])
    await store.close()
    const [key] = await data.getKeys()
    const bytes = (await data.getItemRaw<Buffer>(key!))!
    await storage.setItemRaw(key!, bytes.subarray(0, -5))
    for (const copy of [await openFs(`${folder}/copy`), createStorage()]) {
      expect(await copyStorage(storage, copy)).toMatchObject({ copied: 1 })
      expect((await verifyStorage(copy, { now: () => noon + 60 * minute })).problems).toEqual([])
      await copyStorage(data, copy)
      expect(Buffer.from((await copy.getItemRaw(key!))!).equals(bytes)).toBe(true)
    }
  })
})
