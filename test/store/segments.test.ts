import type { Buffer } from 'node:buffer'
import { createStore, type HitStore, type Store, type StoredHit, type StoreOptions } from '@treadlight/store'
import type { Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { generateHits } from '../../bench/generateHits.ts'
import { createHeldStorage } from '../prove/heldStorage.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const open = (storage: Storage, options: Partial<StoreOptions> = {}) =>
  createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0, ...options })

async function listAll(store: HitStore): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'shop', order: 'oldest' })) hits.push(hit)
  return hits
}

const idsOf = async (store: HitStore) => (await listAll(store)).map(({ id }) => id).toSorted()
const keysOf = ({ values }: FaultyStorage, family: string) => [...values.keys()].filter((key) => key.startsWith(`shop:${family}:`))
const sortedIds = (hits: StoredHit[]) => hits.map(({ id }) => id).toSorted()

/** Everything as `lines` has it, by id. */
async function exported(store: Store, range: { from?: number; to?: number } = {}): Promise<StoredHit[]> {
  let text = ''
  for await (const piece of store.lines({ site: 'shop', ...range })) text += new TextDecoder().decode(piece)
  if (text === '') return []
  expect(text.at(-1)).toBe('\n')
  return text.slice(0, -1).split('\n').map((line) => JSON.parse(line) as StoredHit).toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
}

