import type { TimeDimension } from '../dimensions.ts'
import type { Params } from './params.ts'
import type { ZoneStep } from './zoneSteps.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The bucket of a moment as a number, which `bucketLabel` reads. @param time an expression of ms since 1970 */
export function bucketSql(params: Params, steps: readonly ZoneStep[], dimension: TimeDimension, time: string): string {
  const local = `(${time} + ${offsetSql(params, steps, time)})`
  const count = (length: number) => `toInt64(floor(${local} / ${length}))`
  switch (dimension) {
    case 'time:minute':
      return count(minute)
    case 'time:hour':
      return count(hour)
    case 'time:day':
      return count(day)
    // 1970 began with a Thursday.
    case 'time:week':
      return `toInt64(floor((${count(day)} + 3) / 7))`
    case 'time:month':
      return `toYYYYMM(addDays(toDate32('1970-01-01'), ${count(day)}))`
  }
}

/** As `createBuckets` names it. */
export function bucketLabel(dimension: TimeDimension, bucket: number): string {
  switch (dimension) {
    case 'time:minute':
      return `${textOf(bucket * minute, 16)}:00`
    case 'time:hour':
      return `${textOf(bucket * hour, 13)}:00:00`
    case 'time:day':
      return textOf(bucket * day, 10)
    case 'time:week':
      return textOf((bucket * 7 - 3) * day, 10)
    case 'time:month':
      return `${String(bucket).slice(0, -2).padStart(4, '0')}-${String(bucket).slice(-2)}-01`
  }
}

function textOf(time: number, length: number): string {
  return new Date(time).toISOString().slice(0, length).replace('T', ' ')
}

function offsetSql(params: Params, steps: readonly ZoneStep[], time: string): string {
  const [first, ...later] = steps.map(({ from, offset }) => ({ from: params.add('Int64', from), offset: params.add('Int64', offset) }))
  if (first === undefined) return '0'
  if (later.length === 0) return first.offset
  return `multiIf(${later.toReversed().map((step) => `${time} >= ${step.from}, ${step.offset}`).join(', ')}, ${first.offset})`
}
