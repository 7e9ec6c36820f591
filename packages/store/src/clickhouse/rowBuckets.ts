import type { TimeDimension } from '../dimensions.ts'
import type { Params } from './params.ts'
import type { ZoneStep } from './zoneSteps.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The bucket of a moment as a number, which `bucketLabel` reads. @param time an expression of ms since 1970 */
export function bucketSql(params: Params, steps: readonly ZoneStep[], dimension: TimeDimension, time: string): string {
  const local = `(${time} + ${offsetSql(params, steps, time)})`
  // Of whole numbers above 0: as quick as it gets, and downwards before 1970 too.
  const count = (length: number) => `(intDiv(${local} + ${toZero(length) * length}, ${length}) - ${toZero(length)})`
  switch (dimension) {
    case 'time:minute':
      return count(minute)
    case 'time:hour':
      return count(hour)
    case 'time:day':
      return count(day)
    // 1970 began with a Thursday.
    case 'time:week':
      return `(intDiv(${local} + ${3 * day + toZero(7 * day) * 7 * day}, ${7 * day}) - ${toZero(7 * day)})`
    case 'time:month':
      return `toYYYYMM(addDays(toDate32('1970-01-01'), ${count(day)}))`
  }
}

/** So many lengths are from before what any Date can be to 1970. */
function toZero(length: number): number {
  return Math.ceil(8.65e15 / length)
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