describe('upkeep', () => {
  test('compacts a day when it has ended everywhere, and not before', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { now: () => time })
    await store.append([makeHit(), makeHit()])
    time = Date.UTC(2026, 10, 22, 12, 59)
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
    time += 2 * minute
    expect(await store.maintain()).toEqual({ compacted: 2, rewritten: 0, deleted: 0, indexed: 1 })
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
    time += 11 * minute
    expect(await store.maintain()).toEqual({ compacted: 0, rewritten: 0, deleted: 1 })
    expect([keysOf(faulty, 'batch').length, keysOf(faulty, 'segment').length, keysOf(faulty, 'manifest').length]).toEqual([0, 1, 1])
  })

  test('compacts by itself when too much is in memory', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { compactAt: 10 })
    const hits = Array.from({ length: 25 }, () => makeHit())
    for (const hit of hits) await store.append([hit])
    await expect.poll(() => keysOf(faulty, 'manifest').length).toBeGreaterThan(0)
    expect(await idsOf(store)).toEqual(sortedIds(hits))
    expect(await idsOf(await open(faulty.storage))).toEqual(sortedIds(hits))
    await store.close()
  })

  test('hits that come while others are being compacted stay as they are: nothing is moved, and a hit told of in both is one', async () => {
    const faulty = createFaultyStorage({ append: true })
    const held = createHeldStorage(faulty.storage)
    const store = await open(held.storage, { compactAt: 10 })
    const hits = Array.from({ length: 10 }, () => makeHit())
    const writing = held.hold('write shop:segment:')
    await store.append(hits)
    await writing.reached
    const [first] = hits as [StoredHit]
    const told = { ...first, origin: 'server', user: 'u1', received: first.received + 1 } as const
    const others = [makeHit(), makeHit()]
    expect(await store.append([told, ...others, first])).toEqual(['duplicate', 'stored', 'stored', 'duplicate'])
    const all = sortedIds([...hits, ...others])
    const isTold = async (from: Store) => (await listAll(from)).filter(({ user }) => user === 'u1').map(({ id }) => id)
    expect([await idsOf(store), await isTold(store)]).toEqual([all, [first.id]])
    writing.release()
    await expect.poll(() => keysOf(faulty, 'manifest').length).toBe(1)
    expect([await idsOf(store), await isTold(store)]).toEqual([all, [first.id]])
    expect(await store.append([...hits, told, ...others])).toEqual(Array.from({ length: 13 }, () => 'duplicate'))
    await store.maintain({ force: true })
    expect([await idsOf(store), await isTold(store)]).toEqual([all, [first.id]])
    const later = await open(faulty.storage)
    expect([await idsOf(later), await isTold(later)]).toEqual([all, [first.id]])
  })

  test('writes a day once, though the one before was written in the middle of it', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { compactAt: 64, now: () => time })
    const append = (count: number) => store.append(Array.from({ length: count }, () => makeHit({ time })))
    await append(10)
    time += day
    await append(10)
    time += 4 * 60 * minute
    await store.maintain()
    expect(keysOf(faulty, 'segment')).toHaveLength(1)
    await append(10)
    time += 2 * day
    await store.maintain()
    expect(keysOf(faulty, 'segment')).toHaveLength(2)
    expect(await idsOf(store)).toHaveLength(30)
  })

  test('compacts by itself only what is its own to compact, and begins no new batch for every hit', async () => {
    const faulty = createFaultyStorage({ append: true })
    const [one, other] = [await open(faulty.storage, { compactAt: 100 }), await open(faulty.storage, { compactAt: 100 })]
    const append = async (store: Store, count: number) => {
      for (let index = 0; index < count; index++) await store.append([makeHit()])
    }
    await append(one, 70)
    await append(other, 70)
    expect([(await idsOf(one)).length, (await idsOf(other)).length]).toEqual([140, 140])
    await append(one, 25)
    await append(other, 25)
    await one.maintain()
    expect([keysOf(faulty, 'batch').length, keysOf(faulty, 'manifest').length]).toEqual([2, 0])
    await append(one, 10)
    await expect.poll(() => keysOf(faulty, 'manifest').length).toBe(1)
    await append(one, 10)
    expect(keysOf(faulty, 'batch').length).toBeLessThan(5)
    expect(await idsOf(await open(faulty.storage))).toHaveLength(210)
  })

  test('does not try a compaction that fails again with every hit', async () => {
    const faulty = createFaultyStorage({ append: true })
    const errors: unknown[] = []
    const store = await open(faulty.storage, { compactAt: 10, onError: (error) => void errors.push(error) })
    const setItemRaw = faulty.storage.setItemRaw.bind(faulty.storage)
    faulty.storage.setItemRaw = async (key, value) => (key.includes(':segment:') ? Promise.reject(new Error('ENOSPC')) : setItemRaw(key, value))
    for (let index = 0; index < 40; index++) await store.append([makeHit()])
    await store.close()
    expect(errors).toHaveLength(1)
    expect(keysOf(faulty, 'batch').length).toBeLessThan(4)
  })

  test('puts pieces of a day together when they are worth it', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { now: () => time })
    const hits = Array.from({ length: 40 }, () => makeHit())
    await store.append(hits)
    time = noon + 2 * day
    await store.maintain()
    for (let late = 0; late < 3; late++) {
      await store.append([makeHit()])
      time += 21 * minute
      await store.maintain({ force: true })
    }
    // Three small ones are left alone beside a large one …
    expect(keysOf(faulty, 'segment')).toHaveLength(4)
    await store.append([makeHit()])
    time += 21 * minute
    await store.maintain({ force: true })
    time += 21 * minute
    await store.maintain()
    // … and a fourth makes one of them.
    expect(keysOf(faulty, 'segment')).toHaveLength(2)
    expect(await idsOf(store)).toHaveLength(44)
    expect(await idsOf(await open(faulty.storage, { now: () => time }))).toHaveLength(44)
  })

  test('gathers the many small values of a driver without append, and no hit is lost or doubled on the way', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: false })
    const store = await open(faulty.storage, { now: () => time })
    const hits = Array.from({ length: 150 }, () => makeHit())
    for (const hit of hits) await store.append([hit])
    expect(keysOf(faulty, 'batch')).toHaveLength(150)
    await store.maintain()
    expect(keysOf(faulty, 'batch')).toHaveLength(151)
    for (const each of [store, await open(faulty.storage, { now: () => time })]) expect(await idsOf(each)).toEqual(sortedIds(hits))
    time += 11 * minute
    await store.maintain()
    expect(keysOf(faulty, 'batch')).toHaveLength(1)
    for (const each of [store, await open(faulty.storage, { now: () => time })]) expect(await idsOf(each)).toEqual(sortedIds(hits))
    await store.maintain({ force: true })
    time += 11 * minute
    await store.maintain()
    expect(keysOf(faulty, 'batch')).toHaveLength(0)
    expect(await idsOf(await open(faulty.storage, { now: () => time }))).toEqual(sortedIds(hits))
  })

  test('takes a gathered value that is torn for nothing', async () => {
    const faulty = createFaultyStorage({ append: false })
    const store = await open(faulty.storage)
    const hits = Array.from({ length: 70 }, () => makeHit())
    for (const hit of hits) await store.append([hit])
    faulty.fail = { call: Infinity, fault: 'half' }
    const setItemRaw = faulty.storage.setItemRaw.bind(faulty.storage)
    faulty.storage.setItemRaw = async (key, value) => setItemRaw(key, (value as Uint8Array).subarray(0, 1000))
    await store.maintain()
    const again = await open(faulty.storage)
    expect(await idsOf(again)).toEqual(sortedIds(hits))
    expect(again.problems).toEqual([])
    // Nobody is writing it any more: it is reported, what is whole of it counts once, and its parts are gathered anew.
    faulty.storage.setItemRaw = setItemRaw
    const later = await open(faulty.storage, { now: () => noon + 21 * minute })
    await later.maintain()
    expect(await idsOf(later)).toEqual(sortedIds(hits))
    expect(later.problems).toMatchObject([{ reason: 'torn' }])
    expect(keysOf(faulty, 'batch')).toHaveLength(72)
  })

  test('gathers links, and each stays what it was', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { now: () => time })
    const hits = Array.from({ length: 300 }, (_, index) => makeHit({ session: `s${index}` }))
    await store.append(hits)
    for (const { session } of hits) await store.identify({ site: 'shop', session, user: `u-${session}`, time: noon })
    await store.maintain()
    expect(keysOf(faulty, 'link')).toHaveLength(301)
    time += 11 * minute
    await store.maintain()
    expect(keysOf(faulty, 'link')).toHaveLength(1)
    for (const each of [store, await open(faulty.storage)]) {
      expect((await listAll(each)).every(({ user, session }) => user === `u-${session}`)).toBe(true)
    }
    await store.erase({ site: 'shop', user: 'u-s7' })
    await store.maintain()
    time += 11 * minute
    await store.maintain()
    const links = keysOf(faulty, 'link').map((key) => faulty.values.get(key)!.toString())
    expect(links.join()).toContain('u-s8')
    expect(links.join()).not.toContain('u-s7"')
    expect(await idsOf(await open(faulty.storage))).toHaveLength(299)
  })
})

