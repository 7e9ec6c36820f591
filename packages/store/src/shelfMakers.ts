import { isMerged } from './dayCheck.ts'
import { addToDay, type DayFacts } from './factSet.ts'
import type { SegmentFile } from './manifest.ts'
import { mergeFacts } from './merge.ts'
import { buildRollup } from './rollup/buildRollup.ts'
import { encodeRollup } from './rollup/encodeRollup.ts'
import { foldRollups } from './rollup/foldRollups.ts'
import { openRollup } from './rollup/openRollup.ts'
import type { Rollup } from './rollup/rollup.ts'
import { openSegment, SegmentError, type Segment } from './segment/openSegment.ts'
import { buildIndex } from './sessionIndex/buildIndex.ts'
import { columnsOfHits } from './sessionIndex/columnsOfHits.ts'
import { columnsOfSegmentsInSteps } from './sessionIndex/columnsOfSegments.ts'
import type { DayColumns } from './sessionIndex/dayColumns.ts'
import { encodeIndex } from './sessionIndex/encodeIndex.ts'
import { openIndex } from './sessionIndex/openIndex.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import type { ShelfMakers } from './shelve.ts'
import type { SiteLog } from './siteLog.ts'
import { sourcesStamp } from './sources.ts'
import { finishInTurns } from './steps.ts'
import type { ValueSource } from './valueSource.ts'

/** A minute: a range that cuts a day elsewhere is answered from hits. */
const storedTick = 60_000

export function openIndexBody({ read, size }: ValueSource): Promise<SessionIndex> {
  return openIndex(read, size)
}

export function openRollupBody({ read, size }: ValueSource): Promise<Rollup> {
  return openRollup(read, size)
}

/** How what lies on the shelf of a site is made: of segments of which all may be shown, see `DayCheck.isWhole`. */
export function createShelfMakers(log: SiteLog): ShelfMakers<Rollup> {
  /** Without making hits; undefined where that cannot be done. */
  async function buildPlain(day: string, files: readonly SegmentFile[]): Promise<SessionIndex | undefined> {
    const segments = await Promise.all(files.map(async (file) => ({ file, bytes: await log.segments.bytes(file) })))
    const opened = await Promise.all(segments.map(({ file, bytes }) => log.segments.decode(file, async () => openSegment(bytes))))
    const columns = await readColumns(day, opened)
    return columns && buildIndex(columns, { tick: storedTick })
  }

  return {
    async buildIndex(day, files) {
      const made = isMerged(files) ? undefined : await buildPlain(day, files)
      if (made !== undefined) return made
      const facts: DayFacts = new Map()
      for (const file of files) for (const fact of await log.segments.facts(file, false)) addToDay(facts, fact)
      const columns = columnsOfHits(day, [...facts.values()].map(mergeFacts))
      return columns && buildIndex(columns, { tick: storedTick })
    },
    encodeIndex: (index, { days }) => encodeIndex(index, { site: log.site, fingerprints: new Map(Object.entries(days)) }),
    buildRollup: (index, { days }) => buildRollup(index, (day) => days[day] ?? ''),
    foldRollups(rollups) {
      const folded = rollups.length === 1 ? rollups[0]! : foldRollups(rollups)
      return folded.names === sourcesStamp() ? folded : undefined
    },
    encodeRollup: (rollup) => encodeRollup(rollup, { site: log.site }),
  }
}

/** Undefined also where one is damaged: which of them says whoever makes the hits. */
async function readColumns(day: string, segments: readonly Segment[]): Promise<DayColumns | undefined> {
  try {
    return await finishInTurns(() => columnsOfSegmentsInSteps(day, segments))
  } catch (error) {
    if (error instanceof SegmentError) return undefined
    throw error
  }
}
