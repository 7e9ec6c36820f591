import { addDays, isDay, startOfDay } from '../days.ts'
import type { TimeRange } from './hitLines.ts'

/** First and last site day, `YYYY-MM-DD`; open where undefined. */
export interface ExportDays {
  from?: string | undefined
  to?: string | undefined
}

/**
 * What is wrong with them, beginning with the name of the one that is; undefined where nothing is.
 * @param prefix what stands before the names: `--` for flags
 */
export function daysProblem({ from, to }: ExportDays, prefix = ''): string | undefined {
  for (const [name, day] of Object.entries({ from, to })) {
    if (day !== undefined && !isDay(day)) return `${prefix}${name} ${day}: must be a day such as 2026-11-21`
  }
  return from !== undefined && to !== undefined && from > to ? `${prefix}from ${from} is behind ${prefix}to ${to}` : undefined
}

/** Both days included, as a zone has them. */
export function rangeOfDays(timezone: string, { from, to }: ExportDays): TimeRange {
  return {
    ...(from !== undefined && { from: startOfDay(timezone, from) }),
    ...(to !== undefined && { to: startOfDay(timezone, addDays(to, 1)) }),
  }
}
