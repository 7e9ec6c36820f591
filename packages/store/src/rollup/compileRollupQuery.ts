import { asksForRevenue, noSums, type Sums } from '../metrics.ts'
import type { Metric, Query } from '../query.ts'
import { sourcesStamp } from '../sources.ts'
import { addToRow, type SummedRow } from '../sumInto.ts'
import { compileBuckets } from './compileBuckets.ts'
import { compileRowSource } from './compileRowSource.ts'
import { MergedRows } from './mergedRows.ts'
import { engagementSums, isWithoutEngagement, type KeptSum, type Rollup, type RollupDay, type RollupRows, type SumColumns } from './rollup.ts'

/** Answers a question from rollups. */
export interface RollupQuery {
  /**
   * Whether it can be told as a whole: all days lie inside the range, and where the question has a dimension of time each
   * within one bucket.
   */
  canTell(rollup: Pick<Rollup, 'days' | 'names'>): boolean
  /**
   * Adds what `sumInto` adds of the hits of these days: rollups that can be told, no day twice. Sums that none of the
   * query's metrics is computed from are 0.
   * @returns those of which nothing was added, since something shows only now: their days have to be taken from elsewhere
   */
  addTo(rows: Map<string, SummedRow>, rollups: readonly Rollup[]): Promise<UntoldRollup[]>
}

interface UntoldRollup {
  rollup: Rollup
  /** How its value is damaged. Undefined where it is sound and cannot tell: two of its countries have one name. */
  error?: unknown
}

/** Rows that lie in one bucket of time. */
interface Part {
  bucket: string
  rows: RollupRows
}

/**
 * Makes what answers a question from sums that were kept; undefined for one that needs the visits: with filters on
 * anything but the dimension that it asks for, with several dimensions, hours, goals that are pages, props, click ids
 * and touches. Means what `createRowTallier` means.
 *
 * @throws RangeError for a time zone that Intl does not know, where a dimension of time asks for it, and a pattern that does not compile
 */
export function compileRollupQuery(query: Query): RollupQuery | undefined {
  const { range, metrics, dimensions = [] } = query
  const buckets = compileBuckets(query)
  const source = buckets && compileRowSource(query)
  if (buckets === undefined || source === undefined) return undefined
  const { dimension, nameOf } = source
  const needsRevenue = asksForRevenue(metrics)
  const wanted = [...new Set(metrics.flatMap((metric) => sumsOf[metric]))]
  if (dimension !== undefined && isWithoutEngagement(dimension) && wanted.some((name) => engagementSums.has(name))) return undefined

  return {
    canTell({ days, names }) {
      if (dimension === 'visit:source' && names !== sourcesStamp()) return false
      if (!days.every((day) => isInside(day, range) && !(needsRevenue && day.hasRevenue))) return false
      if (buckets.index === undefined) return true
      const labels = new Set(daysWithHits(days).map(buckets.bucketOf))
      return !labels.has(undefined) && (dimension === undefined || labels.size <= 1)
    },
    async addTo(rows, rollups) {
      // Without dimensions there is a row in any case.
      if (dimensions.length === 0) addToRow(rows, [], { ...noSums })
      if (dimension === undefined) return addTotals(rows, rollups)
      const untold: UntoldRollup[] = []
      const merged = new Map<string, MergedRows>()
      for (const [index, { part, error }] of (await Promise.all(rollups.map(read))).entries()) {
        if (error !== undefined || (part !== undefined && !merge(merged, part))) untold.push({ rollup: rollups[index]!, ...(error !== undefined && { error }) })
      }
      for (const [bucket, its] of merged) addRows(rows, bucket, its.finish())
      return untold
    },
  }

  /** Rows without a label: of each bucket, or a single one. */
  async function addTotals(rows: Map<string, SummedRow>, rollups: readonly Rollup[]): Promise<UntoldRollup[]> {
    const untold: UntoldRollup[] = []
    const sums = new Map<string, Sums>()
    const read = await Promise.all(rollups.map((rollup) => rollup.totals().catch((error: unknown) => ({ error }))))
    for (const [index, totals] of read.entries()) {
      if ('error' in totals) untold.push({ rollup: rollups[index]!, error: totals.error })
      else addDays(sums, rollups[index]!, totals)
    }
    for (const [bucket, its] of sums) addToRow(rows, dimensions.length === 0 ? [] : [bucket], its)
    return untold
  }

  function addDays(sums: Map<string, Sums>, { days }: Rollup, totals: SumColumns): void {
    for (const [row, day] of days.entries()) {
      if (day.first > day.last) continue
      const bucket = buckets!.bucketOf(day)!
      const known = sums.get(bucket) ?? { ...noSums }
      sums.set(bucket, known)
      for (const name of wanted) known[name] += totals[name][row]!
      known.landed = known.entered
    }
  }

  async function read(rollup: Rollup): Promise<{ part?: Part; error?: unknown }> {
    try {
      const [day] = daysWithHits(rollup.days)
      return day === undefined ? {} : { part: { bucket: buckets!.bucketOf(day)!, rows: await rollup.rows(dimension!) } }
    } catch (error) {
      return { error }
    }
  }

  function merge(merged: Map<string, MergedRows>, { bucket, rows }: Part): boolean {
    const known = merged.get(bucket) ?? new MergedRows(wanted)
    merged.set(bucket, known)
    return known.add(rows, nameOf)
  }

  function addRows(rows: Map<string, SummedRow>, bucket: string, { labels, sums }: RollupRows): void {
    for (const [row, label] of labels.entries()) {
      const values: string[] = []
      if (buckets!.index !== undefined) values[buckets!.index] = bucket
      if (source!.index !== undefined) values[source!.index] = label
      addToRow(rows, values, readSums(sums, row, wanted))
    }
  }
}

function isInside({ first, last }: RollupDay, { from, to }: Query['range']): boolean {
  return first > last || (first >= from && last < to)
}

function daysWithHits(days: readonly RollupDay[]): RollupDay[] {
  return days.filter(({ first, last }) => first <= last)
}

function readSums(columns: SumColumns, row: number, wanted: readonly KeptSum[]): Sums {
  const sums: Sums = { ...noSums }
  for (const name of wanted) sums[name] = columns[name][row]!
  sums.landed = sums.entered
  return sums
}

/** The sums that each metric is computed from; none of what is not kept. */
export const sumsOf: Record<Metric, readonly KeptSum[]> = {
  visitors: ['visitors'],
  visits: ['visits'],
  pageviews: ['pageviews'],
  events: ['events'],
  views_per_visit: ['enteredViews', 'entered'],
  bounce_rate: ['bounced', 'entered'],
  visit_duration: ['enteredTime', 'entered'],
  time_on_page: ['engaged', 'engagedVisits'],
  scroll_depth: ['scroll', 'scrolled'],
  percentage: ['visitors'],
  conversion_rate: ['visitors'],
  group_conversion_rate: ['visitors'],
  total_revenue: [],
  average_revenue: [],
  exit_rate: ['visits'],
}
