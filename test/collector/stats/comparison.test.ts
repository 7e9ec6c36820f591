import { describe, expect, test } from 'vitest'
import { readComparison } from '../../../packages/collector/src/stats/comparisonRange.ts'
import { changeOf } from '../../../packages/collector/src/stats/compareRows.ts'
import { resolveDateRange, timeLabels } from '../../../packages/collector/src/stats/dateRange.ts'
import { makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats } from './askStats.ts'

const day = 86_400_000
const noon = Date.UTC(2026, 10, 21, 12)
const now = Date.parse('2026-11-21T10:20:00Z')

describe('with what a range is compared', () => {
  const rows: [name: string, range: unknown, comparison: object, expected: string][] = [
    ['today with yesterday', 'day', { mode: 'previous_period' }, '2026-11-20 2026-11-20'],
    ['7 days with the 7 before', '7d', { mode: 'previous_period' }, '2026-11-08 2026-11-14'],
    ['a month so far with as many days', 'this_month_to_date', { mode: 'previous_period' }, '2026-10-11 2026-10-31'],
    ['a year before', '7d', { mode: 'year_over_year' }, '2025-11-15 2025-11-21'],
    ['the 29th of February', ['2024-02-29', '2024-03-02'], { mode: 'year_over_year' }, '2023-02-28 2023-03-02'],
    ['days chosen', '7d', { mode: 'custom', date_range: ['2026-01-01', '2026-01-31'] }, '2026-01-01 2026-01-31'],
    // The 21st of November 2026 is a Saturday, a year before it was a Friday.
    ['weekdays of a year ago', 'day', { mode: 'year_over_year', match_day_of_week: true }, '2025-11-22 2025-11-22'],
    ['weekdays of the day before', 'day', { mode: 'previous_period', match_day_of_week: true }, '2026-11-14 2026-11-14'],
    ['weekdays of 30 days', ['2026-10-23', '2026-11-21'], { mode: 'previous_period', match_day_of_week: true }, '2026-09-18 2026-10-17'],
    ['weekdays that fit anyway', '28d', { mode: 'previous_period', match_day_of_week: true }, '2026-09-27 2026-10-24'],
  ]
  test.each(rows)('%s', (_, range, comparison, expected) => {
    for (const zone of ['UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'America/New_York']) {
      // Noon there, so that today is the same day everywhere.
      const then = zone === 'Pacific/Kiritimati' ? now - day / 2 : zone === 'America/New_York' ? now + day / 4 : now
      const found = readComparison(comparison, resolveDateRange(range, zone, then)!, zone, then)!
      const labels = timeLabels(found, 'day', zone)
      expect([zone, `${labels[0]} ${labels.at(-1)}`]).toEqual([zone, expected])
    }
  })

  test('what is not made of days is moved by its length, or by the days since a year ago', () => {
    const range = resolveDateRange('24h', 'UTC', now)!
    expect(readComparison({ mode: 'previous_period' }, range, 'UTC', now)).toEqual({ from: range.from - day, to: range.from })
    expect(readComparison({ mode: 'year_over_year' }, range, 'UTC', now)).toEqual({ from: range.from - 365 * day, to: range.to - 365 * day })
  })
})

test.each([
  ['visitors', 12, 10, 20],
  ['visitors', 0, 10, -100],
  ['visitors', 5, 0, 100],
  ['visitors', 0, 0, 0],
  ['visit_duration', 100, 30, 233],
  ['bounce_rate', 40, 50, -10],
  ['conversion_rate', 2.5, 1.2, 1.3],
  ['bounce_rate', null, 50, null],
  ['views_per_visit', 2, null, null],
  ['total_revenue', 5, 10, -50],
] as const)('%s that is %s and was %s has changed by %s', (metric, is, was, change) => {
  expect(changeOf(metric, is, was)).toBe(change)
})

const at = (days: number, fields: Parameters<typeof makeHit>[0] = {}) => makeHit({ time: noon - days * day, visitor: `v${days}`, ...fields })

describe('compared rows', () => {
  test('of all', async () => {
    const { query } = await openStats([at(0), at(0, { visitor: 'x' }), at(1)])
    const answer = await query({ metrics: ['visitors', 'bounce_rate'], include: { comparisons: { mode: 'previous_period' } } })
    expect(answer.results).toEqual([{ dimensions: [], metrics: [2, 100], comparison: { dimensions: [], metrics: [1, 100], change: [100, 0] } }])
    expect(answer.query.comparison_date_range).toEqual(['2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'])
  })

  test('of pages, by their dimensions, whatever their place', async () => {
    const { query } = await openStats([at(0, { path: '/a' }), at(0, { path: '/new' }), at(1, { path: '/a' }), at(1, { path: '/a', visitor: 'y' }), at(1, { path: '/old' })])
    const answer = await query({ metrics: ['visitors', 'bounce_rate'], dimensions: ['event:page'], include: { comparisons: { mode: 'previous_period' } }, pagination: { limit: 2 } })
    expect(answer.results).toEqual([
      { dimensions: ['/a'], metrics: [1, 0], comparison: { dimensions: ['/a'], metrics: [2, 50], change: [-50, -50] } },
      { dimensions: ['/new'], metrics: [1, null], comparison: { dimensions: ['/new'], metrics: [0, null], change: [100, null] } },
    ])
  })

  test('of days, by their place, with a row where either has something', async () => {
    const { query } = await openStats([at(0), at(2), at(2, { visitor: 'x' }), at(7), at(8)])
    const answer = await query({ date_range: '7d', metrics: ['visitors'], dimensions: ['time:day'], include: { time_labels: true, comparisons: { mode: 'previous_period' } } })
    expect(answer.results).toEqual([
      { dimensions: ['2026-11-19'], metrics: [2], comparison: { dimensions: ['2026-11-12'], metrics: [0], change: [100] } },
      { dimensions: ['2026-11-20'], metrics: [0], comparison: { dimensions: ['2026-11-13'], metrics: [1], change: [-100] } },
      { dimensions: ['2026-11-21'], metrics: [1], comparison: { dimensions: ['2026-11-14'], metrics: [1], change: [0] } },
    ])
    expect(answer.meta.time_labels).toHaveLength(7)
    expect(answer.meta.comparison_time_labels).toEqual(['2026-11-08', '2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14'])
  })

  test('of days and sources, in the order that is asked for, page by page', async () => {
    const { query } = await openStats([at(0, { source: 'a' }), at(7, { source: 'b' }), at(8, { source: 'a' })])
    const ask = (pagination: object) =>
      query({ date_range: '7d', metrics: ['visitors'], dimensions: ['visit:source', 'time:day'], order_by: [['visit:source', 'desc'], ['time', 'asc']], include: { total_rows: true, comparisons: { mode: 'previous_period' } }, pagination })
    const { results, meta } = await ask({})
    expect(results.map(({ dimensions, metrics }) => [...dimensions, ...metrics])).toEqual([['b', '2026-11-21', 0], ['a', '2026-11-20', 0], ['a', '2026-11-21', 1]])
    expect(meta.total_rows).toBe(3)
    expect((await ask({ limit: 1, offset: 1 })).results).toEqual(results.slice(1, 2))
  })

  test('a longer range has buckets that nothing is compared with, a shorter one has none for some', async () => {
    const { query } = await openStats([at(0), at(30)])
    const ask = (date_range: unknown, other: string[]) => query({ date_range, metrics: ['visitors'], dimensions: ['time:day'], include: { comparisons: { mode: 'custom', date_range: other } } })
    expect((await ask('day', ['2026-10-20', '2026-10-31'])).results).toEqual([{ dimensions: ['2026-11-21'], metrics: [1], comparison: { dimensions: ['2026-10-20'], metrics: [0], change: [100] } }])
    const { results } = await ask('7d', ['2026-10-22', '2026-10-22'])
    expect(results.at(-1)).toEqual({ dimensions: ['2026-11-21'], metrics: [1], comparison: { dimensions: [''], metrics: [0], change: [100] } })
    expect(results[0]).toMatchObject({ dimensions: ['2026-11-15'], metrics: [0], comparison: { dimensions: ['2026-10-22'], metrics: [1] } })
  })

  test('money of one currency with that of another has no change', async () => {
    const order = (days: number, currency: string) => makeEvent('order', { time: noon - days * day, revenue: { amount: '10', currency } })
    const { query } = await openStats([order(0, 'EUR'), order(1, 'USD'), order(2, 'EUR')])
    const ask = async (date_range: unknown) =>
      (await query({ date_range: date_range, metrics: ['total_revenue'], filters: [['is', 'event:goal', ['order']]], include: { comparisons: { mode: 'custom', date_range: ['2026-11-19', '2026-11-19'] } } })).results[0]!.comparison!
    expect((await ask(['2026-11-20', '2026-11-20'])).change).toEqual([null])
    expect((await ask('day')).change).toEqual([0])
  })
})
