import type { Steps } from '../steps.ts'
import type { Rows } from './column.ts'
import type { FactColumns } from './factColumns.ts'

/** So many rows are put in order at a time. */
const stepSize = 8192
/** More rows than this are sorted by halves. */
const mostMoved = 100

/**
 * The rows by visitor, session, time, id and origin, so that a session is read in one go and what its hits share
 * compresses. Only the distinct visitors are compared, and the rows are counted into their places.
 */
export function* sortRows(facts: FactColumns, rows: Rows): Steps<Rows> {
  const ranks = yield* facts.rankVisitors(rows)
  yield
  const ends = new Uint32Array(ranks.reduce((most, rank) => Math.max(most, rank), 0) + 2)
  for (const rank of ranks) ends[rank + 1]!++
  for (let rank = 1; rank < ends.length; rank++) ends[rank]! += ends[rank - 1]!
  const sorted = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) sorted[ends[ranks[at]!]!++] = rows[at]!
  // Each entry has moved on to where the next one began.
  for (let rank = 0, start = 0, step = stepSize; rank < ends.length - 1; rank++) {
    if (start >= step) {
      step += stepSize
      yield
    }
    sortVisitor(facts, sorted.subarray(start, ends[rank]))
    start = ends[rank]!
  }
  return sorted
}

/** A visitor's hits mostly arrive in order, and are few: each is moved up to where it belongs. */
function sortVisitor(facts: FactColumns, rows: Rows): void {
  if (rows.length > mostMoved) {
    rows.sort((a, b) => compareRows(facts, a, b))
    return
  }
  for (let at = 1; at < rows.length; at++) {
    const row = rows[at]!
    let to = at
    while (to > 0 && compareRows(facts, rows[to - 1]!, row) > 0) rows[to] = rows[--to]!
    rows[to] = row
  }
}

function compareRows(facts: FactColumns, a: number, b: number): number {
  return compareText(facts, 'session', a, b) || facts.time(a) - facts.time(b) || compareText(facts, 'id', a, b) || compareText(facts, 'origin', a, b)
}

function compareText(facts: FactColumns, name: 'session' | 'id' | 'origin', a: number, b: number): number {
  const [one, other] = [facts.text(name, a) ?? '', facts.text(name, b) ?? '']
  return one === other ? 0 : one < other ? -1 : 1
}
