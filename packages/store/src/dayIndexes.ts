import { readDay } from './factSet.ts'
import { buildIndex } from './sessionIndex/buildIndex.ts'
import { columnsOfHits } from './sessionIndex/columnsOfHits.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { SiteLog } from './siteLog.ts'

/** Session indexes of home days as they stand, for those that have none in the storage: today's, and days with late hits. */
export interface DayIndexes {
  /** Undefined for a day that an index cannot say exactly. */
  find(day: string): Promise<SessionIndex | undefined>
}

interface Known {
  /** What the day was made of: see `stateOf`. */
  state: string
  index: Promise<SessionIndex | undefined>
  hits: number
}

/** Pageviews and events of remembered days: some 20 MB. */
const maxRemembered = 500_000

/** Builds each when it is asked for, and remembers those asked for last until something of the day changes. */
export function createDayIndexes(log: SiteLog): DayIndexes {
  /** By day, the one asked for last at the end. */
  const remembered = new Map<string, Known>()

  function forgetOldest(): void {
    let hits = 0
    for (const known of remembered.values()) hits += known.hits
    for (const [day, known] of remembered) {
      if (hits <= maxRemembered || remembered.size === 1) return
      remembered.delete(day)
      hits -= known.hits
    }
  }

  async function build(day: string): Promise<SessionIndex | undefined> {
    const columns = columnsOfHits(day, readDay(await log.readDay(day), log.marks))
    return columns && buildIndex(columns, { tick: 1 })
  }

  return {
    async find(day) {
      const state = stateOf(log, day)
      const found = remembered.get(day)
      // A dashboard asks ten questions at once, all about the same days.
      const known: Known = found?.state === state ? found : { state, index: build(day), hits: 0 }
      remembered.delete(day)
      remembered.set(day, known)
      try {
        const index = await known.index
        known.hits = index?.hits ?? 0
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
 * log-in changes none of the figures unless it says whose hits a pruning took.
 */
export function stateOf(log: SiteLog, day: string): string {
  const segments = log.catalog.days.get(day) ?? []
  const tables = log.fresh.get(day) ?? []
  const isPruned = [...segments, ...tables].some(({ from }) => from < log.marks.pruningEnds.anonymous)
  return JSON.stringify([segments.map(({ key }) => key), tables.map(numberOf), tables.map(({ size }) => size), log.version, isPruned && [...log.links.keys()].length])
}

let tableCount = 0
const tableNumbers = new WeakMap<object, number>()

/** Tells tables apart: others of the same size may come in their place. */
function numberOf(table: object): number {
  const known = tableNumbers.get(table) ?? ++tableCount
  tableNumbers.set(table, known)
  return known
}
