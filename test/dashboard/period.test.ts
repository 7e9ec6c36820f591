import { expect, test } from 'vitest'
import {
  dateRange,
  type Days,
  includesNow,
  intervalsOf,
  type Period,
  periodGroups,
  readPeriod,
  siteClock,
} from '../../packages/dashboard/src/period.ts'
import { stepPeriod } from '../../packages/dashboard/src/stepPeriod.ts'

const today = '2026-03-01'

test('PV31: the 26 named ranges are offered, each once', () => {
  const names = Object.values(periodGroups).flat()
  const plain = names.filter((name) => /^(today|(this|last|since|next)_\w+)$/.test(name))
  expect(new Set(plain).size).toBe(26)
  expect(new Set(names).size).toBe(names.length)
})

test.each<[Period, ReturnType<typeof dateRange>, boolean]>([
  ['today', 'day', true],
  ['yesterday', ['2026-02-28', '2026-02-28'], false],
  ['30d', '30d', true],
  ['this_week', 'this_week', true],
  ['last_week', 'last_week', false],
  ['next_4_weeks', 'next_4_weeks', false],
  [['2026-01-01', '2026-01-01'], ['2026-01-01', '2026-01-01'], false],
  [['2026-02-01', '2026-03-01'], ['2026-02-01', '2026-03-01'], true],
])('%j asks for %j; of now: %j', (period, range, isNow) => {
  expect(dateRange(period, today)).toEqual(range)
  expect(includesNow(period, today)).toBe(isNow)
})

test.each<[Period, string]>([
  ['today', 'minute hour'],
  ['7d', 'hour day'],
  ['30d', 'hour day week'],
  ['this_quarter_to_date', 'day week month'],
  ['since_365_days_ago', 'day week month'],
  ['all', 'day week month'],
  [['2026-01-01', '2026-01-01'], 'minute hour'],
  [['2010-01-01', '2026-01-01'], 'month'],
])('%j is drawn by %s', (period, intervals) => {
  expect(intervalsOf(period).map((interval) => interval.slice('time:'.length)).join(' ')).toBe(intervals)
})

test.each<[title: string, Period, Days, before: Period, after: Period]>([
  ['a day', 'today', ['2026-03-01', '2026-03-01'], 'yesterday', ['2026-03-02', '2026-03-02']],
  ['days up to today', '7d', ['2026-02-23', '2026-03-01'], ['2026-02-16', '2026-02-22'], ['2026-03-02', '2026-03-08']],
  ['a past week', ['2026-02-16', '2026-02-22'], ['2026-02-16', '2026-02-22'], ['2026-02-09', '2026-02-15'], '7d'],
  ['a month so far', 'this_month_to_date', ['2026-03-01', '2026-03-01'], ['2026-02-01', '2026-02-28'], ['2026-04-01', '2026-04-30']],
  ['a quarter', 'last_quarter', ['2025-10-01', '2025-12-31'], ['2025-07-01', '2025-09-30'], ['2026-01-01', '2026-03-31']],
  ['whole months as dates', ['2024-01-01', '2024-02-29'], ['2024-01-01', '2024-02-29'], ['2023-11-01', '2023-12-31'], ['2024-03-01', '2024-04-30']],
  ['a year', 'last_year', ['2025-01-01', '2025-12-31'], ['2024-01-01', '2024-12-31'], ['2026-01-01', '2026-12-31']],
])('steps from %s', (_, period, days, before, after) => {
  expect(stepPeriod(period, days, -1, today)).toEqual(before)
  expect(stepPeriod(period, days, 1, today)).toEqual(after)
})

test('names of the address are the page’s own, whatever objects have', () => {
  expect(['constructor', '__proto__', 'custom', ''].map(readPeriod)).toEqual([undefined, undefined, undefined, undefined])
})

test.each([
  ['UTC', '2026-02-28 23:30:00'],
  ['Europe/Berlin', '2026-03-01 00:30:00'],
  ['America/New_York', '2026-02-28 18:30:00'],
])('the clock of %s shows %s', (timezone, clock) => {
  expect(siteClock(Date.UTC(2026, 1, 28, 23, 30), timezone)).toBe(clock)
})
