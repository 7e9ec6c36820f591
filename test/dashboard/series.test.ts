import { expect, test } from 'vitest'
import { bucketOf, splitOpen, toSeries } from '../../packages/dashboard/src/series.ts'

const days = ['2026-11-19', '2026-11-20', '2026-11-21']
const rows = [
  { dimensions: ['2026-11-19'], metrics: [4, 50] },
  { dimensions: ['2026-11-21'], metrics: [1, null] },
]

test.each([
  { title: 'a count is zero without hits', column: 0, empty: 0, day: '2026-11-21', values: [4, 0, 1], open: 2 },
  { title: 'an average is nothing', column: 1, empty: null, day: '2026-11-21', values: [50, null, null], open: 2 },
  { title: 'what is to come is nothing', column: 0, empty: 0, day: '2026-11-19', values: [4, null, null], open: 0 },
  { title: 'a past period has no open bucket', column: 0, empty: 0, day: '2026-12-24', values: [4, 0, 1], open: -1 },
] as const)('PV32 $title', ({ column, empty, day, values, open }) => {
  const clock = `${day} 23:59:59`
  expect(toSeries(rows, days, column, { interval: 'time:day', clock, empty })).toEqual({ labels: days, values, open })
})

test.each([
  ['time:hour', '2026-11-21 10:00:00'],
  ['time:day', '2026-11-21'],
  ['time:month', '2026-11-01'],
] as const)('the clock is in the %s labelled %s', (interval, label) => {
  expect(bucketOf('2026-11-21 10:42:07', interval)).toBe(label)
})

test.each([
  { values: [4, 0, 1], open: 2, done: [4, 0, null], rest: [null, 0, 1] },
  { values: [4, 0, null], open: 1, done: [4, null, null], rest: [4, 0, null] },
  { values: [4], open: 0, done: [4], rest: [null] },
  { values: [4, 0], open: -1, done: [4, 0], rest: [null, null] },
])('$values with open bucket $open becomes two lines that meet', ({ values, open, done, rest }) => {
  expect(splitOpen({ labels: [], values, open })).toEqual([done, rest])
})
