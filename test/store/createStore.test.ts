import { Buffer } from 'node:buffer'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createStore, openStorage, StoreBusyError, type HitStore, type Store, type StoredHit, type StoreOptions } from '@treadlight/store'
import { createStorage, type Storage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { createFaultyStorage, type Fault } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

/** fs in a directory that is gone after the test. */
async function openFs(): Promise<{ storage: Storage; base: string }> {
  const base = await createTemporaryDirectory()
  const { storage } = await openStorage({ driver: 'fs', base })
  onTestFinished(() => storage.dispose())
  return { storage, base }
}

const policy = { anonymous: 90 * day, authenticated: 365 * day }
const open = (storage: Storage, options: Partial<StoreOptions> = {}) =>
  createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0, ...options })

async function listAll(store: HitStore, site = 'shop'): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
  return hits
}

const idsOf = async (store: HitStore) => (await listAll(store)).map(({ id }) => id).toSorted()
const sortedIds = (hits: StoredHit[]) => hits.map(({ id }) => id).toSorted()

describe('what lies in the storage', () => {
  test('a value per group commit and site, or one for ten minutes where the driver appends', async () => {
    const [once, appending] = [createFaultyStorage({ append: false }), createFaultyStorage({ append: true })]
    for (const { storage } of [once, appending]) {
      let time = noon
      const store = await open(storage, { now: () => time, writer: 'a' })
      await store.append([makeHit(), makeHit({ site: 'other' })])
      await Promise.all(Array.from({ length: 64 }, () => store.append([makeHit()])))
      time += 10 * minute
      await store.append([makeHit()])
    }
    const pattern = /^(shop|other):batch:20261121T12[01]0-a-[0-9a-f]{12}-\d$/
    for (const { values } of [once, appending]) for (const key of values.keys()) expect(key).toMatch(pattern)
    expect([once.values.size, appending.values.size]).toEqual([4, 3])
  })

  test('is there when it is opened again, links and erasures too', async () => {
    const { storage } = await openFs()
    const hits = [makeHit({ session: 's1' }), makeHit({ user: 'u2' }), makeHit({ site: 'other' })]
    const first = await open(storage)
    await first.append(hits)
    await first.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    await first.erase({ site: 'shop', user: 'u2' })
    await first.close()
    const again = await open(storage)
    expect(await listAll(again)).toEqual([{ ...hits[0], user: 'u1' }])
    expect(await listAll(again, 'other')).toHaveLength(1)
    expect(await again.append([hits[1]!])).toEqual(['duplicate'])
  })

  test('names nobody who was erased, once upkeep was done', async () => {
    const { storage, base } = await openFs()
    let time = noon
    const store = await open(storage, { now: () => time })
    const gone = [
      makeHit({ user: 'ann@example', session: 'sess-ann', title: 'Anns page' }),
      makeHit({ user: 'ann@example', time: noon - 40 * day }),
      makeHit({ session: 'sess-linked', title: 'Before the log-in' }),
    ]
    const kept = makeHit({ user: 'bob@example' })
    await store.append([...gone, kept])
    await store.identify({ site: 'shop', session: 'sess-linked', user: 'ann@example', time: noon })
    // Some of it in segments already.
    expect(await store.maintain({ force: true })).toMatchObject({ compacted: 4 })
    await store.append([makeHit({ user: 'ann@example', title: 'Anns page' })])
    time += minute
    expect(await store.erase({ site: 'shop', user: 'ann@example' })).toMatchObject({ erased: 4 })
    expect(await idsOf(store)).toEqual([kept.id])
    await store.maintain()
    time += 21 * minute
    await store.maintain()
    const everything = await readAll(base)
    for (const secret of ['ann@example', 'sess-', 'Anns page', 'Before the log-in']) expect(everything).not.toContain(secret)
    expect(everything).toContain('bob@example')
    expect(await idsOf(await open(storage))).toEqual([kept.id])
    expect((await listKeys(storage)).filter((key) => key.includes('-done'))).toHaveLength(2)
  })

  test('no key holds a user or a session', async () => {
    const { storage, values } = createFaultyStorage({ append: true })
    const store = await open(storage)
    await store.append([makeHit({ user: 'ann', session: 'sess' })])
    await store.identify({ site: 'shop', session: 'sess', user: 'ann', time: noon })
    await store.erase({ site: 'shop', user: 'ann' })
    const keys = [...values.keys()].filter((key) => !key.includes(':batch:'))
    expect(keys).toEqual([expect.stringMatching(/^shop:link:[0-9a-f]{64}$/), expect.stringMatching(/^shop:erasure:[0-9a-f]{64}-\d+$/), expect.stringMatching(/^shop:erasure:[0-9a-f]{64}-\d+-hits$/)])
  })
})

