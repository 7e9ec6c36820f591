import type { TickRange } from './hitBatch.ts'
import type { IndexPlan } from './indexPlan.ts'
import type { IndexDay, SessionIndex } from './sessionIndex.ts'
import { createTimeAxis, type DayBuckets, type TimeAxis } from './timeAxis.ts'

/** Visits of an index that stand side by side and are counted in the same way: those of a day, or of several. */
export interface IndexSpan {
  visits: number
  visitsEnd: number
  /** Where their hits begin. */
  hits: number
  /** What of them is asked for; undefined where it is all. */
  range: TickRange | undefined
  /** Of mixed visits: where in the column `visitor` those of hit 0 would be. */
  visitors: number | undefined
  /** Whether single hits have to be looked at. */
  byHit: boolean
  /** Whether the query asks for revenue, and hits have brought some. */
  sumsRevenue: boolean
  /** Of each time axis. */
  buckets: readonly DayBuckets[]
}

export interface CutDays {
  spans: readonly IndexSpan[]
  times: readonly TimeAxis[]
}

/** Whether pageviews or events of a day may lie in a range. */
export function touchesRange({ first, last }: IndexDay, { from, to }: TickRange): boolean {
  return from < to && first < to && last >= from
}

/** Cuts days into spans, as few as there may be: a span costs as much as some hundred visits. */
export function cutDays(plan: IndexPlan, index: SessionIndex, days: readonly IndexDay[]): CutDays {
  const times = plan.axes.filter((axis) => axis.kind === 'time').map(({ dimension }) => createTimeAxis(dimension, plan))
  const visitors = placeVisitors(index)
  const spans: IndexSpan[] = []
  for (const day of days) {
    if (!touchesRange(day, plan.range)) continue
    const range = ticksOf(day, plan.range)
    const buckets = times.map((axis) => axis.bucketsOf(day))
    const sumsRevenue = plan.asks.revenue && day.hasRevenue
    const byHit = plan.byHit || sumsRevenue || range !== undefined || buckets.some(({ only }) => only === undefined)
    if (day.mixed > day.visits) add({ visits: day.visits, visitsEnd: day.mixed, hits: day.hits, range, visitors: undefined, byHit, sumsRevenue, buckets })
    if (day.visitsEnd > day.mixed)
      add({ visits: day.mixed, visitsEnd: day.visitsEnd, hits: day.mixedHits, range, visitors: visitors.get(day.day)! - day.mixedHits, byHit: true, sumsRevenue, buckets })
  }
  return { spans, times }

  function add(span: IndexSpan): void {
    const before = spans.at(-1)
    if (before !== undefined && isJoined(before, span)) Object.assign(before, { visitsEnd: span.visitsEnd, sumsRevenue: before.sumsRevenue || span.sumsRevenue })
    else spans.push(span)
  }
}

/** Whether there is nothing between the two, and nothing that sets them apart. */
function isJoined(before: IndexSpan, span: IndexSpan): boolean {
  if (before.visitsEnd !== span.visits || before.visitors !== undefined || span.visitors !== undefined) return false
  if (before.range !== undefined || span.range !== undefined || before.byHit !== span.byHit) return false
  return span.buckets.every(({ only }, axis) => only !== undefined && only === before.buckets[axis]!.only)
}

function ticksOf({ base, tick, first, last }: IndexDay, { from, to }: TickRange): TickRange | undefined {
  if (from <= first && to > last) return undefined
  return { from: from <= first ? 0 : (from - base) / tick, to: to > last ? Infinity : (to - base) / tick }
}

/** Where the visitors of each day's mixed hits begin. */
function placeVisitors({ days }: SessionIndex): Map<string, number> {
  const places = new Map<string, number>()
  let place = 0
  for (const { day, mixedHits, hitsEnd } of days) {
    places.set(day, place)
    place += hitsEnd - mixedHits
  }
  return places
}