describe('a write that took too long', () => {
  test.each([true, false])('is not acknowledged: others may have taken the value for finished (append %s)', async (append) => {
    let time = noon
    const faulty = createFaultyStorage({ append })
    const store = await open(faulty.storage, { now: () => time })
    const hit = makeHit()
    const release = faulty.block()
    const appended = store.append([hit])
    await expect.poll(() => faulty.values.size).toBe(1)
    time += 16 * minute
    release()
    await expect(appended).rejects.toThrow('to be sent again')
    expect(await store.append([hit])).toHaveLength(1)
    expect(await idsOf(await open(faulty.storage, { now: () => time }))).toEqual([hit.id])
  })
})

describe('what is damaged', () => {
  /** Two closed days of two hits each, in segments. */
  async function compacted(): Promise<{ faulty: FaultyStorage; hits: StoredHit[] }> {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const hits = [makeHit({ time: noon - 4 * day }), makeHit({ time: noon - 4 * day, user: 'u1' }), makeHit({ time: noon - 3 * day }), makeHit()]
    await store.append(hits)
    await store.maintain({ force: true })
    return { faulty, hits }
  }

  test('a segment, wherever a bit flips: reported, left out, never covered, and the others count', async () => {
    const { faulty, hits } = await compacted()
    const key = keysOf(faulty, 'segment').find((each) => each.includes('2026-11-18'))!
    const bytes = faulty.values.get(key)!
    for (let at = 0; at < bytes.length; at += 37) {
      const flipped = bytes.map((byte, index) => (index === at ? byte ^ (1 << at % 8) : byte))
      faulty.values.set(key, flipped as typeof bytes)
      const store = await open(faulty.storage, { now: () => noon + 40 * day })
      expect(await idsOf(store)).toEqual(sortedIds(hits.filter(({ id }) => id !== hits[2]!.id)))
      expect(store.problems).toEqual([{ key, offset: 0, reason: 'checksum' }])
      await store.maintain({ force: true })
      expect(faulty.values.has(key)).toBe(true)
    }
    faulty.values.set(key, bytes)
    expect(await idsOf(await open(faulty.storage))).toEqual(sortedIds(hits))
  })

  test('a segment that is gone is missed, and reported', async () => {
    const { faulty, hits } = await compacted()
    for (const key of keysOf(faulty, 'batch')) faulty.values.delete(key)
    const [key] = keysOf(faulty, 'segment')
    faulty.values.delete(key!)
    let time = noon
    const store = await open(faulty.storage, { now: () => time })
    expect((await idsOf(store)).length).toBeLessThan(hits.length)
    expect(store.problems).toEqual([{ key, offset: 0, reason: 'missing' }])
    // What was looked for in vain is not looked for again and again.
    const { calls } = faulty
    await idsOf(store)
    expect(faulty.calls - calls).toBeLessThan(15)
    // And whoever comes later hears of it as well.
    for (let hour = 0; hour < 10; hour++) {
      time += 60 * minute
      await store.maintain()
    }
    const later = await open(faulty.storage, { now: () => time })
    await idsOf(later)
    expect(later.problems).toEqual([{ key, offset: 0, reason: 'missing' }])
  })

  test('a segment that is gone while its batch is still there: the batch counts', async () => {
    const { faulty, hits } = await compacted()
    for (const key of keysOf(faulty, 'segment')) faulty.values.delete(key)
    let time = noon
    const store = await open(faulty.storage, { now: () => time })
    expect(await idsOf(store)).toEqual(sortedIds(hits))
    for (let round = 0; round < 3; round++) {
      time += 21 * minute
      await store.maintain({ force: true })
    }
    expect([keysOf(faulty, 'batch').length, keysOf(faulty, 'manifest').length]).toEqual([0, 1])
    const later = await open(faulty.storage, { now: () => time })
    expect(await idsOf(later)).toEqual(sortedIds(hits))
    expect(later.problems).toEqual([])
  })

  test('a manifest: reported; what it named is kept, found, and counts again', async () => {
    const { faulty, hits } = await compacted()
    for (const key of keysOf(faulty, 'batch')) faulty.values.delete(key)
    const [key] = keysOf(faulty, 'manifest')
    faulty.values.set(key!, faulty.values.get(key!)!.map((byte, index) => (index === 60 ? byte ^ 4 : byte)) as Buffer)
    let time = noon
    const store = await open(faulty.storage, { now: () => time })
    await store.maintain({ force: true })
    expect(await idsOf(store)).toEqual([])
    expect(store.problems).toEqual([{ key, offset: 0, reason: 'checksum' }])
    // Somebody may still be about to name them.
    time += 350 * minute
    await store.maintain()
    expect(await idsOf(store)).toEqual([])
    expect(keysOf(faulty, 'segment')).toHaveLength(4)
    time += 21 * minute
    await store.maintain()
    for (const each of [store, await open(faulty.storage)]) expect(await idsOf(each)).toEqual(sortedIds(hits))
    expect(keysOf(faulty, 'manifest')).not.toContain(key)
  })

  test('a batch: what is whole of it counts, and it stays for somebody to look at', async () => {
    let time = noon
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { now: () => time })
    const hits = [makeHit(), makeHit({ user: 'ann' }), makeHit()]
    for (const hit of hits) await store.append([hit])
    const [key] = keysOf(faulty, 'batch')
    const bytes = faulty.values.get(key!)!
    faulty.values.set(key!, bytes.map((byte, index) => (index === 60 ? byte ^ 1 : byte)) as typeof bytes)
    time += 40 * minute
    const again = await open(faulty.storage, { now: () => time })
    await again.maintain({ force: true })
    expect(again.problems).toMatchObject([{ key, reason: 'checksum' }])
    expect(await idsOf(again)).toEqual(sortedIds(hits.slice(1)))
    expect(faulty.values.has(key!)).toBe(true)
    // A person who is in it has the right to be gone.
    expect(await again.erase({ site: 'shop', user: 'ann' })).toMatchObject({ erased: 1 })
    await again.maintain()
    time += 11 * minute
    await again.maintain()
    expect(faulty.values.has(key!)).toBe(false)
    expect(await idsOf(again)).toEqual([hits[2]!.id])
  })

  describe('the last frame of a batch', async () => {
    const written = createFaultyStorage({ append: true })
    const writer = await open(written.storage)
    const hits = [makeHit(), makeHit()]
    for (const hit of hits) await writer.append([hit])
    const [key, sound] = [...written.values][0]!
    const start = sound.lastIndexOf('treadlight 1 ')

    /** What is left of the batch when upkeep has had all the time it needs. */
    async function keepUp(bytes: Buffer): Promise<{ isKept: boolean; problems: readonly object[]; ids: string[] }> {
      let time = noon + 40 * minute
      const faulty = createFaultyStorage({ append: true })
      faulty.values.set(key, bytes)
      const store = await open(faulty.storage, { now: () => time })
      for (let round = 0; round < 2; round++) {
        await store.maintain({ force: true })
        time += 11 * minute
      }
      return { isKept: faulty.values.get(key)?.equals(bytes) === true, problems: store.problems, ids: await idsOf(store) }
    }

    test('with any one bit of its header changed: damaged, and never deleted as torn', async () => {
      for (let bit = start * 8; bit < (sound.indexOf('\n', start) + 1) * 8; bit++) {
        const changed = sound.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) as Buffer
        expect([bit, await keepUp(changed)]).toEqual([bit, { isKept: true, problems: [{ key, offset: start, reason: 'checksum' }], ids: [hits[0]!.id] }])
      }
    })

    test('that a crash has cut off: torn, and upkeep is done with it', async () => {
      for (let length = start + 1; length < sound.length; length += 13) {
        expect(await keepUp(sound.subarray(0, length))).toEqual({ isKept: false, problems: [{ key, offset: start, reason: 'torn' }], ids: [hits[0]!.id] })
      }
    })
  })
})