describe('several processes', () => {
  test('see what the others have stored, linked and erased', async () => {
    const { storage } = createFaultyStorage({ append: true })
    const [a, b] = [await open(storage), await open(storage)]
    const hits = [makeHit({ session: 's1' }), makeHit(), makeHit({ user: 'u2' })]
    await a.append([hits[0]!])
    expect(await idsOf(b)).toEqual([hits[0]!.id])
    await a.append([hits[1]!, hits[2]!])
    expect(await idsOf(b)).toEqual(sortedIds(hits))
    await b.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    await b.erase({ site: 'shop', user: 'u2' })
    expect((await listAll(a)).map(({ user }) => user)).toEqual(['u1', ''])
  })

  test('look for it no more often than refreshMs', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, { refreshMs: 60_000 })
    await listAll(store)
    const { calls } = faulty
    for (let count = 0; count < 10; count++) await listAll(store)
    expect(faulty.calls).toBe(calls)
  })

  test('do not delete under each other: what may still be appended to stays until it is twenty minutes old', async () => {
    const { storage, values } = createFaultyStorage({ append: true })
    let time = noon
    const now = () => time
    const [a, b] = [await open(storage, { now }), await open(storage, { now })]
    await a.append([makeHit({ time: noon - 100 * day })])
    expect(await b.prune(policy)).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
    await b.maintain({ force: true })
    const late = makeHit()
    await a.append([late])
    expect([await idsOf(a), await idsOf(b)]).toEqual([[late.id], [late.id]])
    expect([...values.keys()].some((key) => key.includes(':segment:'))).toBe(false)
    time += 21 * minute
    await b.maintain({ force: true })
    time += 21 * minute
    await b.maintain({ force: true })
    expect([...values.keys()].some((key) => key.includes(':batch:'))).toBe(false)
    expect([await idsOf(a), await idsOf(b), await idsOf(await open(storage, { now }))]).toEqual([[late.id], [late.id], [late.id]])
  })

  test('whose upkeep overlaps bring nothing back that the other has deleted', async () => {
    const { storage } = createFaultyStorage({ append: true })
    let time = noon
    const now = () => time
    const stores = [await open(storage, { now }), await open(storage, { now })]
    const kept = makeHit()
    await stores[0]!.append([kept, makeHit({ time: noon - 100 * day }), makeHit({ visitor: 'erased' })])
    await stores[0]!.maintain({ force: true })
    await stores[1]!.erase({ site: 'shop', visitor: 'erased' })
    for (let round = 0; round < 4; round++) {
      time += 21 * minute
      await Promise.all(stores.flatMap((store) => [store.prune(policy), store.maintain({ force: true })]))
    }
    for (const store of [...stores, await open(storage)]) expect(await idsOf(store)).toEqual([kept.id])
  })

  test('list again when a value vanishes between the listing and the reading', async () => {
    const driver = memoryDriver()
    const values = driver.getInstance!()
    const hits = [makeHit(), makeHit()]
    await (await open(createStorage({ driver }))).append(hits)
    const [old] = [...values.keys()]
    const storage = createStorage({
      driver: {
        ...driver,
        getItemRaw(key) {
          // Somebody replaces it right now.
          if (key === old && values.has(old)) {
            values.set(old.replace('w-', 'x-'), values.get(old))
            values.delete(old)
          }
          return values.get(key) ?? null
        },
      },
    })
    expect(await idsOf(await open(storage, { refreshMs: 60_000 }))).toEqual(sortedIds(hits))
  })
})

