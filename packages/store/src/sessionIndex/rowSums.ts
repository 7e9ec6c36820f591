import { addSums, type Sums } from '../metrics.ts'
import type { RevenueSums } from '../revenue.ts'
import { rowKey, type SummedRow } from '../sumInto.ts'

/** What of each row is counted, and what it was last counted for: visits and unmixed visitors come one after the other. */
const columnNames = [
  'visitors',
  'pageviews',
  'events',
  'engaged',
  'engagedVisits',
  'scroll',
  'scrolled',
  'visits',
  'entered',
  'enteredViews',
  'enteredTime',
  'landed',
  'bounced',
  // Visits that count as begun, entered and landed at once.
  'whole',
  'wholeViews',
  'wholeTime',
  // Deepest scroll of the visitor who is looked at.
  'deepest',
] as const
const markNames = ['lastVisitor', 'lastScroller', 'lastEngaged', 'lastVisit', 'lastEntered'] as const

type RowColumns = Record<(typeof columnNames)[number], Float64Array> & Record<(typeof markNames)[number], Int32Array>

/** The sums of rows by the column: row numbers are those of `RowNumbers`. */
export interface RowSums extends RowColumns {
  capacity: number
}

export function createRowSums(rows: number): RowSums {
  const sums = { capacity: 0 } as RowSums
  reserveRows(sums, Math.max(rows, 64))
  return sums
}

/** Makes room for so many rows. */
export function reserveRows(sums: RowSums, rows: number): void {
  if (rows <= sums.capacity) return
  const capacity = Math.max(rows, 2 * sums.capacity)
  for (const name of columnNames) {
    const grown = new Float64Array(capacity)
    if (sums.capacity > 0) grown.set(sums[name])
    sums[name] = grown
  }
  for (const name of markNames) {
    const grown = new Int32Array(capacity).fill(-1)
    if (sums.capacity > 0) grown.set(sums[name])
    sums[name] = grown
  }
  sums.capacity = capacity
}

/** Adds one row of these to those that are known, by `rowKey`. */
export function addRow(rows: Map<string, SummedRow>, dimensions: string[], sums: RowSums, row: number, revenue?: RevenueSums): void {
  const key = rowKey(dimensions)
  const known = rows.get(key)
  const its = revenue === undefined ? sumsOf(sums, row) : { ...sumsOf(sums, row), revenue }
  if (known === undefined) rows.set(key, { dimensions, sums: its })
  else known.sums = addSums(known.sums, its)
}

function sumsOf(sums: RowSums, row: number): Sums {
  const whole = sums.whole[row]!
  return {
    visitors: sums.visitors[row]!,
    pageviews: sums.pageviews[row]! + sums.wholeViews[row]!,
    events: sums.events[row]!,
    engaged: sums.engaged[row]!,
    engagedVisits: sums.engagedVisits[row]!,
    scroll: sums.scroll[row]! + sums.deepest[row]!,
    scrolled: sums.scrolled[row]!,
    visits: sums.visits[row]! + whole,
    entered: sums.entered[row]! + whole,
    enteredViews: sums.enteredViews[row]! + sums.wholeViews[row]!,
    enteredTime: sums.enteredTime[row]! + sums.wholeTime[row]!,
    landed: sums.landed[row]! + whole,
    bounced: sums.bounced[row]!,
  }
}
