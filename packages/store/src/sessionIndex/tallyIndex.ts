import type { SummedRow } from '../sumInto.ts'
import {
  addEngaged,
  addMixedScrolls,
  addNumbers,
  addScrolls,
  addViews,
  countEntries,
  countHits,
  countMixedHits,
  countVisits,
  countWholeVisits,
  nameVisitors,
  noteMixedScrolls,
  type EntrySums,
  type MixedScrolls,
  type VisitorTrace,
} from './countRows.ts'
import { createEntryViews, viewsAmong } from './entryViews.ts'
import { createHitBatch, createVisitBatch, fillHits, keepHits, keepVisits, pickHits, reserveHits, room, spread, type HitBatch } from './hitBatch.ts'
import { bindAxis, type BoundAxis } from './indexAxes.ts'
import type { IndexPlan } from './indexPlan.ts'
import type { CutDays, IndexSpan } from './indexSpans.ts'
import { bindCondition, createRangeCut, type BoundColumns } from './indexTests.ts'
import { boundHits, lookUp, readNumbers } from './lookUp.ts'
import { createRowNumbers } from './rowNumbers.ts'
import { createRowRevenue } from './rowRevenue.ts'
import { addRow, createRowSums, reserveRows } from './rowSums.ts'
import { createSeenPairs } from './seenPairs.ts'
import type { Codes, IndexColumns } from './sessionIndex.ts'
import type { DayBuckets } from './timeAxis.ts'
import { createVisitMasks } from './visitMasks.ts'

/** Visits are looked at so many at a time. */
const batchSize = 4096

/** An axis of time has its numbers from the span that is looked at. */
type Axis = BoundAxis | { kind: 'time'; labels: readonly string[]; time: number }

/**
 * Counts the visits of some spans of an index into rows, as `createRowTallier` does.
 *
 * Works by the column, some thousand visits at a time: each step is a short loop over arrays of one kind, so that a
 * process that has just begun has it compiled soon, and one that was asked often does nothing but count.
 *
 * @param columns those of the plan and of its spans
 */
