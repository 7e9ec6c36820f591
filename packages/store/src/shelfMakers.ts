import { addToDay, type DayFacts } from './factSet.ts'
import type { SegmentFile } from './manifest.ts'
import { mergeFacts } from './merge.ts'
import { buildIndex } from './sessionIndex/buildIndex.ts'
import { columnsOfHits } from './sessionIndex/columnsOfHits.ts'
import { encodeIndex } from './sessionIndex/encodeIndex.ts'
import { openIndex } from './sessionIndex/openIndex.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { ShelfMakers } from './shelve.ts'
import type { SiteLog } from './siteLog.ts'
import type { ValueSource } from './valueSource.ts'

/** A minute: a range that cuts a day elsewhere is answered from hits. */
const storedTick = 60_000

export type StoredRollup = object

export function openIndexBody({ read, size }: ValueSource): Promise<SessionIndex> {
  return openIndex(read, size)
}

export async function openRollupBody(_source: ValueSource): Promise<StoredRollup> {
  return {}
}

/** How what lies on the shelf of a site is made: of segments of which all may be shown, see `DayCheck.isWhole`. */
export function createShelfMakers(log: SiteLog): ShelfMakers<StoredRollup> {
  return {
    async buildIndex(day, files) {
      const facts: DayFacts = new Map()
      for (const file of files) for (const fact of await log.segments.facts(file, false)) addToDay(facts, fact)
      const hits = [...facts.values()].map(mergeFacts)
      const columns = columnsOfHits(day, hits)
      const index = columns && buildIndex(columns, { tick: storedTick })
      return index && { index, hasRevenue: hits.some(({ revenue }) => revenue !== undefined) }
    },
    encodeIndex: (index, { days }) => encodeIndex(index, { site: log.site, fingerprints: new Map(Object.entries(days)) }),
    openIndex: openIndexBody,
    buildRollup: async () => undefined,
    encodeRollup: async () => new Uint8Array(),
  }
}
