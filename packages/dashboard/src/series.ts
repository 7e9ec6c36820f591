import type { Interval } from './format.ts'
import { addDays } from './period.ts'

/** A row of the stats API. */
export interface Row {
  dimensions: string[]
  metrics: (number | null)[]
  /** The same in the period that this one is held against, if there is one. */
  comparison?: { dimensions: string[]; metrics: (number | null)[]; change: (number | null)[] }
}

/** One metric over time: a label and a value per bucket. */
export interface Series {
  labels: string[]
  /** null: no value, or still to come. */
  values: (number | null)[]
  /** Index of the bucket that is not over yet; -1 without one. */
  open: number
  /** The same of the period that this one is held against, bucket by bucket. */
  before?: { labels: string[]; values: (number | null)[] }
}

/**
 * One metric of the rows for every label, so that gaps show (PV32). Buckets after `clock`, the site's
 * wall clock, have not been: they stay null instead of falling to zero.
 */
export function toSeries(
  rows: readonly Row[],
  labels: readonly string[],
  column: number,
  options: { interval: Interval; clock: string; empty: 0 | null; labelsBefore?: readonly string[] | undefined },
): Series {
  const values = new Map(rows.map((row) => [row.dimensions[0], row.metrics[column] ?? options.empty]))
  const now = bucketOf(options.clock, options.interval)
  return {
    labels: [...labels],
    values: labels.map((label) => (label > now ? null : (values.get(label) ?? options.empty))),
    open: labels.indexOf(now),
    ...(options.labelsBefore && { before: beforeOf(rows, options.labelsBefore, column, options.empty) }),
  }
}

function beforeOf(rows: readonly Row[], labels: readonly string[], column: number, empty: 0 | null): NonNullable<Series['before']> {
  const values = new Map(rows.map(({ comparison }) => [comparison?.dimensions[0], comparison?.metrics[column] ?? empty]))
  return { labels: [...labels], values: labels.map((label) => values.get(label) ?? empty) }
}

/** The label of the bucket that a wall clock is in. */
export function bucketOf(clock: string, interval: Interval): string {
  const day = clock.slice(0, 10)
  switch (interval) {
    case 'time:minute':
      return `${clock.slice(0, 16)}:00`
    case 'time:hour':
      return `${clock.slice(0, 13)}:00:00`
    case 'time:week':
      return addDays(day, -((new Date(day).getUTCDay() + 6) % 7))
    case 'time:month':
      return `${clock.slice(0, 7)}-01`
    default:
      return day
  }
}

/** Two lines that meet: what is certain, and the last step into the bucket that is still open. */
export function splitOpen({ values, open }: Series): [done: (number | null)[], open: (number | null)[]] {
  if (open < 1) return [values, values.map(() => null)]
  return [
    values.map((value, index) => (index < open ? value : null)),
    values.map((value, index) => (index === open || index === open - 1 ? value : null)),
  ]
}
