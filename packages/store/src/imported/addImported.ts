import type { Answer, AskedSums } from '../answer.ts'
import type { Sums } from '../metrics.ts'
import type { Query, QueryResult } from '../query.ts'
import { compileBuckets, type Buckets } from '../rollup/compileBuckets.ts'
import { sumsOf } from '../rollup/compileRollupQuery.ts'
import { compileRowSource, type RowSource } from '../rollup/compileRowSource.ts'
import { keptSums, type KeptSum } from '../rollup/rollup.ts'
import { addToRow } from '../sumInto.ts'
import type { ImportedBy, ImportedDay, ImportedSums } from './importedSums.ts'

/** A day of an import that counts, and what is known of it. */
export interface CountedDay {
  day: ImportedDay
  sums: ImportedSums['sums']
}

interface Told {
  asked: AskedSums
  source: RowSource
  buckets: Buckets
  /** Counts, without which the answer would say less than there was. */
  needed: readonly KeptSum[]
}

/** Sums that are counted. Of the others rates are made, to which a day adds nothing where it does not know them. */
const counts: ReadonlySet<KeptSum> = new Set<KeptSum>(['visitors', 'visits', 'pageviews', 'events'])

/** What an answer says of the imported days in its range. */
type Said = Pick<QueryResult, 'importedBefore' | 'importsSkippedBefore'>

/**
 * Adds the imported days of a query's range. A day is told as a whole or not at all, to the query and to all that it is
 * compared with: where there is a filter on anything but the dimension that is asked for, a second dimension, hours, a
 * part of a day, revenue alone, or a dimension that the product has not said, it is left out.
 *
 * @param days that count and touch the range, each once
 */
export function addImported(answer: Answer, query: Query, days: readonly CountedDay[]): Said {
  const told = days.length === 0 ? undefined : compileAll(answer.asked)
  let before = -Infinity
  let skipped = -Infinity
  for (const each of days) {
    if (told !== undefined && isWhole(each.day, query.range) && told.every((its) => canTell(its, each))) {
      for (const its of told) addDay(its, each)
      before = Math.max(before, each.day.to)
    } else skipped = Math.max(skipped, each.day.to)
  }
  return { ...(before > -Infinity && { importedBefore: before }), ...(skipped > -Infinity && { importsSkippedBefore: skipped }) }
}

/** Whether some of a day lies in a range. */
export function touches({ from, to }: ImportedDay, range: Query['range']): boolean {
  return from < range.to && to > range.from
}

function isWhole({ from, to }: ImportedDay, range: Query['range']): boolean {
  return from >= range.from && to <= range.to
}

function compileAll(asked: readonly AskedSums[]): Told[] | undefined {
  const told = asked.map(compile)
  return told.includes(undefined) ? undefined : (told as Told[])
}

function compile(asked: AskedSums): Told | undefined {
  const { metrics } = asked.query
  // Nobody hands out revenue: beside other metrics it is that of the hits, and alone there is nothing to tell.
  if (metrics.every((metric) => sumsOf[metric].length === 0)) return undefined
  const buckets = compileBuckets(asked.query)
  const source = buckets && compileRowSource(asked.query)
  if (buckets === undefined || source === undefined) return undefined
  return { asked, source, buckets, needed: metrics.flatMap((metric) => sumsOf[metric]).filter((name) => counts.has(name)) }
}

function canTell({ source, buckets, needed }: Told, { day, sums }: CountedDay): boolean {
  const known = sums[source.dimension ?? 'all']
  return known !== undefined && needed.every((name) => known.includes(name)) && bucketOf(buckets, day) !== undefined
}

function bucketOf({ bucketOf: labelOf }: Buckets, { day, from, to }: ImportedDay): string | undefined {
  return labelOf({ day, first: from, last: to - 1, fingerprint: '', hasRevenue: false })
}

function addDay({ asked: { rows, query }, source, buckets }: Told, { day, sums }: CountedDay): void {
  const { index, nameOf } = source
  const by: ImportedBy = source.dimension ?? 'all'
  const bucket = bucketOf(buckets, day)!
  for (const [value, ...its] of day.rows[by] ?? []) {
    const label = nameOf === undefined ? value : nameOf(value)
    if (label === undefined) continue
    const dimensions = (query.dimensions ?? []).map((_, at) => (at === index ? label : at === buckets.index ? bucket : ''))
    addToRow(rows, dimensions, sumsFrom(sums[by]!, its))
  }
}

function sumsFrom(names: readonly KeptSum[], values: readonly number[]): Sums {
  const sums = Object.fromEntries(keptSums.map((name) => [name, 0])) as Record<KeptSum, number>
  for (const [index, name] of names.entries()) sums[name] = values[index] ?? 0
  // What no filter has touched has landed wherever it was entered.
  return { ...sums, landed: sums.entered }
}
