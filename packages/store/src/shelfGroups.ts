import { isClosed } from './compaction.ts'

/** Home days that lie in one value once all of them are closed. */
export interface ShelfGroup {
  /** Of the calendar, `YYYY-MM-DD`; those with hits are `days`. */
  first: string
  last: string
  /** In order. */
  days: string[]
}

const dayLength = 86_400_000

/**
 * How home days are to lie on the shelf, the newest first: months that have ended as one value, of the month that goes on
 * the days up to the 10th, and to the 20th, and the others each by itself. So every day is written four times at most.
 *
 * @param days closed ones
 */
export function groupDays(days: readonly string[], now: number): ShelfGroup[] {
  const groups = new Map<string, ShelfGroup>()
  for (const day of days.toSorted()) {
    const { first, last } = spanOf(day, now)
    const known = groups.get(first)
    if (known === undefined) groups.set(first, { first, last, days: [day] })
    else known.days.push(day)
  }
  return [...groups.values()].toReversed()
}

function spanOf(day: string, now: number): { first: string; last: string } {
  const month = day.slice(0, 8)
  const end = lastOfMonth(day)
  if (isClosed(end, now)) return { first: `${month}01`, last: end }
  const [first, last] = day <= `${month}10` ? [`${month}01`, `${month}10`] : day <= `${month}20` ? [`${month}11`, `${month}20`] : [day, day]
  return isClosed(last, now) ? { first, last } : { first: day, last: day }
}

function lastOfMonth(day: string): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month, 1) - dayLength).toISOString().slice(0, 10)
}

/** Those of a year are not in one value, and the newest days are asked for by the day. @returns the home day so long ago */
export function dayBefore(now: number, days: number): string {
  return new Date(now - days * dayLength).toISOString().slice(0, 10)
}
