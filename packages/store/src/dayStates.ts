import { numberOf } from './dayIndexes.ts'
import { countDay, spansOf } from './daySpans.ts'
import type { DaySpan } from './listDays.ts'
import type { SiteLog } from './siteLog.ts'

/** A home day, as it stands. */
export interface DayState extends DaySpan {
  /** What the day's hits follow from: as long as it is the same, so are they, but for the users of `linked`. Means nothing to another process. */
  state: string
  /** Facts of the day, about. */
  hits: number
}

/** What is known of the days of a range, without reading any of them. */
export interface DayStates {
  days: DayState[]
  /** Sessions of which somebody said whose they are, in the order in which this process heard of it. It grows; now and then another takes its place. */
  linked: readonly string[]
}

/** What whoever keeps something of days needs to know whether it is still so. It is taken before the hits are read. */
export function readDayStates(log: SiteLog, range: { from?: number; to?: number }): DayStates {
  const days = spansOf(log, range).map((span) => ({ ...span, state: stateOf(log, span.day), hits: countDay(log, span.day) }))
  return { days, linked: log.marks.linkedInOrder }
}

/**
 * Unlike that of an index it is the same before and behind a log-in, of which `linked` tells, and before and behind a pruning
 * of older days: both come often, and would make everything anew.
 */
function stateOf({ catalog, fresh, marks, erasures, prunings, linkVersion }: SiteLog, day: string): string {
  const segments = catalog.days.get(day) ?? []
  const tables = fresh.get(day) ?? []
  const end = Math.max(marks.pruningEnds.anonymous, marks.pruningEnds.authenticated)
  const isPruned = [...segments, ...tables].some(({ from }) => from < end)
  const sizes = tables.map((table) => [numberOf(table), table.size])
  // Log-ins say of hits whether an erasure or a pruning took them.
  const links = isPruned || erasures.size > 0 ? linkVersion : 0
  return JSON.stringify([segments.map(({ key }) => key), sizes, erasures.size, isPruned && prunings.size, links])
}
