import { expect, test } from 'vitest'
import { dateRange, includesNow, intervalOf, type Period, siteClock } from '../../packages/dashboard/src/period.ts'

const today = '2026-03-01'

test.each<[Period, ReturnType<typeof dateRange>, ReturnType<typeof intervalOf>, boolean]>([
  ['day', 'day', 'time:hour', true],
  ['yesterday', ['2026-02-28', '2026-02-28'], 'time:hour', false],
  ['30d', '30d', 'time:day', true],
  ['12mo', '12mo', 'time:month', true],
  [['2026-01-01', '2026-01-01'], ['2026-01-01', '2026-01-01'], 'time:hour', false],
  [['2026-02-01', '2026-03-01'], ['2026-02-01', '2026-03-01'], 'time:day', true],
  [['2025-01-01', '2025-10-26'], ['2025-01-01', '2025-10-26'], 'time:day', false],
  [['2025-01-01', '2025-10-27'], ['2025-01-01', '2025-10-27'], 'time:month', false],
])('PV31 %j', (period, range, interval, isNow) => {
  expect(dateRange(period, today)).toEqual(range)
  expect(intervalOf(period)).toBe(interval)
  expect(includesNow(period, today)).toBe(isNow)
})

test.each([
  ['UTC', '2026-02-28 23:30:00'],
  ['Europe/Berlin', '2026-03-01 00:30:00'],
  ['America/New_York', '2026-02-28 18:30:00'],
])('the clock of %s shows %s', (timezone, clock) => {
  expect(siteClock(Date.UTC(2026, 1, 28, 23, 30), timezone)).toBe(clock)
})
