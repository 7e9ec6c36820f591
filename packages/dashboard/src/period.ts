import type { Interval } from './format.ts'

/**
 * The periods by their names in the stats API (PV31), in the order and the groups in which the page offers them.
 * `yesterday` and `all` are the API's as well.
 */
export const periodGroups = {
  days: ['today', 'yesterday', '24h'],
  last: ['7d', '28d', '30d', '91d', '6mo', '12mo'],
  current: [
    'this_week',
    'this_week_to_date',
    'this_month',
    'this_month_to_date',
    'this_quarter',
    'this_quarter_to_date',
    'this_year',
    'this_year_to_date',
  ],
  previous: [
    'last_week',
    'last_week_to_date',
    'last_month',
    'last_month_to_date',
    'last_quarter',
    'last_quarter_to_date',
    'last_year',
    'last_year_to_date',
  ],
  since: ['since_30_days_ago', 'since_60_days_ago', 'since_90_days_ago', 'since_365_days_ago'],
  coming: ['next_week', 'next_4_weeks', 'next_month', 'next_quarter', 'next_year'],
  whole: ['all'],
} as const
export type PeriodName = (typeof periodGroups)[keyof typeof periodGroups][number]

/** A named period, or the first and the last site day of an own one. */
export type Period = PeriodName | readonly [from: string, to: string]

/** As the stats API takes it; `realtime` are the last 30 minutes. */
export type DateRange = PeriodName | 'day' | 'realtime' | readonly [from: string, to: string]

/** Site days, both included. */
export type Days = readonly [from: string, to: string]

const day = 86_400_000
/** Of years that the API takes. */
const isoDay = /^(?!9999)[1-9]\d{3}-\d\d-\d\d$/
/** The API takes 100 years. */
const mostDays = 36_500
const periodNames: readonly string[] = Object.values(periodGroups).flat()

/** Names of earlier versions, and of the API, for what the page calls otherwise: old links stay good. */
const otherNames: Readonly<Record<string, PeriodName>> = {
  day: 'today',
  month: 'this_month_to_date',
  year: 'this_year_to_date',
}

/** The period that a name, or two days with a comma, stand for; undefined for anything else. */
export function readPeriod(text: string): Period | undefined {
  if (Object.hasOwn(otherNames, text)) return otherNames[text]
  if (periodNames.includes(text)) return text as PeriodName
  return readDays(text)
}

/** `2026-01-01,2026-01-31` as days that exist, are in order and not too far apart; else undefined. */
export function readDays(text: string): Days | undefined {
  const [from = '', to = '', ...rest] = text.split(',')
  const areGood = rest.length === 0 && isDay(from) && isDay(to) && from <= to && daysBetween([from, to]) < mostDays
  return areGood ? [from, to] : undefined
}

function isDay(text: string): boolean {
  return isoDay.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

/** What to ask the API for. */
export function dateRange(period: Period, today: string): DateRange {
  if (period === 'today') return 'day'
  return period === 'yesterday' ? [addDays(today, -1), addDays(today, -1)] : period
}

/** Whether a hit of this moment may belong to the period. `today` is the site's day. */
export function includesNow(period: Period, today: string): boolean {
  if (typeof period !== 'string') return period[0] <= today && today <= period[1]
  return period !== 'yesterday' && !/^(next_\w+|last_(week|month|quarter|year))$/.test(period)
}

/** About how many days a period has; undefined for all time, which the API knows. */
function lengthOf(period: Period): number | undefined {
  if (typeof period !== 'string') return daysBetween(period) + 1
  if (period === 'all') return undefined
  if (period === 'today' || period === 'yesterday' || period === '24h') return 1
  const [, count, unit] = /(\d*)_?(d|mo|week|quarter|year)/.exec(period) ?? []
  return Number(count || 1) * unitDays[unit as keyof typeof unitDays] + (period.startsWith('since') ? 1 : 0)
}

const unitDays = { d: 1, week: 7, mo: 30.5, quarter: 92, year: 366 }

/** What a reader may choose instead of what the API does by itself (PV31): neither thousands of buckets nor one alone. */
export function intervalsOf(period: Period): Interval[] {
  const days = lengthOf(period) ?? 400
  const longest = { 'time:minute': 1, 'time:hour': 31, 'time:day': 400, 'time:week': 1500, 'time:month': Infinity }
  const shortest = { 'time:minute': 0, 'time:hour': 0, 'time:day': 2, 'time:week': 14, 'time:month': 59 }
  const all = Object.keys(longest) as Interval[]
  return all.filter((interval) => shortest[interval] <= days && days <= longest[interval])
}

/** The site's wall clock as `YYYY-MM-DD HH:MM:SS`: the one order of fields that Swedish and ISO 8601 share. */
export function siteClock(now: number, timezone: string): string {
  return new Date(now).toLocaleString('sv-SE', { timeZone: timezone })
}

/** The first of the site's days of which all hits are there, by `meta.pruned_before`. */
export function firstWhole(prunedBefore: string | undefined, timezone: string): string | undefined {
  return prunedBefore === undefined ? undefined : siteClock(Date.parse(prunedBefore), timezone).slice(0, 10)
}

/** The last of the site's days with imported figures, and of those that were left out, by what an answer says. */
export function importedDays(meta: { imported_before?: string; imports_skipped_before?: string }, timezone: string): { until: string | undefined; skippedUntil: string | undefined } {
  return { until: lastBefore(meta.imported_before, timezone), skippedUntil: lastBefore(meta.imports_skipped_before, timezone) }
}

function lastBefore(before: string | undefined, timezone: string): string | undefined {
  return before === undefined ? undefined : siteClock(Date.parse(before) - 1, timezone).slice(0, 10)
}

/** The site's days that a half-open range of ISO times touches. */
export function daysOf([from, to]: readonly [from: string, to: string], timezone: string): Days {
  const dayOf = (time: number): string => siteClock(time, timezone).slice(0, 10)
  return [dayOf(Date.parse(from)), dayOf(Date.parse(to) - 1)]
}

/** The day `count` days after `date`; before it where negative. */
export function addDays(date: string, count: number): string {
  return new Date(Date.parse(date) + count * day).toISOString().slice(0, 10)
}

/** How many days lie between the two; 0 for a single day. */
export function daysBetween([from, to]: Days): number {
  return (Date.parse(to) - Date.parse(from)) / day
}
