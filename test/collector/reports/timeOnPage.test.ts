import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { visitsOf, type Presence } from '../../../packages/collector/src/reports/timeOnPage.ts'

const interval = 60_000
/** Beats of a page at seconds. */
const beats = (path: string, ...seconds: number[]): Presence[] => seconds.map((at) => ({ path, time: at * 1000, engaged: interval }))

describe('PT19 entries become visits', () => {
  test.each([
    ['nothing', [], []],
    ['one beat', beats('/a', 0), [['/a', 0, 60, 1, 60]]],
    ['five beats, one a minute, are five minutes, of which four are certain', beats('/a', 0, 60, 120, 180, 240), [['/a', 0, 300, 5, 300]]],
    ['two intervals apart is one visit', beats('/a', 0, 120), [['/a', 0, 180, 2, 120]]],
    ['a gap of more than two intervals splits', beats('/a', 0, 120.001), [['/a', 0, 60, 1, 60], ['/a', 120.001, 180.001, 1, 60]]],
    ['another page is another visit', [...beats('/a', 0, 60), ...beats('/b', 70)], [['/a', 0, 120, 2, 120], ['/b', 70, 130, 1, 60]]],
    ['back on the first page is a third', [...beats('/a', 0), ...beats('/b', 30), ...beats('/a', 60)], [['/a', 0, 60, 1, 60], ['/b', 30, 90, 1, 60], ['/a', 60, 120, 1, 60]]],
    ['two tabs at once: the end is the later one', [...beats('/a', 0), { path: '/a', time: 1000, engaged: 0 }], [['/a', 0, 60, 2, 60]]],
    ['a view of which nothing more is known', [{ path: '/a', time: 0, engaged: 0 }], [['/a', 0, 0, 1, 0]]],
  ])('%s', (_, entries, expected) => {
    expect(visitsOf(entries, interval).map(({ path, start, end, beats, engaged }) => [path, start / 1000, end / 1000, beats, engaged / 1000])).toEqual(expected)
  })

  const presences = fc
    .array(fc.record({ time: fc.integer({ min: 0, max: 100 * interval }), engaged: fc.integer({ min: 0, max: interval }), path: fc.constantFrom('/a', '/b') }))
    .map((entries) => entries.toSorted((a, b) => a.time - b.time))

  test('no beat and no second is lost or made up, and visits begin in order', () => {
    fc.assert(
      fc.property(presences, (entries) => {
        const visits = visitsOf(entries, interval)
        const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
        expect(sum(visits.map(({ beats }) => beats))).toBe(entries.length)
        expect(sum(visits.map(({ engaged }) => engaged))).toBe(sum(entries.map(({ engaged }) => engaged)))
        expect(visits.map(({ start }) => start)).toEqual(visits.map(({ start }) => start).toSorted((a, b) => a - b))
        for (const { start, last, end } of visits) expect(start <= last && last <= end).toBe(true)
      }),
    )
  })

  test('wherever entries are split at a gap, the visits of both parts are those of the whole', () => {
    fc.assert(
      fc.property(presences, presences, (before, after) => {
        const start = (before.at(-1)?.time ?? 0) + 2 * interval + 1
        const moved = after.map((entry) => ({ ...entry, time: entry.time + start }))
        expect(visitsOf([...before, ...moved], interval)).toEqual([...visitsOf(before, interval), ...visitsOf(moved, interval)])
      }),
    )
  })
})
