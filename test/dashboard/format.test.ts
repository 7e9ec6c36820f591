import { expect, test } from 'vitest'
import {
  formatBucket,
  formatDuration,
  formatExactMoney,
  formatMoney,
  formatNumber,
  formatPercent,
  formatRange,
  formatTick,
} from '../../packages/dashboard/src/format.ts'
import { formatMetric } from '../../packages/dashboard/src/metrics.ts'

test.each([
  [0, '0'],
  [9999, '9,999'],
  [12_345, '12.3K'],
  [1_000_000, '1M'],
])('the number %d reads %s', (value, text) => {
  expect(formatNumber(value, 'en')).toBe(text)
})

test.each([
  [0, '0s'],
  [59.4, '59s'],
  [59.6, '1m'],
  [84, '1m 24s'],
  [3600, '1h'],
  [7500, '2h 5m'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test.each([
  [0, '0%'],
  [0.44, '0.4%'],
  [0.96, '1%'],
  [33.3, '33%'],
  [100, '100%'],
])('%d percent read %s', (value, text) => {
  expect(formatPercent(value, 'en')).toBe(text)
})

test.each([
  ['2026-11-21 15:00:00', 'time:hour', '15', 'Sat, 21 Nov, 15:00'],
  ['2026-11-21', 'time:day', '21 Nov', 'Sat, 21 Nov 2026'],
  ['2026-11-01', 'time:month', 'Nov 26', 'November 2026'],
] as const)('the label %s reads %s: %s, %s', (label, interval, tick, bucket) => {
  expect(formatTick(label, interval, 'en-GB')).toBe(tick)
  // Newer Unicode data leaves out some of the commas.
  expect(formatBucket(label, interval, 'en-GB').replaceAll(',', '')).toBe(bucket.replaceAll(',', ''))
})

test.each([
  ['2026-10-23', '2026-11-21', '23 Oct – 21 Nov 2026'],
  ['2026-11-21', '2026-11-21', '21 Nov 2026'],
  ['2025-12-01', '2026-11-22', '1 Dec 2025 – 22 Nov 2026'],
] as const)('from %s to %s reads %s', (first, last, text) => {
  expect(formatRange([first, last], 'en-GB').replaceAll(/\s/g, ' ')).toBe(text)
})

test.each([
  [93.2, 'EUR', 'en-GB', '€93.20', '€93.20'],
  [44_712.5, 'EUR', 'en-US', '€44.7K', '€44,712.50'],
  [44_712.5, 'EUR', 'de-DE', '44.712,5 €', '44.712,50 €'],
  [93, 'JPY', 'en-GB', 'JP¥93', 'JP¥93'],
] as const)('%d %s in %s reads %s, to the last digit %s', (value, currency, locale, short, long) => {
  expect(formatMoney(value, currency, locale).replaceAll(/\s/g, ' ')).toBe(short)
  expect(formatExactMoney(value, currency, locale).replaceAll(/\s/g, ' ')).toBe(long)
})

test('a metric without a value is a dash', () => {
  expect(formatMetric('bounce_rate', null)).toBe('–')
})
