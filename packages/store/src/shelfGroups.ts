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

/** A home day by itself. */
export function singleDay(day: string): ShelfGroup {
  return { first: day, last: day, days: [day] }
}

/**
 * What rollups are made of, each of the ones before it: the days of a group, thirds of a month, the group. So whatever a
 * range of days cuts of a month, few of them tell it.
 */
export function partsOf(group: ShelfGroup): ShelfGroup[] {
  const thirds = new Map<string, ShelfGroup>()
  for (const day of group.days) {
    const third = thirdOf(day)
    const known = thirds.get(third.first)
    if (known === undefined) thirds.set(third.first, { ...third, days: [day] })
    else known.days.push(day)
  }
  const parts = [...group.days.map(singleDay), ...thirds.values(), group]
  const isInside = ({ first, last }: ShelfGroup): boolean => group.first <= first && last <= group.last
  return [...new Map(parts.filter(isInside).map((part) => [`${part.first}.${part.last}`, part])).values()]
}

/** A quarter of a year, and its months. */
export interface Quarter {
  quarter: ShelfGroup
  months: ShelfGroup[]
}

/** The quarters that have ended. @param days closed ones */
export function quartersOf(days: readonly string[], now: number): Quarter[] {
  const quarters = new Map<string, Quarter>()
  for (const month of groupDays(days, now).toReversed()) {
    const [year, its] = month.first.split('-').map(Number) as [number, number]
    const begin = its - ((its - 1) % 3)
    const first = `${year}-${String(begin).padStart(2, '0')}-01`
    const last = lastOfMonth(`${year}-${String(begin + 2).padStart(2, '0')}-01`)
    if (!isClosed(last, now)) continue
    const known = quarters.get(first) ?? { quarter: { first, last, days: [] }, months: [] }
    quarters.set(first, known)
    known.quarter.days.push(...month.days)
    known.months.push(month)
  }
  return [...quarters.values()]
}

function thirdOf(day: string): Pick<ShelfGroup, 'first' | 'last'> {
  const month = day.slice(0, 8)
  if (day <= `${month}10`) return { first: `${month}01`, last: `${month}10` }
  return day <= `${month}20` ? { first: `${month}11`, last: `${month}20` } : { first: `${month}21`, last: lastOfMonth(day) }
}

function spanOf(day: string, now: number): { first: string; last: string } {
  const month = day.slice(0, 8)
  const end = lastOfMonth(day)
  if (isClosed(end, now)) return { first: `${month}01`, last: end }
  const third = thirdOf(day)
  return isClosed(third.last, now) ? third : { first: day, last: day }
}

function lastOfMonth(day: string): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month, 1) - dayLength).toISOString().slice(0, 10)
}

/** Those of a year are not in one value, and the newest days are asked for by the day. @returns the home day so long ago */
export function dayBefore(now: number, days: number): string {
  return new Date(now - days * dayLength).toISOString().slice(0, 10)
}
