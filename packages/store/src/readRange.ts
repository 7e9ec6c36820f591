import type { DayFacts } from './factSet.ts'
import type { SiteLog } from './siteLog.ts'
import type { HitFilter } from './store.ts'

/** Where more than this part of a day is asked for, all of it is as well made at once, and kept. */
const smallPart = 1 / 4

/**
 * The facts of a day's hits of which any fact is of the range: all facts of each such hit, without making the others.
 * Undefined where there is little to save, and where some are in segments.
 */
export function readRange(log: SiteLog, day: string, { from = -Infinity, to = Infinity }: Pick<HitFilter, 'from' | 'to'>): DayFacts | undefined {
  const tables = log.fresh.get(day) ?? []
  if (log.catalog.days.has(day)) return undefined
  const ids = new Set<string>()
  let size = 0
  for (const table of tables) {
    size += table.size
    for (let row = 0; row < table.size; row++) {
      const time = table.time(row)
      // Also what is no time. A hit has the time of one of its facts.
      if (!(time < from || time >= to)) ids.add(table.text('id', row)!)
    }
  }
  return ids.size > smallPart * size ? undefined : log.freshFacts(day, ids)
}
