import { siteDay } from '@treadlight/store'
import { addDays, daysBetween, startOfDay } from '../days.ts'
import { rangeOfDays, resolveDateRange, type TimeRange } from './dateRange.ts'
import type { Days } from './namedDays.ts'
import { isObject } from '../isObject.ts'
import { assertFields } from './assertFields.ts'
import { oneOf, QueryError } from './oneOf.ts'
import { pairProblem } from './rangeProblem.ts'

/** With which range a range is compared. */
export const comparisonModes = ['previous_period', 'year_over_year', 'custom'] as const
const dayLength = 86_400_000

/**
 * The range that `include.comparisons` asks for, as Plausible has it: as many days directly before, or as many from the
 * same day a year ago; with `match_day_of_week` moved by up to three days, so that Mondays meet Mondays.
 *
 * @param value `{ mode, date_range?, match_day_of_week? }`
 * @param range what it is compared with
 * @throws QueryError naming the field and what is allowed
 */
export function readComparison(value: unknown, range: TimeRange, zone: string, now: number): TimeRange | undefined {
  if (value === undefined || value === null || value === false) return undefined
  if (!isObject(value)) throw new QueryError('include.comparisons: must be an object like { "mode": "previous_period" }')
  assertFields('include.comparisons', value, ['mode', 'date_range', 'match_day_of_week'])
  const mode = oneOf<(typeof comparisonModes)[number]>('include.comparisons.mode', value['mode'], comparisonModes)
  const matchWeekday = value['match_day_of_week'] ?? false
  if (typeof matchWeekday !== 'boolean') throw new QueryError('include.comparisons.match_day_of_week: must be true or false')
  if (mode === 'custom') return readCustom(value['date_range'], zone, now)
  if (value['date_range'] !== undefined) throw new QueryError('include.comparisons.date_range: goes with mode custom only')
  const days = wholeDays(range, zone)
  return days ? rangeOfDays(comparedDays(days, mode, matchWeekday), zone) : comparedMoments(range, mode, zone)
}

function readCustom(value: unknown, zone: string, now: number): TimeRange {
  if (!Array.isArray(value)) throw new QueryError('include.comparisons.date_range: must be [first day, last day] or [from, to] as ISO 8601 times')
  const range = resolveDateRange(value, zone, now)
  if (!range) throw new QueryError(`include.comparisons.date_range: ${pairProblem(value)}`)
  return range
}

/** The days of a range that begins and ends with one. */
function wholeDays({ from, to }: TimeRange, zone: string): Days | undefined {
  const [first, end] = [siteDay(zone, from), siteDay(zone, to)]
  return startOfDay(zone, first) === from && startOfDay(zone, end) === to ? [first, addDays(end, -1)] : undefined
}

function comparedDays([first, last]: Days, mode: 'previous_period' | 'year_over_year', matchWeekday: boolean): Days {
  const length = daysBetween(first, last)
  const start = mode === 'previous_period' ? addDays(first, -length - 1) : aYearBefore(first)
  const shift = matchWeekday ? nearestShift(start, first, length) : 0
  return [addDays(start, shift), addDays(start, shift + length)]
}

/** By how many days to move a start to the nearest of the same weekday as `first`, but never into the range itself. */
function nearestShift(start: string, first: string, length: number): number {
  const forward = (daysBetween(start, first) % 7 + 7) % 7
  const fits = forward <= 3 && addDays(start, forward + length) < first
  return fits ? forward : forward - 7
}

/** The 29th of February has the 28th of the year before. */
function aYearBefore(day: string): string {
  const before = `${String(Number(day.slice(0, 4)) - 1).padStart(4, '0')}${day.slice(4)}`
  return before.endsWith('-02-29') ? before.replace(/29$/, '28') : before
}

/** Where a range is not one of days, the length of it, or the days since a year ago, are taken off. */
function comparedMoments({ from, to }: TimeRange, mode: 'previous_period' | 'year_over_year', zone: string): TimeRange {
  const day = siteDay(zone, from)
  const off = mode === 'previous_period' ? to - from : daysBetween(aYearBefore(day), day) * dayLength
  return { from: from - off, to: to - off }
}