describe('lines', () => {
  test('say what hits() does, from batches and from segments', async () => {
    const { storage } = createFaultyStorage({ append: true })
    const store = await open(storage)
    for (const hits of generateHits({ hits: 600, days: 3, sessionIds: 0.3 })) await store.append(hits)
    expect(await exported(store)).toEqual(await listAll(store))
    await store.maintain({ force: true })
    expect(await exported(store)).toEqual(await listAll(store))
  })

  test('heed log-ins, erasures, prunings, other origins and the range', async () => {
    const { storage } = createFaultyStorage({ append: true })
    let time = noon
    const store = await open(storage, { now: () => time })
    const twin = makeHit({ time: noon - 5 * day, title: 'from the page' })
    const old = makeHit({ time: noon - 3 * day })
    await store.append([makeHit({ session: 's1', time: noon - day }), makeHit({ user: 'u2' }), old, makeHit({ time: noon - 3 * day + 1, user: 'u3' }), twin])
    await store.append([{ ...twin, origin: 'server', title: '', user: 'u4' }])
    await store.maintain({ force: true })
    expect(await exported(store)).toEqual(await listAll(store))
    await store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    await store.erase({ site: 'shop', user: 'u2' })
    time += minute
    await store.prune({ anonymous: 2 * day, authenticated: Infinity })
    const hits = await exported(store)
    expect(hits).toEqual(await listAll(store))
    expect(hits.map(({ user }) => user)).toEqual(['u4', 'u3', 'u1'])
    expect(await exported(store, { from: noon - 3 * day, to: noon - day })).toHaveLength(1)
    expect(await exported(store, { to: 0 })).toEqual([])
  })
})
