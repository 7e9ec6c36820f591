import { describe, expect, test } from 'vitest'
import { resolveDateRange, timeLabels } from '../../packages/collector/src/stats/dateRange.ts'

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

  test('custom days include the last one, in the site’s own zone', () => {
    expect(span(['2026-01-01', '2026-01-31'], 'Europe/Berlin')).toEqual(['2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z'])
  })

  test('custom times are taken as they are', () => {
    expect(span(['2026-01-01T10:00:00Z', '2026-01-01T12:00:00+01:00'])).toEqual(['2026-01-01T10:00:00.000Z', '2026-01-01T11:00:00.000Z'])
  })

  test.each([undefined, null, '', 'week', '1d', '7', 7, [], ['2026-01-01'], ['2026-01-02', '2026-01-01'], ['x', 'y'], ['2026', 'Nov 5'], ['2026-01-01T10:00', '2026-01-01T12:00'], ['2026-13-01', '2026-14-01'], [1, 2], {}])(
    '%j is none',
    (range) => {
      expect(span(range)).toBeUndefined()
    },
  )
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
