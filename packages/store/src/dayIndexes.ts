import { createDayReader, type ReadDay } from './dayReader.ts'
import { sumUpLazily } from './rollup/buildRollup.ts'
import type { Rollup } from './rollup/rollup.ts'
import { buildIndex } from './sessionIndex/buildIndex.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { SiteLog } from './siteLog.ts'

/** Session indexes of home days as they stand, for those that have none in the storage: today's, and days with late hits. */
export interface DayIndexes {
  /** Undefined for a day that an index cannot say exactly. */
  find(day: string): Promise<DayIndex | undefined>
}

interface DayIndex {
  index: SessionIndex
  /** What nothing is filtered from: summed up when it is asked for. */
  rollup: Rollup
}

interface Known {
  /** What the day was made of: see `stateOf`. */
  state: string
  index: Promise<DayIndex | undefined>
  /** What it was made from, once that was read. */
  read: ReadDay | undefined
  /** In memory, about. */
  bytes: number
}

/** Of remembered days. */
const maxBytes = 64 * 1024 * 1024

/** Builds each when it is asked for, and remembers those asked for last until something of the day changes. */
export function createDayIndexes(log: SiteLog): DayIndexes {
  /** By day, the one asked for last at the end. */
  const remembered = new Map<string, Known>()

  const reader = createDayReader(log)

  /** What has changed since keeps facts in memory that may be in segments by now. */
  function forgetOthers(than: string): void {
    for (const [day, { state }] of remembered) if (day !== than && stateOf(log, day) !== state) remembered.delete(day)
  }

  function forgetOldest(): void {
    let sum = 0
    for (const { bytes } of remembered.values()) sum += bytes
    for (const [day, { bytes }] of remembered) {
      if (sum <= maxBytes || remembered.size === 1) return
      remembered.delete(day)
      sum -= bytes
    }
  }

  function begin(day: string, state: string, earlier: ReadDay | undefined): Known {
    const known: Known = { state, index: build(), read: undefined, bytes: 0 }
    return known

    async function build(): Promise<DayIndex | undefined> {
      const read = await reader.read(day, earlier)
      known.read = read
      known.bytes = (read.columns?.rows ?? 0) * read.bytesPerHit
      const index = read.columns && buildIndex(read.columns, { tick: 1 })
      return index && { index, rollup: sumUpLazily(index) }
    }
  }

  return {
    async find(day) {
      const state = stateOf(log, day)
      const found = remembered.get(day)
      // A dashboard asks ten questions at once, all about the same days.
      const known = found?.state === state ? found : begin(day, state, found?.read)
      if (known !== found) forgetOthers(day)
      remembered.delete(day)
      remembered.set(day, known)
      try {
        const index = await known.index
        forgetOldest()
        return index
      } catch (error) {
        if (remembered.get(day) === known) remembered.delete(day)
        throw error
      }
    },
  }
}

/**
 * What the visible hits of a day follow from. It is taken before they are read: what comes meanwhile makes another one. A
 * log-in changes none of the figures unless it says whose hits an erasure or a pruning took.
 */
export function stateOf({ catalog, fresh, marks, version, linkVersion }: SiteLog, day: string): string {
  const segments = catalog.days.get(day) ?? []
  const tables = fresh.get(day) ?? []
  const isPruned = [...segments, ...tables].some(({ from }) => from < marks.pruningEnds.anonymous)
  const sizes = tables.map((table) => [numberOf(table), table.size])
  return JSON.stringify([segments.map(({ key }) => key), sizes, version, numberOf(marks), marks.disownings, (isPruned || marks.disownings > 0) && linkVersion])
}

let objectCount = 0
const objectNumbers = new WeakMap<object, number>()

/** Tells objects apart: another table of the same size may come in the place of one. */
export function numberOf(object: object): number {
  const known = objectNumbers.get(object) ?? ++objectCount
  objectNumbers.set(object, known)
  return known
}