describe('damage', () => {
  /** One value with two frames of one hit each. */
  async function writeTwo(): Promise<{ bytes: Buffer; hits: [StoredHit, StoredHit]; first: number }> {
    const { storage, values } = createFaultyStorage({ append: true })
    const store = await open(storage)
    const hits: [StoredHit, StoredHit] = [makeHit(), makeHit()]
    await store.append([hits[0]])
    const first = [...values.values()][0]!.length
    await store.append([hits[1]])
    return { bytes: [...values.values()][0]!, hits, first }
  }

  async function openWith(bytes: Buffer): Promise<Store> {
    const driver = memoryDriver()
    driver.getInstance!().set('shop:batch:20261120T1200:w-0', bytes)
    return open(createStorage({ driver }))
  }

  test('a value torn at any length keeps every frame that is whole', async () => {
    const { bytes, hits, first } = await writeTwo()
    for (let length = 0; length < bytes.length; length++) {
      const store = await openWith(bytes.subarray(0, length))
      expect(await listAll(store)).toEqual(length < first ? [] : [hits[0]])
      expect(store.problems).toHaveLength(length === 0 || length === first ? 0 : 1)
    }
  })

  test('a bit that flips anywhere costs its own frame, is reported, and never changes a hit', async () => {
    const { bytes, hits, first } = await writeTwo()
    for (let index = 0; index < bytes.length; index++) {
      const flipped = Buffer.from(bytes)
      flipped[index]! ^= 1 << (index % 8)
      const store = await openWith(flipped)
      expect(await listAll(store)).toEqual([index < first ? hits[1] : hits[0]])
      expect(store.problems).toEqual([expect.objectContaining({ key: 'shop:batch:20261120T1200:w-0' })])
    }
  })

  test('the end of a value that is being written is none, and read when it is there', async () => {
    const { bytes, hits } = await writeTwo()
    for (const append of [true, false]) {
      const { storage, values } = createFaultyStorage({ append })
      values.set('shop:batch:20261121T1159:w-0', bytes.subarray(0, bytes.length - 1))
      const store = await open(storage)
      expect([await idsOf(store), store.problems]).toEqual([[hits[0].id], []])
      values.set('shop:batch:20261121T1159:w-0', bytes)
      expect([await idsOf(store), store.problems]).toEqual([sortedIds(hits), []])
    }
  })

  test('of a link or an erasure is reported, once', async () => {
    const key = `shop:link:${'0a'.repeat(32)}`
    const { storage, values } = createFaultyStorage({ append: true })
    values.set(key, Buffer.from('treadlight 1 000'))
    const problems: unknown[] = []
    const store = await open(storage, { onProblem: (problem) => problems.push(problem) })
    await listAll(store)
    expect(problems).toEqual([{ key, offset: 0, reason: 'torn' }])
  })

  test.each([
    ['shop:batch:20261121T1159:w-0', 'treadlight 2 00000002 c79a65d3\n{}'],
    ['shop:manifest:01a1fdfa4600-0123456789ab-34', 'treadlight 2 00000002 c79a65d3\n{}'],
  ])('what a later version wrote (%s) is refused loudly and left alone', async (key, value) => {
    const { storage, values } = createFaultyStorage({ append: true })
    values.set(key, Buffer.from(value))
    await expect(open(storage)).rejects.toThrow('upgrade treadlight; nothing was changed')
    expect([...values]).toEqual([[key, Buffer.from(value)]])
  })
})

