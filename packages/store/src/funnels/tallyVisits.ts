import { nameVisitors, type VisitorTrace } from '../sessionIndex/countRows.ts'
import { createEntryViews } from '../sessionIndex/entryViews.ts'
import { createHitBatch, createVisitBatch, fillHits, keepHits, keepVisits } from '../sessionIndex/hitBatch.ts'
import type { IndexPlan } from '../sessionIndex/indexPlan.ts'
import { cutDays, type IndexSpan } from '../sessionIndex/indexSpans.ts'
import { bindCondition, createRangeCut } from '../sessionIndex/indexTests.ts'
import { boundHits, readNumbers } from '../sessionIndex/lookUp.ts'
import type { ColumnName, IndexColumns, IndexDay, SessionIndex } from '../sessionIndex/sessionIndex.ts'
import { createVisitMasks } from '../sessionIndex/visitMasks.ts'
import type { IndexTally, VisitCounter } from './visitCounter.ts'

/** Visits are looked at so many at a time: see `tallyIndex`. */
const batchSize = 4096

/**
 * Counts the visits of some days of an index that a plan is about, as `createVisitPicker` picks them.
 * @param days some of `index.days`, in their order, all of which can be told
 */
export async function tallyVisits(counter: VisitCounter<unknown>, plan: IndexPlan, index: SessionIndex, days: readonly IndexDay[]): Promise<void> {
  const { spans } = cutDays(plan, index, days)
  if (spans.length === 0) return
  const columns = (await index.load(columnsOf(plan, spans))) as IndexColumns
  const tally = counter.bind(columns)
  const tallySpan = createSpanTally(plan, columns, tally)
  for (const span of spans) tallySpan(span)
  tally.end()
}

function columnsOf({ columns, looksAtHits }: IndexPlan, spans: readonly IndexSpan[]): ColumnName[] {
  const names = new Set<ColumnName>([...columns, 'hitCount', 'kind', 'path'])
  if (spans.some(({ range }) => range !== undefined)) {
    names.add('start')
    // The largest of all: only for who asks whether something was done in the range.
    if (looksAtHits) names.add('time')
  }
  if (spans.some(({ visitors }) => visitors !== undefined)) names.add('visitor')
  return [...names]
}

function createSpanTally(plan: IndexPlan, columns: IndexColumns, tally: IndexTally): (span: IndexSpan) => void {
  const visits = createVisitBatch(batchSize)
  const masks = createVisitMasks(plan.visits, columns)
  const bound = { columns, views: createEntryViews(columns, batchSize), visits }
  const visitTests = masks.others.map((condition) => bindCondition(condition, bound))
  const hitTests = plan.hits.map((condition) => bindCondition(condition, bound))
  const hits = createHitBatch(visits)
  const keepInRange = createRangeCut(columns)
  const trace: VisitorTrace = { visit: -1, visitor: -1 }
  const [wanted, whose] = [new Int32Array(batchSize), new Int32Array(batchSize)]
  const startTicks = new Float64Array(batchSize)

  return (span) => {
    if (masks.isNone) return
    trace.visit = span.visits - 1
    let hit = span.hits
    for (let from = span.visits; from < span.visitsEnd; from += batchSize) {
      const to = Math.min(from + batchSize, span.visitsEnd)
      visits.count = masks.pick(from, to, visits.at)
      visits.serial++
      visits.range = span.range
      hit = boundHits(columns.hitCount, visits.at, visits.count, from, to, hit, visits)
      keepBegun(span)
      for (const test of visitTests) if (visits.count > 0) keepVisits(visits, test.ofVisits(visits))
      if (hitTests.length > 0) keepMet()
      if (visits.count === 0) continue
      nameThem(span)
      tally.add(visits, whose, span.visitors !== undefined)
    }
    tally.endSpan()
  }

  /** Visits that began in the range. */
  function keepBegun({ range }: IndexSpan): void {
    if (range === undefined) return
    readNumbers(columns.start, visits.at, visits.count, startTicks)
    for (let i = 0; i < visits.count; i++) wanted[i] = Number(startTicks[i]! >= range.from && startTicks[i]! < range.to)
    keepVisits(visits, wanted)
  }

  /** Visits of which one hit in the range meets all that is asked of hits. */
  function keepMet(): void {
    wanted.fill(0, 0, visits.count)
    for (let from = 0; from < visits.count; ) {
      from = fillHits(hits, from)
      keepInRange(hits)
      for (const test of hitTests) if (hits.count > 0) keepHits(hits, test.ofHits(hits))
      for (let i = 0; i < hits.count; i++) wanted[hits.owner[i]!] = 1
    }
    keepVisits(visits, wanted)
  }

  function nameThem({ visitors }: IndexSpan): void {
    if (visitors === undefined) nameVisitors(columns.flags, visits.at, visits.count, trace, whose)
    else for (let i = 0; i < visits.count; i++) whose[i] = columns.visitor[visits.starts[i]! + visitors]!
  }
}