export function tallyIndex(rows: Map<string, SummedRow>, plan: IndexPlan, { spans, times }: CutDays, columns: IndexColumns): void {
  const visits = createVisitBatch(batchSize)
  const views = createEntryViews(columns, batchSize)
  const bound: BoundColumns = { columns, views, visits }
  const masks = createVisitMasks(plan.visits, columns)
  const visitTests = masks.others.map((condition) => bindCondition(condition, bound))
  const hitTests = plan.hits.map((condition) => bindCondition(condition, bound))
  let time = 0
  const axes = plan.axes.map((axis): Axis => (axis.kind === 'time' ? { kind: 'time', labels: times[time]!.labels, time: time++ } : bindAxis(axis, bound)))
  const goals = axes.find((axis) => axis.kind === 'goal')
  const byPage = plan.axes.some((axis) => axis.kind === 'page' && axis.column === 'path')
  const hasPages = axes.some(({ kind }) => kind === 'page')
  /** Whether hits of one visit may be in several rows. */
  const byWords = axes.some(({ kind }) => kind === 'name' || kind === 'goal')
  const isLanding = Int32Array.from(plan.landing === undefined ? [] : columns.path.values, (path) => Number(plan.landing!.test(path)))
  const isView = Int32Array.from(viewsAmong(plan.asks.views && spans.some(({ byHit }) => byHit) ? columns.kind.values : []))

  const numbers = createRowNumbers(axes.map(({ labels }) => labels.length))
  const sums = createRowSums(numbers.count)
  const hits = createHitBatch(visits)
  const begun = createHitBatch(visits)
  const entries = createHitBatch(visits)
  const reached = createHitBatch(visits)
  const keepInRange = createRangeCut(columns)
  const trace: VisitorTrace = { visit: -1, visitor: -1 }
  const seen = createSeenPairs()
  const mixedScrolls: MixedScrolls = { seen: createSeenPairs(), rows: [], deepest: [] }
  const revenue = spans.some(({ sumsRevenue }) => sumsRevenue) ? createRowRevenue(columns.revenue) : undefined

  // What is noted of each visit of a batch…
  const ofBatch = () => new Int32Array(batchSize)
  const [visitors, visitRows, isBegun, landed, entryHits, wanted] = [ofBatch(), ofBatch(), ofBatch(), ofBatch(), ofBatch(), ofBatch()]
  const [startTicks, read] = [new Float64Array(batchSize), new Float64Array(batchSize)]
  const entrySums: EntrySums = { at: visits.at, landed, views: new Float64Array(batchSize), time: new Float64Array(batchSize) }
  // …and of each hit.
  let hitRows: Int32Array = new Int32Array(0)
  let otherRows = hitRows
  let who = hitRows
  let owners = hitRows
  let isViews = hitRows
  let pageAt = hitRows
  let ticks: Float64Array = new Float64Array(0)
  const items = axes.map((): Int32Array => hitRows)

  if (!masks.isNone) for (const span of spans) tallySpan(span)
  addRows()

  function tallySpan(span: IndexSpan): void {
    const looksAtHits = plan.looksAtHits || span.byHit
    trace.visit = span.visits - 1
    let hit = span.hits
    for (let from = span.visits; from < span.visitsEnd; from += batchSize) {
      const to = Math.min(from + batchSize, span.visitsEnd)
      visits.count = masks.pick(from, to, visits.at)
      visits.serial++
      visits.range = span.range
      if (looksAtHits) hit = boundHits(columns.hitCount, visits.at, visits.count, from, to, hit, visits)
      if (span.range !== undefined) keepThoseBefore(span.range.to)
      for (const test of visitTests) if (visits.count > 0) keepVisits(visits, test.ofVisits(visits))
      if (visits.count === 0) continue
      if (span.visitors === undefined) nameVisitors(columns.flags, visits.at, visits.count, trace, visitors)
      if (span.byHit) tallyHits(span)
      else tallyVisits(span)
    }
    if (span.visitors !== undefined) {
      seen.clear()
      addMixedScrolls(sums, mixedScrolls)
    }
  }

  /** Visits that begin after the range have no hit in it. */
  function keepThoseBefore(end: number): void {
    readNumbers(columns.start, visits.at, visits.count, startTicks)
    for (let i = 0; i < visits.count; i++) wanted[i] = Number(startTicks[i]! < end)
    keepVisits(visits, wanted)
  }

  /** Where all hits of a visit are in one row, and in the range. */
  function tallyVisits(span: IndexSpan): void {
    const { at, count } = visits
    numbers.number(axes.map((axis) => labelsOfVisits(axis, span)), count, visitRows)
    reserveRows(sums, numbers.count)
    countWholeVisits(sums, visitRows, visitors, columns.flags, at, count)
    if (plan.asks.events) addOf(columns.hitCount, sums.events)
    if (plan.asks.views) addOf(columns.viewCount, sums.wholeViews)
    if (plan.asks.time) addOf(columns.duration, sums.wholeTime)
  }

  function addOf(column: Codes, to: Float64Array): void {
    readNumbers(column, visits.at, visits.count, read)
    addNumbers(to, visitRows, read, visits.count)
  }

  /** By the span's only bucket: others look at hits. */
  function labelsOfVisits(axis: Axis, { buckets }: IndexSpan): Int32Array {
    if (axis.kind === 'visit') return axis.ofVisits(visits)
    const label = axis.kind === 'time' ? buckets[axis.time]!.only : undefined
    if (label === undefined) throw new Error('[treadlight store] rows of hits were asked of visits')
    return new Int32Array(visits.count).fill(label)
  }

  function tallyHits(span: IndexSpan): void {
    if (asksForVisits(span)) prepareVisits(span)
    for (let from = 0; from < visits.count; ) {
      from = fillHits(hits, from)
      keepInRange(hits)
      for (const test of hitTests) if (hits.count > 0) keepHits(hits, test.ofHits(hits))
      const live = goals === undefined ? hits : reachGoals(goals)
      if (live.count > 0) countBatch(span, live)
    }
  }

  /** What is said of visits whatever hits of theirs are asked about. */
  function prepareVisits(span: IndexSpan): void {
    const { range } = span
    const { at, count, starts } = visits
    if (range !== undefined || hasTimes(span)) readNumbers(columns.start, at, count, startTicks)
    if (range === undefined) isBegun.fill(1, 0, count)
    else for (let i = 0; i < count; i++) isBegun[i] = Number(startTicks[i]! >= range.from && startTicks[i]! < range.to)
    if (plan.asks.views) readNumbers(columns.viewCount, at, count, entrySums.views)
    if (plan.asks.time) readNumbers(columns.duration, at, count, entrySums.time)
    if (plan.landing === undefined) landed.fill(1, 0, count)
    if (!hasPages && plan.landing === undefined) return
    const first = views.first(visits)
    const missing = Number(plan.landing?.missing)
    for (let i = 0; i < count; i++) {
      entryHits[i] = first[i]! < 0 ? starts[i]! : first[i]!
      if (plan.landing !== undefined) landed[i] = first[i]! < 0 ? missing : isLanding[columns.path.codes[first[i]!]!]!
    }
  }

  /** A hit for each goal that it reaches. */
  function reachGoals({ ofKind, ofPath }: Extract<Axis, { kind: 'goal' }>): HitBatch {
    const { kind, path } = columns
    const goalsOf = (hit: number) => ofKind[kind.codes[hit]!] ?? ofPath[path.codes[hit]!]!
    let count = 0
    for (let i = 0; i < hits.count; i++) count += goalsOf(hits.at[i]!).length
    reserveHits(reached, count)
    reached.goal = room(reached.goal, count)
    let filled = 0
    for (let i = 0; i < hits.count; i++) {
      const hit = hits.at[i]!
      for (const goal of goalsOf(hit)) {
        reached.at[filled] = hit
        reached.owner[filled] = hits.owner[i]!
        reached.goal[filled++] = goal
      }
    }
    reached.count = count
    return reached
  }

  function countBatch(span: IndexSpan, batch: HitBatch): void {
    hitRows = room(hitRows, batch.count)
    rowsOf(batch, span, false, batch.at, hitRows)
    countOfHits(span, batch)
    if (asksForVisits(span)) countOfVisits(span, batch)
  }

  /**
   * Visits make rows too: of when they began, and of the page that they were entered at. They are gone through where these may be others
   * than the rows of their hits, or something is asked of them.
   */
  function asksForVisits(span: IndexSpan): boolean {
    if (plan.asks.visits || plan.asks.entered || hasTimes(span)) return true
    return hasPages && (byWords || span.range !== undefined || hitTests.length > 0)
  }

  /** Visits that began in the range, and those that stand for a row in what is said about whole visits. */
  function countOfVisits(span: IndexSpan, batch: HitBatch): void {
    // Where all hits of a visit are in one row, one of them will do.
    const first = !hasPages && !byWords
    const isSame = !hasTimes(span) && !first && span.range === undefined
    const those = isSame ? batch : pickBegun(batch, first, false, begun)
    let rowsOfThose = hitRows
    if (!isSame) {
      rowsOfThose = otherRows = room(otherRows, those.count)
      rowsOf(those, span, true, those.at, rowsOfThose)
    }
    countVisits(sums, rowsOfThose, visitsOf(those), those.count)
    if (!hasPages) return countEntries(sums, rowsOfThose, those.owner, those.count, entrySums, columns.flags)
    const entered = pickBegun(batch, !byWords, byPage, entries)
    pageAt = room(pageAt, entered.count)
    spread(entryHits, entered, pageAt)
    otherRows = room(otherRows, entered.count)
    rowsOf(entered, span, true, pageAt, otherRows)
    countEntries(sums, otherRows, entered.owner, entered.count, entrySums, columns.flags)
  }

  /** Visitors, hits, views and how long and deep these were read. */
  function countOfHits(span: IndexSpan, batch: HitBatch): void {
    const { at, count } = batch
    who = room(who, count)
    if (span.visitors === undefined) {
      spread(visitors, batch, who)
      countHits(sums, hitRows, who, count)
    } else {
      for (let i = 0; i < count; i++) who[i] = columns.visitor[at[i]! + span.visitors]!
      countMixedHits(sums, hitRows, who, count, seen)
    }
    if (plan.asks.views) {
      isViews = room(isViews, count)
      lookUp(columns.kind.codes, at, count, isView, isViews)
      addViews(sums, hitRows, isViews, count)
    }
    if (span.sumsRevenue) revenue?.add(hitRows, at, count)
    if (plan.asks.engaged) addEngaged(sums, hitRows, visitsOf(batch), columns.engaged, at, count)
    if (!plan.asks.scroll) return
    if (span.visitors === undefined) addScrolls(sums, hitRows, who, columns.scroll, at, count)
    else noteMixedScrolls(mixedScrolls, hitRows, who, columns.scroll, at, count)
  }

  function visitsOf(batch: HitBatch): Int32Array {
    owners = room(owners, batch.count)
    spread(visits.at, batch, owners)
    return owners
  }

  /** Hits of visits that began in the range; of each the first if one will do. */
  function pickBegun(batch: HitBatch, onlyFirst: boolean, onlyLanded: boolean, out: HitBatch): HitBatch {
    reserveHits(out, batch.count)
    out.goal = room(out.goal, goals === undefined ? 0 : batch.count)
    pickHits(batch, isBegun, onlyLanded ? landed : isBegun, onlyFirst, out)
    return out
  }

  /**
   * The rows of some hits.
   * @param ofVisits whether they stand for their visits: these are in the rows of when they began
   * @param pages the hits that say which page and host name
   */
  function rowsOf(batch: HitBatch, span: IndexSpan, ofVisits: boolean, pages: Int32Array, out: Int32Array): void {
    for (const [index, axis] of axes.entries()) {
      items[index] = room(items[index]!, batch.count)
      labelHits(axis, batch, span, ofVisits, pages, items[index]!)
    }
    numbers.number(items, batch.count, out)
    reserveRows(sums, numbers.count)
  }

  function labelHits(axis: Axis, batch: HitBatch, { buckets }: IndexSpan, ofVisits: boolean, pages: Int32Array, out: Int32Array): void {
    const { at, count, goal } = batch
    if (axis.kind === 'visit') spread(axis.ofVisits(visits), batch, out)
    else if (axis.kind === 'goal') out.set(goal.subarray(0, count))
    else if (axis.kind === 'page') lookUp(axis.codes, pages, count, axis.table, out)
    else if (axis.kind === 'name') lookUp(axis.codes, at, count, axis.table, out)
    else labelTimes(buckets[axis.time]!, batch, ofVisits, out)
  }

  function labelTimes({ only, table, shift, ticks: length }: DayBuckets, batch: HitBatch, ofVisits: boolean, out: Int32Array): void {
    const { at, owner, count } = batch
    if (only !== undefined) {
      out.fill(only, 0, count)
      return
    }
    if (ticks.length < count) ticks = new Float64Array(hits.at.length + count)
    if (ofVisits) for (let i = 0; i < count; i++) ticks[i] = startTicks[owner[i]!]!
    else readNumbers(columns.time, at, count, ticks)
    for (let i = 0; i < count; i++) out[i] = table[Math.floor((ticks[i]! + shift) / length)]!
  }

  function addRows(): void {
    const brought = revenue?.sumUp()
    for (let row = 0; row < numbers.count; row++) {
      const dimensions = axes.map(({ labels }, axis) => labels[numbers.labels[axis]![row]!]!)
      addRow(rows, dimensions, sums, row, brought?.get(row))
    }
  }
}

/** Whether hits of its days lie in different buckets of time. */
function hasTimes({ buckets }: IndexSpan): boolean {
  return buckets.some(({ only }) => only === undefined)
}
