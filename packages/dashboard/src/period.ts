import type { Interval } from './format.ts'

/** In the order in which the page offers them; each ends today, except yesterday. */
export const periodNames = ['day', 'yesterday', '7d', '30d', '91d', '12mo'] as const
export type PeriodName = (typeof periodNames)[number]

/** A named period, or the first and the last site day of an own one. */
export type Period = PeriodName | readonly [from: string, to: string]

/** As the stats API takes it. */
export type DateRange = Exclude<PeriodName, 'yesterday'> | 'all' | readonly [from: string, to: string]

const day = 86_400_000
const isoDay = /^\d{4}-\d\d-\d\d$/

/** Whether the page knows a period of this name. */
export function isPeriodName(name: string): name is PeriodName {
  return (periodNames as readonly string[]).includes(name)
}

/** Whether `text` is a day that exists. */
export function isDay(text: string): boolean {
  return isoDay.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

/** What to ask the API for. `today` is the site's day, `YYYY-MM-DD`. */
export function dateRange(period: Period, today: string): DateRange {
  if (period !== 'yesterday') return period
  const yesterday = addDays(today, -1)
  return [yesterday, yesterday]
}

/** Whether a hit of this moment belongs to the period. */
export function includesNow(period: Period, today: string): boolean {
  if (typeof period === 'string') return period !== 'yesterday'
  return period[0] <= today && today <= period[1]
}

/** How fine the trend is: hours of a day, days, and months from 300 days on (PV31). */
export function intervalOf(period: Period): Interval {
  if (period === 'day' || period === 'yesterday') return 'time:hour'
  if (period === '12mo') return 'time:month'
  if (typeof period === 'string') return 'time:day'
  const days = (Date.parse(period[1]) - Date.parse(period[0])) / day + 1
  return days < 2 ? 'time:hour' : days < 300 ? 'time:day' : 'time:month'
}

/** The site's wall clock as `YYYY-MM-DD HH:MM:SS`: the one order of fields that Swedish and ISO 8601 share. */
export function siteClock(now: number, timezone: string): string {
  return new Date(now).toLocaleString('sv-SE', { timeZone: timezone })
}

/** The day `count` days after `date`; before it where negative. */
export function addDays(date: string, count: number): string {
  return new Date(Date.parse(date) + count * day).toISOString().slice(0, 10)
}