describe('a storage that fails', () => {
  test('is not filled with what is left of each try', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await createStore({ storage: faulty.storage, durability: 'volatile', refreshMs: 0 })
    const stored = makeHit()
    await store.append([stored])
    for (let attempt = 0; attempt < 20; attempt++) {
      faulty.fail = { call: faulty.calls + 1, fault: 'half' }
      await expect(store.append([makeHit()])).rejects.toThrow('to be sent again')
    }
    // The first try went to the value that has the stored hit, which stays.
    await expect.poll(() => [...faulty.values.keys()].filter((key) => key.includes(':batch:'))).toHaveLength(1)
    const ids: string[] = []
    for await (const { id } of store.hits({ site: 'shop' })) ids.push(id)
    expect(ids).toEqual([stored.id])
  })

  const script = [
    (store: Store, hits: StoredHit[]) => store.append([hits[0]!]),
    (store: Store, hits: StoredHit[]) => store.append([hits[1]!, hits[2]!]),
    (store: Store) => store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon }),
    (store: Store, hits: StoredHit[]) => store.append([hits[3]!]),
    (store: Store) => store.prune(policy),
    (store: Store, hits: StoredHit[]) => store.append([hits[4]!]),
    (store: Store) => store.maintain(),
  ]

  /** The script with retries of what was not acknowledged; answers how many calls it made. */
  async function run(append: boolean, fail?: { call: number; fault: Fault }): Promise<number> {
    const faulty = createFaultyStorage({ append })
    const old = makeHit({ time: noon - 100 * day })
    const hits = [makeHit({ session: 's1' }), old, makeHit(), makeHit({ session: 's1' }), makeHit()]
    const kept = hits.filter((hit) => hit !== old)
    let time = noon
    const store = await open(faulty.storage, { now: () => time })
    const { calls } = faulty
    if (fail) faulty.fail = { ...fail, call: calls + fail.call }
    for (const step of script) {
      for (let attempt = 0; attempt < 3; attempt++) {
        if (await step(store, hits).then(() => true, () => false)) break
      }
    }
    const made = faulty.calls - calls
    // A write that failed may have arrived, so its hits are deleted only when nothing more can come of it.
    time += 21 * minute
    await store.prune(policy)
    for (const reader of [store, await open(faulty.storage, { now: () => noon + day })]) {
      expect(await idsOf(reader)).toEqual(sortedIds(kept))
      expect((await listAll(reader)).filter(({ user }) => user === 'u1')).toHaveLength(2)
      expect(await readsEqual(reader, store)).toBe(true)
    }
    return made
  }

  async function readsEqual(a: Store, b: Store): Promise<boolean> {
    return JSON.stringify(await listAll(a)) === JSON.stringify(await listAll(b))
  }

  for (const append of [true, false]) {
    for (const fault of ['before', 'half', 'after'] as const) {
      const way = append ? 'appending' : 'writing once'
      test(`at any call, ${fault}, ${way}: nothing acknowledged is lost, nothing counted twice`, async () => {
        const calls = await run(append)
        expect(calls).toBeGreaterThan(15)
        for (let call = 1; call <= calls; call++) await run(append, { call, fault })
      })
    }
  }

  test('after all counts a hit that was stored though its append was rejected, once', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const hits = [makeHit(), makeHit()]
    await store.append([hits[0]!])
    faulty.fail = { call: faulty.calls + 1, fault: 'after' }
    await expect(store.append([hits[1]!])).rejects.toThrow(StoreBusyError)
    expect(await idsOf(store)).toEqual(sortedIds(hits))
    expect(await store.append([hits[1]!])).toEqual(['duplicate'])
    expect(await idsOf(store)).toEqual(sortedIds(hits))
  })

  test('rejects what is unknown to be stored with a time to try again, and never writes behind a torn end', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const hits = [makeHit(), makeHit(), makeHit()]
    await store.append([hits[0]!])
    faulty.fail = { call: faulty.calls + 1, fault: 'half' }
    const error: unknown = await store.append([hits[1]!]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreBusyError)
    expect(error).toMatchObject({ retryAfter: 5, cause: { code: 'EIO' } })
    expect(await store.append([hits[2]!, hits[1]!])).toEqual(['stored', 'stored'])
    expect(faulty.values.size).toBe(2)
    const reader = await open(faulty.storage, { now: () => noon + day })
    expect(await idsOf(reader)).toEqual(sortedIds(hits))
    expect(reader.problems).toEqual([expect.objectContaining({ reason: 'torn' })])
  })

  test('shows nothing that is not stored yet', async () => {
    for (const append of [true, false]) {
      const faulty = createFaultyStorage({ append })
      const store = await open(faulty.storage)
      const release = faulty.block()
      const appended = store.append([makeHit()])
      await expect.poll(() => faulty.values.size).toBe(1)
      expect(await listAll(store)).toEqual([])
      release()
      expect(await appended).toEqual(['stored'])
      expect(await listAll(store)).toHaveLength(1)
    }
  })

  const hitBytes = Buffer.byteLength(`${JSON.stringify(makeHit())}\n`)
  const limits = [{ maxWaitingHits: 10 }, { maxWaitingBytes: 10 * hitBytes }]
  test.each(limits)('that is stuck fills the buffer (%o) and no more, and goes on where it was', async (limit) => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage, limit)
    const release = faulty.block()
    const hits = Array.from({ length: 30 }, () => makeHit())
    const calls = hits.map((hit) => store.append([hit]).then(() => hit, (error: unknown) => error))
    await new Promise((resolve) => setTimeout(resolve, 1))
    release()
    const results = await Promise.all(calls)
    const taken = results.filter((result) => !(result instanceof Error)) as StoredHit[]
    expect(taken).toHaveLength(10)
    expect(results.filter((result) => result instanceof StoreBusyError && result.retryAfter === 1)).toHaveLength(20)
    expect(await idsOf(store)).toEqual(sortedIds(taken))
    await store.append(hits)
    expect(await listAll(store)).toHaveLength(30)
  })

  test('to delete without a word is found out', async () => {
    const driver = memoryDriver()
    let time = noon
    const store = await open(createStorage({ driver: { ...driver, removeItem: () => undefined } }), { now: () => time })
    await store.append([makeHit({ time: noon - 100 * day })])
    await store.maintain({ force: true })
    time += 21 * minute
    await expect(store.maintain()).rejects.toThrow('still there after its deletion')
  })

  test('to write at all is refused at once', async () => {
    const { setItem, setItemRaw, ...readOnly } = memoryDriver()
    expect([typeof setItem, typeof setItemRaw]).toEqual(['function', 'function'])
    await expect(open(createStorage({ driver: readOnly }))).rejects.toThrow('only reads')
  })

  test('on close, what was appended is written first', async () => {
    const faulty = createFaultyStorage({ append: true })
    const store = await open(faulty.storage)
    const appended = Array.from({ length: 5 }, () => store.append([makeHit()]))
    await store.close()
    expect((await Promise.all(appended)).flat()).toHaveLength(5)
    expect(await listAll(await open(faulty.storage))).toHaveLength(5)
  })
})

describe('options', () => {
  test.each(['', 'A', 'a:b'])('writer %j is refused', async (writer) => {
    await expect(open(createStorage(), { writer })).rejects.toThrow(RangeError)
  })

  test('an unknown driver is refused with the known ones', async () => {
    await expect(openStorage({ driver: 'redi' } as never)).rejects.toThrow('unknown storage driver "redi": choose fs, memory, ')
  })

  test('durability says what stored means', async () => {
    const base = await createTemporaryDirectory()
    expect((await openStorage({ driver: 'fs', base })).durability).toBe('synced')
    expect((await openStorage({ driver: 'fs', base, sync: false })).durability).toBe('volatile')
    expect((await createStore(await openStorage({ driver: 'memory' }))).durability).toBe('volatile')
  })
})

const listKeys = async (storage: Storage) => storage.getKeys()

/** Every value as text, segments decoded. */
async function readAll(base: string): Promise<string> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = async (file: string) => (file.endsWith('.parquet') ? JSON.stringify(await decodeSegment(await readFile(file))) : readFile(file, 'utf8'))
  return (await Promise.all(files.map(read))).concat(files).join('\n')
}
