import { createBuckets, siteDay } from '@treadlight/store'
import { addDays, startOfDay } from '../days.ts'

/** Half open, ms since 1970. */
export interface TimeRange {
  from: number
  to: number
}

const dayPattern = /^\d{4}-\d\d-\d\d$/
const isoPattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d[\d:.]*(Z|[+-]\d\d:?\d\d))?$/
const hour = 3_600_000
const quarter = hour / 4

/** The named ranges of Plausible's Stats API v2: days up to and including today, months from their first. */
export const rangeNames = ['day', '24h', '7d', '28d', '30d', '91d', 'month', '6mo', '12mo', 'year', 'all'] as const

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
  if (range === 'all') return { from: 0, to: endOfToday(zone, now) }
  if (range === '24h') return { from: (Math.floor(now / hour) - 23) * hour, to: (Math.floor(now / hour) + 1) * hour }
  const first = firstDay(range, siteDay(zone, now))
  return first === undefined ? undefined : { from: startOfDay(zone, first), to: endOfToday(zone, now) }
}

function firstDay(name: unknown, today: string): string | undefined {
  if (name === 'day') return today
  if (name === '7d' || name === '28d' || name === '30d' || name === '91d') return addDays(today, 1 - parseInt(name))
  if (name === 'month') return `${today.slice(0, 7)}-01`
  if (name === 'year') return `${today.slice(0, 4)}-01-01`
  if (name === '6mo' || name === '12mo') return firstOfMonth(today, 1 - parseInt(name))
  return undefined
}

function customRange(range: unknown[], zone: string): TimeRange | undefined {
  const [first, last] = range
  if (range.length !== 2 || typeof first !== 'string' || typeof last !== 'string') return undefined
  if (![first, last].every((time) => isoPattern.test(time) && !Number.isNaN(Date.parse(time)))) return undefined
  const from = dayPattern.test(first) ? startOfDay(zone, first) : Date.parse(first)
  const to = dayPattern.test(last) ? startOfDay(zone, addDays(last, 1)) : Date.parse(last)
  return from < to ? { from, to } : undefined
}

function endOfToday(zone: string, now: number): number {
  return startOfDay(zone, addDays(siteDay(zone, now), 1))
}

function firstOfMonth(day: string, months: number): string {
  const [year, month] = day.split('-')
  return new Date(Date.UTC(Number(year), Number(month) - 1 + months, 1)).toISOString().slice(0, 10)
}

/** How wide the buckets of a chart are. */
export type Interval = 'hour' | 'day' | 'week' | 'month'

/** Every bucket of a range in order, also those that nothing fell into, labelled as the store labels them (PV32). */
export function timeLabels({ from, to }: TimeRange, interval: Interval, zone: string): string[] {
  const label = createBuckets(zone)
  // Days have 23 to 25 hours, and hours may begin at half past: one step less than a bucket misses none.
  const step = interval === 'hour' ? quarter : hour
  const labels = new Set<string>()
  for (let time = from; time < to; time += step) labels.add(label(`time:${interval}`, time))
  labels.add(label(`time:${interval}`, to - 1))
  return [...labels]
}
