import { createBuckets, siteDay } from '@treadlight/store'
import { addDays, isDay, startOfDay } from '../days.ts'
import { dayRangeNames, daysOf, type DayRangeName, type Days } from './namedDays.ts'

/** Half open, ms since 1970. */
export interface TimeRange {
  from: number
  to: number
}

const dayPattern = /^\d{4}-\d\d-\d\d$/
const isoPattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d:?\d\d))?$/
const minute = 60_000
const hour = 60 * minute
const quarter = hour / 4
const halfDay = 12 * hour

/** Ranges that do not begin and end with a day. */
const momentNames = ['24h', 'realtime', 'all'] as const

/** What a range may be called. */
export type RangeName = DayRangeName | (typeof momentNames)[number]

/** Plausible's names, those of plain's reports (PV31), and `realtime`: the last 30 minutes, this one included. */
export const rangeNames: readonly RangeName[] = [...dayRangeNames, ...momentNames]

/**
 * The moments that a date range stands for.
 *
 * @param range a name, `[first day, last day]` inclusive, or `[from, to]` as ISO 8601 times
 * @param zone the site's time zone: its days begin there
 * @param now ms since 1970
 * @returns undefined where `range` is none of these
 */
export function resolveDateRange(range: unknown, zone: string, now: number): TimeRange | undefined {
  if (Array.isArray(range)) return customRange(range, zone)
  if (typeof range !== 'string') return undefined
  const today = siteDay(zone, now)
  if (range === 'all') return { from: 0, to: rangeOfDays([today, today], zone).to }
  if (range === '24h') return lastOf(24, hour, now)
  if (range === 'realtime') return lastOf(30, minute, now)
  const days = daysOf(range, today)
  return days && rangeOfDays(days, zone)
}

/** From the begin of the first day to the end of the last one. */
export function rangeOfDays([first, last]: Days, zone: string): TimeRange {
  return { from: startOfDay(zone, first), to: startOfDay(zone, addDays(last, 1)) }
}

/** So many whole hours or minutes, the one that is not over yet included. */
function lastOf(count: number, length: number, now: number): TimeRange {
  const current = Math.floor(now / length)
  return { from: (current + 1 - count) * length, to: (current + 1) * length }
}

function customRange(range: unknown[], zone: string): TimeRange | undefined {
  const [first, last] = range
  if (range.length !== 2 || typeof first !== 'string' || typeof last !== 'string') return undefined
  if (![first, last].every(isMoment)) return undefined
  const from = dayPattern.test(first) ? startOfDay(zone, first) : Date.parse(first)
  const to = dayPattern.test(last) ? startOfDay(zone, addDays(last, 1)) : Date.parse(last)
  return from < to ? { from, to } : undefined
}

/** Whether a text is a day, or a moment with its time zone. */
export function isMoment(text: string): boolean {
  return isoPattern.test(text) && !Number.isNaN(Date.parse(text)) && isDay(text.slice(0, 10))
}

/** How wide the buckets of a chart are. */
export type Interval = 'minute' | 'hour' | 'day' | 'week' | 'month'

/** Every bucket of a range in order, also those that nothing fell into, labelled as the store labels them (PV32). */
export function timeLabels({ from, to }: TimeRange, interval: Interval, zone: string): string[] {
  const label = createBuckets(zone)
  // No day is shorter than 23 hours, and hours may begin at half past: one step less than a bucket misses none.
  const step = interval === 'minute' ? minute : interval === 'hour' ? quarter : halfDay
  const labels = new Set<string>()
  for (let time = from; time < to; time += step) labels.add(label(`time:${interval}`, time))
  labels.add(label(`time:${interval}`, to - 1))
  return [...labels]
}
