import type { Query } from '../query.ts'
import type { IndexQuery } from './indexQuery.ts'
import { compileIndexPlan, type IndexPlan } from './indexPlan.ts'
import { cutDays, touchesRange, type IndexSpan } from './indexSpans.ts'
import type { ColumnName, IndexColumns, IndexDay } from './sessionIndex.ts'
import { addRow, createRowSums } from './rowSums.ts'
import { tallyIndex } from './tallyIndex.ts'

/**
 * Makes a query ready to be answered from session indexes, without its bases. Undefined where these cannot tell: 
 * click ids, first and last touches.
 *
 * @throws RangeError for a time zone that Intl does not know, where a dimension of time asks for it, and a pattern that does not compile
 */
export function compileIndexQuery(query: Query): IndexQuery | undefined {
  const plan = compileIndexPlan(query)
  if (plan === undefined) return undefined
  return {
    canTell: (day) => canTell(day, plan),
    async addTo(rows, index, days) {
      const cut = cutDays(plan, index, days)
      if (cut.spans.length > 0) tallyIndex(rows, plan, cut, (await index.load(columnsOf(plan, cut.spans))) as IndexColumns)
      // The row of a query without dimensions is there whatever happened.
      else if (plan.axes.length === 0) addRow(rows, [], createRowSums(1), 0)
    },
  }
}

/** Whether what happened in the range can be told from a day's ticks, and from what of its props is kept: see `IndexQuery`. */
export function canTell(day: IndexDay, { range, asksProps }: Pick<IndexPlan, 'range' | 'asksProps'>): boolean {
  if (!touchesRange(day, range)) return true
  if (asksProps && !day.keepsProps) return false
  if (day.tick === 1) return true
  const { base, tick, first, last } = day
  const isWhole = (time: number) => (time - base) % tick === 0
  return (range.from <= first || isWhole(range.from)) && (range.to > last || isWhole(range.to))
}

function columnsOf({ columns, asks, looksAtHits }: IndexPlan, spans: readonly IndexSpan[]): ColumnName[] {
  const names = new Set(columns)
  const byHit = spans.filter((span) => span.byHit)
  if (looksAtHits || byHit.length > 0 || asks.events) names.add('hitCount')
  if (asks.views && byHit.length > 0) names.add('kind')
  for (const { range, buckets, visitors } of byHit) {
    if (range !== undefined || buckets.some(({ only }) => only === undefined)) for (const name of ['start', 'time'] as const) names.add(name)
    if (visitors !== undefined) names.add('visitor')
  }
  if (asks.engaged && byHit.length > 0) names.add('engaged')
  if (asks.scroll && byHit.length > 0) names.add('scroll')
  if (spans.some(({ sumsRevenue }) => sumsRevenue)) names.add('revenue')
  return [...names]
}
