import { expect, test } from 'vitest'
import { stack, toParts } from '../../packages/dashboard/src/parts.ts'

const labels = ['2026-11-19', '2026-11-20', '2026-11-21']
const rows = [
  { dimensions: ['2026-11-19', 'b'], metrics: [2] },
  { dimensions: ['2026-11-21', 'b'], metrics: [3] },
  { dimensions: ['2026-11-19', ''], metrics: [1] },
]
const totals = [
  { dimensions: ['2026-11-19'], metrics: [7] },
  { dimensions: ['2026-11-21'], metrics: [3] },
]
const names = new Map([
  ['b', 'b'],
  ['', 'Direct'],
])
const options = { labels, totals, rows, names, others: 'Others' }

test('PV30 PV32: parts in alphabetical order, a value for every bucket, and the rest at the end', () => {
  const { parts, total } = toParts({ ...options, now: '2026-11-21' })
  expect(parts).toEqual([
    { name: 'b', values: [2, 0, 3], total: 5 },
    { name: 'Direct', values: [1, 0, 0], total: 1 },
    { name: 'Others', values: [4, 0, 0], total: 4 },
  ])
  expect(total).toBe(10)
})

test('PV30: without others there is no such part', () => {
  expect(toParts({ ...options, totals: [{ dimensions: ['2026-11-19'], metrics: [3] }, totals[1]!], now: '2026-11-21' }).parts.map(({ name }) => name)).toEqual(['b', 'Direct'])
})

test.each([
  ['2026-11-21', 10 / 3],
  ['2026-11-20', 5],
  ['2027-01-01', 10 / 3],
  ['2026-01-01', 0],
])('PV30: at %s the average per bucket that has begun is %d', (now, average) => {
  expect(toParts({ ...options, now }).average).toBe(average)
})

test('bars are sums of themselves and those below, the tallest first', () => {
  expect(stack(toParts({ ...options, now: '2026-11-21' }))).toEqual([
    [7, 0, 3],
    [3, 0, 3],
    [2, 0, 3],
  ])
})
