import { describe, expect, test } from 'vitest'
import { rangeNames, resolveDateRange, timeLabels } from '../../packages/collector/src/stats/dateRange.ts'

const now = Date.parse('2026-11-21T10:20:00Z')
const span = (range: unknown, zone = 'UTC'): string[] | undefined => {
  const resolved = resolveDateRange(range, zone, now)
  return resolved && [new Date(resolved.from).toISOString(), new Date(resolved.to).toISOString()]
}

describe('date ranges', () => {
  test.each([
    ['day', '2026-11-21T00:00', '2026-11-22T00:00'],
    ['7d', '2026-11-15T00:00', '2026-11-22T00:00'],
    ['28d', '2026-10-25T00:00', '2026-11-22T00:00'],
    ['30d', '2026-10-23T00:00', '2026-11-22T00:00'],
    ['91d', '2026-08-23T00:00', '2026-11-22T00:00'],
    ['month', '2026-11-01T00:00', '2026-11-22T00:00'],
    ['6mo', '2026-06-01T00:00', '2026-11-22T00:00'],
    ['12mo', '2025-12-01T00:00', '2026-11-22T00:00'],
    ['year', '2026-01-01T00:00', '2026-11-22T00:00'],
    ['24h', '2026-11-20T11:00', '2026-11-21T11:00'],
  ])('%s', (range, from, to) => {
    expect(span(range)).toEqual([`${from}:00.000Z`, `${to}:00.000Z`])
  })

  test('realtime is the last 30 minutes', () => {
    expect(span('realtime')).toEqual(['2026-11-21T09:51:00.000Z', '2026-11-21T10:21:00.000Z'])
    expect(timeLabels(resolveDateRange('realtime', 'Asia/Kathmandu', now)!, 'minute', 'Asia/Kathmandu')).toHaveLength(30)
  })

  test('custom days include the last one, in the site’s own zone', () => {
    expect(span(['2026-01-01', '2026-01-31'], 'Europe/Berlin')).toEqual(['2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z'])
  })

  test('custom times are taken as they are', () => {
    expect(span(['2026-01-01T10:00:00Z', '2026-01-01T12:00:00+01:00'])).toEqual(['2026-01-01T10:00:00.000Z', '2026-01-01T11:00:00.000Z'])
  })

  test.each([undefined, null, '', 'week', '1d', '7', 7, [], ['2026-01-01'], ['2026-01-02', '2026-01-01'], ['x', 'y'], ['2026', 'Nov 5'], ['2026-01-01T10:00', '2026-01-01T12:00'], ['2026-13-01', '2026-14-01'], ['2026-02-01', '2026-02-30'], ['0000-01-01', '0000-01-02'], ['9999-12-01', '9999-12-31'], ['2026-02-30T10:00Z', '2026-03-05T10:00Z'], [1, 2], {}])(
    '%j is none',
    (range) => {
      expect(span(range)).toBeUndefined()
    },
  )
})

