import type { TimeDimension } from '../dimensions.ts'
import type { Query } from '../query.ts'
import { steadyOffset } from '../siteDay.ts'
import { createBuckets } from '../timeBuckets.ts'
import type { IndexDay } from './sessionIndex.ts'

const minute = 60_000
const quarter = 15 * minute
const hour = 60 * minute
const dayLength = 24 * hour

/** The buckets of a day's ticks: looked up once for each quarter of an hour, or minute, not for each hit. */
export interface DayBuckets {
  /** Of all ticks in the range: then the table is empty. */
  only: number | undefined
  /** By `(tick + shift) / ticks`, rounded down. */
  table: Int32Array
  shift: number
  ticks: number
}

export interface TimeAxis {
  /** The buckets by number: those of all days that were asked for. */
  labels: readonly string[]
  bucketsOf(day: IndexDay): DayBuckets
}

/** Numbers the buckets of a time dimension. */
export function createTimeAxis(dimension: TimeDimension, { timezone, range }: Pick<Query, 'timezone' | 'range'>): TimeAxis {
  const label = createBuckets(timezone)
  const labels: string[] = []
  const numbers = new Map<string, number>()
  const cell = dimension === 'time:minute' ? minute : quarter
  /** Within it, in the zone's own time, there is one bucket. */
  const stride = dimension === 'time:minute' ? minute : dimension === 'time:hour' ? hour : dayLength
  return { labels, bucketsOf }

  function bucketsOf(day: IndexDay): DayBuckets {
    const from = Math.floor(Math.max(day.first, range.from) / minute) * minute
    const to = Math.min(day.last, Math.ceil(range.to) - 1)
    const offset = steadyOffset(timezone, from, to)
    if (offset !== undefined && Math.floor((from + offset) / stride) === Math.floor((to + offset) / stride)) return one(numberOf(from))
    const start = Math.floor(day.base / cell)
    const [first, last] = [Math.floor(from / cell) - start, Math.floor(to / cell) - start]
    const table = new Int32Array(last + 1)
    let bucket = -1
    let known = Number.NaN
    let same = true
    for (let at = first; at <= last; at++) {
      const time = (start + at) * cell
      const local = offset === undefined ? Number.NaN : Math.floor((time + offset) / stride)
      if (local !== known || offset === undefined) {
        const next = numberOf(time)
        if (bucket !== -1 && next !== bucket) same = false
        bucket = next
        known = local
      }
      table[at] = bucket
    }
    return same ? one(bucket) : { only: undefined, table, shift: (day.base - start * cell) / day.tick, ticks: cell / day.tick }
  }

  function numberOf(time: number): number {
    const text = label(dimension, time)
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, labels.length)
    return labels.push(text) - 1
  }
}

function one(only: number): DayBuckets {
  return { only, table: new Int32Array(0), shift: 0, ticks: 1 }
}
