import { createStore, type Store } from '@treadlight/store'
import { expect, test } from 'vitest'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const hour = 60 * minute
const days = 20

interface Site {
  faulty: FaultyStorage
  open(): Promise<Store>
  /** Lets time pass. */
  wait(ms: number): void
}

/** Twenty closed days in segments, with a hit for each hour; it is two days later. */
async function compacted(): Promise<Site> {
  const faulty = createFaultyStorage({ append: true })
  let time = noon
  const open = () => createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const store = await open()
  await store.append(Array.from({ length: 24 * days }, (_, index) => makeHit({ time: noon - 12 * hour - index * hour - 1 })))
  for (const rest of [2 * day, 11 * minute]) {
    time += rest
    await store.maintain()
  }
  await store.close()
  expect(homeDays(faulty)).toHaveLength(days)
  return { faulty, open, wait: (ms) => void (time += ms) }
}

function homeDays({ values }: FaultyStorage): string[] {
  return [...values.keys()].flatMap((key) => /:segment:(\d{4}-\d\d-\d\d)/.exec(key)?.[1] ?? []).toSorted()
}

/** How many segments are read while something is done. */
async function countReads({ storage }: FaultyStorage, act: () => Promise<unknown>): Promise<number> {
  const read = storage.getItemRaw.bind(storage)
  let reads = 0
  storage.getItemRaw = (async (key: string) => {
    if (key.includes(':segment:')) reads++
    return read(key)
  }) as typeof storage.getItemRaw
  await act()
  storage.getItemRaw = read
  return reads
}

test('PV22 one round of upkeep writes anew every day that was pruned altogether, and reads none in vain', async () => {
  const { faulty, open, wait } = await compacted()
  const isPast = (home: string) => home < '2026-11-11'
  const past = homeDays(faulty).filter(isPast)
  expect(past).toHaveLength(10)
  await (await open()).prune({ anonymous: 12.5 * day, authenticated: 100 * day })
  const keeper = await open()
  expect(await countReads(faulty, () => keeper.maintain())).toBe(past.length)
  wait(11 * minute)
  await keeper.maintain()
  expect(homeDays(faulty).filter(isPast)).toEqual([])
  expect(homeDays(faulty)).toHaveLength(days - past.length)
})

test('PV22 the day in the midst of which retention has come is written anew once a day, though it is applied every hour', async () => {
  const { faulty, open, wait } = await compacted()
  const store = await open()
  const keys = new Set<string>()
  const counts: number[] = []
  for (let round = 0; round < 4; round++) {
    for (let passed = 0; passed < 24; passed++) {
      await store.prune({ anonymous: 12 * day, authenticated: 100 * day })
      await store.maintain()
      for (const key of faulty.values.keys()) if (key.includes(':segment:')) keys.add(key)
      wait(hour)
    }
    counts.push(keys.size)
  }
  // One a day, behind the first, with which the days before go.
  for (const [index, count] of counts.slice(1).entries()) expect(count - counts[index]!).toBeLessThan(3)
  // And the day that is past it is gone.
  expect(homeDays(faulty)[0]).toBe('2026-11-15')
})

test('PV22 a pruning is forgotten when it has been applied to everything, also while there are new ones', async () => {
  const { faulty, open, wait } = await compacted()
  const store = await open()
  for (let round = 0; round < 12 * 24; round++) {
    await store.prune({ anonymous: 19 * day, authenticated: 100 * day })
    for (const rest of [1, 20, 39]) {
      await store.maintain()
      wait(rest * minute)
    }
  }
  expect([...faulty.values.keys()].filter((key) => key.includes(':pruning:')).length).toBeLessThan(10 * 24 + 2)
})