describe('PV31: the ranges of plain’s reports, and when', () => {
  // A Sunday that is the end of summer's first hour in Berlin, a leap day, and a Monday that is the end of a month; none of the
  // three is the same day in UTC and in its zone.
  const clocks = [
    ['2026-03-28T23:30:00Z', 'Europe/Berlin'],
    ['2024-03-01T04:30:00Z', 'America/New_York'],
    ['2026-08-30T14:30:00Z', 'Australia/Lord_Howe'],
  ] as const
  const rows: [name: string, sunday: string, leapDay: string, monday: string][] = [
    ['today', '2026-03-29 2026-03-29', '2024-02-29 2024-02-29', '2026-08-31 2026-08-31'],
    ['this_week', '2026-03-23 2026-03-29', '2024-02-26 2024-03-03', '2026-08-31 2026-09-06'],
    ['this_week_to_date', '2026-03-23 2026-03-29', '2024-02-26 2024-02-29', '2026-08-31 2026-08-31'],
    ['this_month', '2026-03-01 2026-03-31', '2024-02-01 2024-02-29', '2026-08-01 2026-08-31'],
    ['this_month_to_date', '2026-03-01 2026-03-29', '2024-02-01 2024-02-29', '2026-08-01 2026-08-31'],
    ['this_quarter', '2026-01-01 2026-03-31', '2024-01-01 2024-03-31', '2026-07-01 2026-09-30'],
    ['this_quarter_to_date', '2026-01-01 2026-03-29', '2024-01-01 2024-02-29', '2026-07-01 2026-08-31'],
    ['this_year', '2026-01-01 2026-12-31', '2024-01-01 2024-12-31', '2026-01-01 2026-12-31'],
    ['this_year_to_date', '2026-01-01 2026-03-29', '2024-01-01 2024-02-29', '2026-01-01 2026-08-31'],
    ['last_week', '2026-03-16 2026-03-22', '2024-02-19 2024-02-25', '2026-08-24 2026-08-30'],
    ['last_week_to_date', '2026-03-16 2026-03-29', '2024-02-19 2024-02-29', '2026-08-24 2026-08-31'],
    ['last_month', '2026-02-01 2026-02-28', '2024-01-01 2024-01-31', '2026-07-01 2026-07-31'],
    ['last_month_to_date', '2026-02-01 2026-03-29', '2024-01-01 2024-02-29', '2026-07-01 2026-08-31'],
    ['last_quarter', '2025-10-01 2025-12-31', '2023-10-01 2023-12-31', '2026-04-01 2026-06-30'],
    ['last_quarter_to_date', '2025-10-01 2026-03-29', '2023-10-01 2024-02-29', '2026-04-01 2026-08-31'],
    ['last_year', '2025-01-01 2025-12-31', '2023-01-01 2023-12-31', '2025-01-01 2025-12-31'],
    ['last_year_to_date', '2025-01-01 2026-03-29', '2023-01-01 2024-02-29', '2025-01-01 2026-08-31'],
    ['since_30_days_ago', '2026-02-27 2026-03-29', '2024-01-30 2024-02-29', '2026-08-01 2026-08-31'],
    ['since_60_days_ago', '2026-01-28 2026-03-29', '2023-12-31 2024-02-29', '2026-07-02 2026-08-31'],
    ['since_90_days_ago', '2025-12-29 2026-03-29', '2023-12-01 2024-02-29', '2026-06-02 2026-08-31'],
    ['since_365_days_ago', '2025-03-29 2026-03-29', '2023-03-01 2024-02-29', '2025-08-31 2026-08-31'],
    ['next_week', '2026-03-30 2026-04-05', '2024-03-04 2024-03-10', '2026-09-07 2026-09-13'],
    ['next_4_weeks', '2026-03-29 2026-04-26', '2024-02-29 2024-03-28', '2026-08-31 2026-09-28'],
    ['next_month', '2026-04-01 2026-04-30', '2024-03-01 2024-03-31', '2026-09-01 2026-09-30'],
    ['next_quarter', '2026-04-01 2026-06-30', '2024-04-01 2024-06-30', '2026-10-01 2026-12-31'],
    ['next_year', '2027-01-01 2027-12-31', '2025-01-01 2025-12-31', '2027-01-01 2027-12-31'],
    ['yesterday', '2026-03-28 2026-03-28', '2024-02-28 2024-02-28', '2026-08-30 2026-08-30'],
  ]

  test.each(rows)('%s', (name, ...expected) => {
    const days = clocks.map(([time, zone]) => {
      const labels = timeLabels(resolveDateRange(name, zone, Date.parse(time))!, 'day', zone)
      return `${labels[0]} ${labels.at(-1)}`
    })
    expect(days).toEqual(expected)
  })

  test('there are 26 of them, and each is taken', () => {
    expect(rows).toHaveLength(26 + 1)
    for (const [name] of rows) expect(rangeNames).toContain(name)
  })

  test('since 30 days ago are 31 days', () => {
    for (const [time, zone] of clocks) expect(timeLabels(resolveDateRange('since_30_days_ago', zone, Date.parse(time))!, 'day', zone)).toHaveLength(31)
  })

  test.each(['toString', '__proto__', 'constructor'])('%s is none', (name) => expect(span(name)).toBeUndefined())
})

describe('PV32 every bucket of a range, also the empty ones', () => {
  const range = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })

  test('days', () => {
    expect(timeLabels(range('2026-02-27T00:00Z', '2026-03-02T00:00Z'), 'day', 'UTC')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  })
  test('months over a year’s end', () => {
    expect(timeLabels(range('2025-12-05T00:00Z', '2026-02-01T00:00Z'), 'month', 'UTC')).toEqual(['2025-12-01', '2026-01-01'])
  })
  test('weeks begin on Monday', () => {
    expect(timeLabels(range('2026-11-21T00:00Z', '2026-11-24T00:00Z'), 'week', 'UTC')).toEqual(['2026-11-16', '2026-11-23'])
  })
  test.each([
    ['24h where hours begin at half past', 'Asia/Kolkata', '24h', 'hour', '2026-11-21 16:00:00'],
    ['a quarter past an hour', 'UTC', ['2026-11-21T09:30:00Z', '2026-11-21T10:15:00Z'], 'hour', '2026-11-21 10:00:00'],
    ['a quarter past midnight', 'UTC', ['2026-11-20T23:30:00Z', '2026-11-21T00:15:00Z'], 'day', '2026-11-21'],
  ] as const)('the last bucket is there, however the range ends: %s', (_, zone, range, interval, last) => {
    expect(timeLabels(resolveDateRange(range, zone, now)!, interval, zone).at(-1)).toBe(last)
  })
  test('a day of 23 hours and one of 25, whose doubled hour is one bucket', () => {
    const spring = resolveDateRange(['2026-03-29', '2026-03-29'], 'Europe/Berlin', now)!
    expect(timeLabels(spring, 'hour', 'Europe/Berlin')).toHaveLength(23)
    const autumn = resolveDateRange(['2026-10-25', '2026-10-25'], 'Europe/Berlin', now)!
    const labels = timeLabels(autumn, 'hour', 'Europe/Berlin')
    expect(labels).toHaveLength(24)
    expect(labels.slice(0, 4)).toEqual(['2026-10-25 00:00:00', '2026-10-25 01:00:00', '2026-10-25 02:00:00', '2026-10-25 03:00:00'])
  })
})
