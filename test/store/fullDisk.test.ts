import { createStore, type Store, type StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

interface Disk {
  faulty: FaultyStorage
  open(): Promise<Store>
  wait(ms: number): void
  /** Leaves that many bytes. */
  fill(free: number): void
}

/** A storage that can be full. */
function createDisk({ append = true } = {}): Disk {
  const faulty = createFaultyStorage({ append })
  const { storage, values } = faulty
  let time = noon
  let size = Infinity
  const used = (): number => [...values.values()].reduce((sum, { length }) => sum + length, 0)
  const setItemRaw = storage.setItemRaw.bind(storage)
  storage.setItemRaw = (async (key: string, value: Uint8Array) => {
    if (used() + value.length > size) throw Object.assign(new Error(`ENOSPC: ${key}`), { code: 'ENOSPC' })
    await setItemRaw(key, value)
  }) as typeof storage.setItemRaw
  return {
    faulty,
    open: () => createStore({ storage, durability: 'volatile', now: () => time, refreshMs: 0 }),
    wait: (ms) => void (time += ms),
    fill: (free) => void (size = used() + free),
  }
}

const keysOf = ({ values }: FaultyStorage, kind: string): string[] => [...values.keys()].filter((key) => key.includes(`:${kind}:`)).toSorted()
const dayOf = (key: string): string => /\d{4}-\d\d-\d\d/.exec(key)![0]
/** Texts that do not compress away. */
const hitsOf = (at: number, count: number): StoredHit[] =>
  Array.from({ length: count }, (_, index) => makeHit({ time: at - index, title: `${index} ${Math.sin(index)} ${Math.cos(index)}` }))

/** Ten days in segments, and one that ended since in batches, for the segment of which there is no room. */
async function fillDisk(free: number, { early = [], late = [] }: { early?: StoredHit[]; late?: StoredHit[] } = {}): Promise<Disk & { store: Store }> {
  const disk = createDisk()
  const store = await disk.open()
  await store.append(early)
  for (let age = 10; age >= 1; age--) await store.append(hitsOf(noon - age * day, 300))
  disk.wait(2 * day)
  await store.maintain()
  disk.wait(11 * minute)
  await store.maintain()
  await store.append(hitsOf(noon + day, 300))
  await store.append(late)
  disk.wait(3 * day)
  disk.fill(free)
  return { ...disk, store }
}

describe('a full disk', () => {
  test('what was pruned frees the room that a compaction lacks', async () => {
    const { faulty, store, wait } = await fillDisk(4096)
    const before = keysOf(faulty, 'segment')
    await store.prune({ anonymous: 10 * day, authenticated: 10 * day })
    await expect(store.maintain()).rejects.toThrow(/ENOSPC: shop:segment:2026-11-22/)
    expect(keysOf(faulty, 'segment')).toEqual(before)
    wait(11 * minute)
    // What is not needed any more goes at the end of the round, too late for its beginning.
    await expect(store.maintain()).rejects.toThrow(/ENOSPC/)
    expect(keysOf(faulty, 'segment').map(dayOf)).toEqual(['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'])
    expect(await store.maintain()).toMatchObject({ compacted: 300 })
    wait(11 * minute)
    await store.maintain()
    expect(keysOf(faulty, 'batch')).toEqual([])
    await store.close()
  })

  test('a compaction that fails leaves none of its segments', async () => {
    // There is room for the small one.
    const { faulty, store } = await fillDisk(8192, { late: hitsOf(noon, 2) })
    const before = keysOf(faulty, 'segment')
    await expect(store.maintain()).rejects.toThrow(/ENOSPC/)
    expect(keysOf(faulty, 'segment')).toEqual(before)
    await store.close()
  })

  test('what is past retention altogether goes first: it needs no room', async () => {
    const known = hitsOf(noon - 10 * day, 300).map((hit) => Object.assign(hit, { user: 'ada' }))
    const { faulty, store, wait } = await fillDisk(4096, { early: known })
    await store.prune({ anonymous: 10 * day, authenticated: 100 * day })
    await expect(store.maintain()).rejects.toThrow(/ENOSPC/)
    wait(11 * minute)
    await store.maintain().catch(() => undefined)
    expect([...new Set(keysOf(faulty, 'segment').map(dayOf))]).toEqual(['2026-11-11', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'])
    await store.close()
  })

  test('an erasure is not called finished while a person may be in what could not be compacted', async () => {
    const { faulty, store, fill } = await fillDisk(1e6)
    await store.append([makeHit({ time: noon + day, user: 'ada' })])
    await store.erase({ site: 'shop', user: 'ada' })
    fill(4096)
    await expect(store.maintain()).rejects.toThrow(/ENOSPC/)
    expect(keysOf(faulty, 'erasure').filter((key) => key.endsWith('-done'))).toEqual([])
    await store.close()
  })

  test('the other sites are seen to', async () => {
    const { faulty, store } = await fillDisk(8192)
    await store.append([makeHit({ site: 'zoo', time: noon + day })])
    await expect(store.maintain({ force: true })).rejects.toThrow(/ENOSPC: shop/)
    expect(keysOf(faulty, 'segment').filter((key) => key.startsWith('zoo:'))).toHaveLength(1)
    await store.close()
  })
})
