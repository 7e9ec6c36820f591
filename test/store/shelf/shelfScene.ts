import { createStore, type Store, type StorageProblem, type StoreOptions } from '@treadlight/store'
import { expect } from 'vitest'
import { createByteCache, type ByteCache } from '../../../packages/store/src/byteCache.ts'
import { readDay } from '../../../packages/store/src/factSet.ts'
import { createSiteLog, type SiteLog } from '../../../packages/store/src/siteLog.ts'
import { createSiteShelf, type SiteShelf } from '../../../packages/store/src/siteShelf.ts'
import { resolveOptions } from '../../../packages/store/src/storeOptions.ts'
import { createFaultyStorage, type FaultyStorage } from '../faultyStorage.ts'
import { day, makeHit, noon } from '../makeHit.ts'
import { sayHits, sayIndex } from '../sessionIndex/sayDay.ts'

/** A process that only reads. */
interface Reader {
  log: SiteLog
  shelf: SiteShelf
  cache: ByteCache
  problems: StorageProblem[]
  /** The days that stored indexes answer, and rollups; each is held to what the hits say. */
  told(): Promise<{ indexes: string[]; rollups: string[][] }>
}

export interface ShelfScene {
  time: number
  faulty: FaultyStorage
  /** Opens a process that writes and keeps up. */
  open(options?: Partial<StoreOptions>): Promise<Store>
  read(): Promise<Reader>
  keysOf(family: string): string[]
}

/** Several processes on one storage in memory, by one clock. */
export function createShelfScene(): ShelfScene {
  const faulty = createFaultyStorage({ append: true })
  const scene: ShelfScene = {
    time: noon,
    faulty,
    open: (options = {}) => createStore({ storage: faulty.storage, durability: 'volatile', now: () => scene.time, refreshMs: 0, ...options }),
    read,
    keysOf: (family) => [...faulty.values.keys()].filter((key) => key.startsWith(`shop:${family}:`)).toSorted(),
  }
  return scene

  async function read(): Promise<Reader> {
    const problems: StorageProblem[] = []
    const onProblem = (problem: StorageProblem) => void problems.push(problem)
    const settings = resolveOptions({ storage: faulty.storage, durability: 'volatile', now: () => scene.time, refreshMs: 0, onProblem })
    const log = createSiteLog({ ...settings, site: 'shop', writer: { isOpen: () => false } })
    const cache = createByteCache(10_000_000)
    const shelf = createSiteShelf({ ...settings, log, clean: new Map(), cache })
    return { log, shelf, cache, problems, told: () => tell(log, shelf) }
  }
}

async function tell(log: SiteLog, shelf: SiteShelf): Promise<{ indexes: string[]; rollups: string[][] }> {
  await log.refreshNow()
  const days = [...new Set([...log.catalog.days.keys(), ...log.fresh.keys()])].toSorted()
  const found = await shelf.findIndexes(days)
  for (const [day, { index, day: its }] of found) {
    const said = (await sayIndex(index)).find((each) => each.day === day)
    expect(its.day).toBe(day)
    expect(said).toEqual(sayHits(day, readDay(await log.readDay(day), log.marks), 60_000))
  }
  const rollups = await shelf.findRollups(days, () => true)
  for (const { rollup, days: summed } of rollups) {
    const { pageviews } = await rollup.totals()
    expect(rollup.days.map((each) => each.day)).toEqual(summed)
    for (const [at, day] of summed.entries()) {
      const hits = readDay(await log.readDay(day), log.marks)
      expect(pageviews[at]).toBe(hits.filter(({ type }) => type === 'pageview').length)
    }
  }
  return { indexes: [...found.keys()].toSorted(), rollups: rollups.map((each) => each.days as string[]).toSorted() }
}

/** Hits of some visitors on each of these days, counted from the scene's first. */
export async function fillDays(store: Store, offsets: readonly number[], visitors: readonly string[] = ['ada', 'bob', 'cyd']): Promise<void> {
  for (const offset of offsets) {
    const time = noon + offset * day
    await store.append(visitors.flatMap((visitor, at) => [makeHit({ time: time + at * 1000, visitor, path: `/of-${visitor}` }), makeHit({ time: time + at * 1000 + 60_000, visitor })]))
  }
}

export function dayOf(offset: number): string {
  return new Date(noon + offset * day).toISOString().slice(0, 10)
}
