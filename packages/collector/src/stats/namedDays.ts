import { addDays } from '../days.ts'

/** First and last day, both inclusive, as `YYYY-MM-DD`. */
export type Days = readonly [first: string, last: string]

/** Every name of a range of whole days: Plausible's and yesterday, then those of plain's reports (PV31). */
export const dayRangeNames = [
  'day', 'yesterday', '7d', '28d', '30d', '91d', 'month', '6mo', '12mo', 'year',
  'today', 'this_week', 'this_week_to_date', 'this_month', 'this_month_to_date', 'this_quarter', 'this_quarter_to_date', 'this_year', 'this_year_to_date',
  'last_week', 'last_week_to_date', 'last_month', 'last_month_to_date', 'last_quarter', 'last_quarter_to_date', 'last_year', 'last_year_to_date',
  'since_30_days_ago', 'since_60_days_ago', 'since_90_days_ago', 'since_365_days_ago',
  'next_week', 'next_4_weeks', 'next_month', 'next_quarter', 'next_year',
] as const
export type DayRangeName = (typeof dayRangeNames)[number]

/**
 * Ranges of whole days, by name, from today in the site's zone.
 *
 * The first row is Plausible's Stats API v2: up to and including today, months from their first day. The others are those of
 * plain's reports (PV31); what is "to date" there ends with the present moment, and here with the present day, which is the
 * same for all that has happened. Weeks begin on Monday. Where plain adds 90 days to find the next quarter, and so names a
 * month of this one for three quarters out of four, this is the next quarter.
 */
const namedDays: Record<DayRangeName, (today: string) => Days> = {
  day: (today) => [today, today],
  yesterday: (today) => [addDays(today, -1), addDays(today, -1)],
  '7d': (today) => [addDays(today, -6), today],
  '28d': (today) => [addDays(today, -27), today],
  '30d': (today) => [addDays(today, -29), today],
  '91d': (today) => [addDays(today, -90), today],
  month: (today) => [monthOf(today), today],
  '6mo': (today) => [monthOf(today, -5), today],
  '12mo': (today) => [monthOf(today, -11), today],
  year: (today) => [yearOf(today), today],

  today: (today) => [today, today],
  this_week: (today) => [weekOf(today), before(weekOf(today, 1))],
  this_week_to_date: (today) => [weekOf(today), today],
  this_month: (today) => [monthOf(today), before(monthOf(today, 1))],
  this_month_to_date: (today) => [monthOf(today), today],
  this_quarter: (today) => [quarterOf(today), before(quarterOf(today, 1))],
  this_quarter_to_date: (today) => [quarterOf(today), today],
  this_year: (today) => [yearOf(today), before(yearOf(today, 1))],
  this_year_to_date: (today) => [yearOf(today), today],
  last_week: (today) => [weekOf(today, -1), before(weekOf(today))],
  last_week_to_date: (today) => [weekOf(today, -1), today],
  last_month: (today) => [monthOf(today, -1), before(monthOf(today))],
  last_month_to_date: (today) => [monthOf(today, -1), today],
  last_quarter: (today) => [quarterOf(today, -1), before(quarterOf(today))],
  last_quarter_to_date: (today) => [quarterOf(today, -1), today],
  last_year: (today) => [yearOf(today, -1), before(yearOf(today))],
  last_year_to_date: (today) => [yearOf(today, -1), today],
  since_30_days_ago: (today) => [addDays(today, -30), today],
  since_60_days_ago: (today) => [addDays(today, -60), today],
  since_90_days_ago: (today) => [addDays(today, -90), today],
  since_365_days_ago: (today) => [addDays(today, -365), today],
  next_week: (today) => [weekOf(today, 1), before(weekOf(today, 2))],
  next_4_weeks: (today) => [today, addDays(today, 28)],
  next_month: (today) => [monthOf(today, 1), before(monthOf(today, 2))],
  next_quarter: (today) => [quarterOf(today, 1), before(quarterOf(today, 2))],
  next_year: (today) => [yearOf(today, 1), before(yearOf(today, 2))],
}

/**
 * The days of a named range; undefined for a name that there is not.
 * @param today `YYYY-MM-DD`
 */
export function daysOf(name: string, today: string): Days | undefined {
  return Object.hasOwn(namedDays, name) ? namedDays[name as DayRangeName](today) : undefined
}

function before(day: string): string {
  return addDays(day, -1)
}

/** The Monday of a day's week, or of a week so many after it. */
function weekOf(day: string, weeks = 0): string {
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7
  return addDays(day, 7 * weeks - sinceMonday)
}

/** The first of a day's month, or of a month so many after it. */
export function monthOf(day: string, months = 0): string {
  const [year, month] = day.split('-')
  return new Date(Date.UTC(Number(year), Number(month) - 1 + months, 1)).toISOString().slice(0, 10)
}

function quarterOf(day: string, quarters = 0): string {
  const sinceQuarter = (Number(day.slice(5, 7)) - 1) % 3
  return monthOf(day, 3 * quarters - sinceQuarter)
}

function yearOf(day: string, years = 0): string {
  return `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}-01-01`
}
