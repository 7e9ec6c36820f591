import { sessionGap } from '../sessions.ts'
import { engagement, type DayColumns } from './dayColumns.ts'

/** The visits of a home day in the order in which an index has them, and the rows of their hits. */
export interface DayVisits {
  readonly count: number
  /** Of each visit, and one more: where its hits begin in `rows`. */
  readonly starts: Uint32Array
  /** The pageviews and events: by visit, in it by time and id. */
  readonly rows: Uint32Array
  /** Of each visit the row of its first hit. */
  readonly firstRows: Uint32Array
  /** From this visit on visitors are mixed: see `IndexDay.mixed`. */
  readonly mixed: number
}

type Unordered = Pick<DayVisits, 'count' | 'starts' | 'rows'>

/** Hits of a group that are sorted by moving each up to where it belongs; more are sorted by halves. */
const mostMoved = 100

/**
 * The visits of a day as `deriveSessions` makes them. First those of unmixed visitors, each visitor's side by side.
 * @param rank where a visitor stands among the unmixed by the row of the first hit of his first visit: those with equal
 * ranks as they come
 */
export function findVisits(columns: DayColumns, rank: (firstRows: Uint32Array) => Uint32Array): DayVisits {
  return orderVisits(columns, splitGroups(columns, sortGroups(columns)), rank)
}

/** Rows by group, in it by time and id. */
export function sortGroups(columns: DayColumns): Uint32Array {
  const { group, keys, time, rows, compareIds } = columns
  const sorted = countingSort(group, keys)
  for (let start = 0, end; start < rows; start = end) {
    const its = group[sorted[start]!]!
    end = start + 1
    let inOrder = true
    while (end < rows && group[sorted[end]!] === its) {
      if (inOrder) inOrder = compareRows(sorted[end - 1]!, sorted[end]!) <= 0
      end++
    }
    if (!inOrder) sortRun(sorted.subarray(start, end))
  }
  return sorted

  function sortRun(run: Uint32Array): void {
    if (run.length > mostMoved) {
      run.sort(compareRows)
      return
    }
    for (let at = 1; at < run.length; at++) {
      const row = run[at]!
      let to = at
      while (to > 0 && compareRows(run[to - 1]!, row) > 0) run[to] = run[--to]!
      run[to] = row
    }
  }

  function compareRows(a: number, b: number): number {
    const order = time[a]! - time[b]!
    return order === 0 ? compareIds(a, b) : order
  }
}

/** The places of values, less than `limit` each, by value; equal ones as they come. */
export function countingSort(values: Uint32Array, limit: number): Uint32Array {
  const ends = new Uint32Array(limit + 1)
  for (let at = 0; at < values.length; at++) ends[values[at]! + 1]!++
  for (let value = 1; value <= limit; value++) ends[value]! += ends[value - 1]!
  const sorted = new Uint32Array(values.length)
  for (let at = 0; at < values.length; at++) sorted[ends[values[at]!]!++] = at
  return sorted
}

/** Engagement keeps a visit alive and is not part of it; what has nothing else is none. */
function splitGroups({ group, type, time }: DayColumns, sorted: Uint32Array): Unordered {
  const rows = new Uint32Array(sorted.length)
  const starts = new Uint32Array(sorted.length + 1)
  let [hits, count] = [0, 0]
  let [lastGroup, lastTime] = [-1, -Infinity]
  for (let at = 0; at < sorted.length; at++) {
    const row = sorted[at]!
    if (group[row] !== lastGroup || time[row]! - lastTime >= sessionGap) {
      // Else there was none but engagement, and the place is still free.
      if (hits > starts[count]!) starts[++count] = hits
      lastGroup = group[row]!
    }
    lastTime = time[row]!
    if (type[row] !== engagement) rows[hits++] = row
  }
  if (hits > starts[count]!) starts[++count] = hits
  return { count, starts: starts.subarray(0, count + 1), rows: rows.subarray(0, hits) }
}

function orderVisits(columns: DayColumns, visits: Unordered, rank: (firstRows: Uint32Array) => Uint32Array): DayVisits {
  const { starts, rows, count } = visits
  const isMixed = findMixed(columns, visits)
  const order = new Uint32Array(count)
  let at = 0
  for (const visit of byVisitor(columns, visits, isMixed, rank)) order[at++] = visit
  const mixed = at
  for (let visit = 0; visit < count; visit++) if (isMixed[columns.visitor[rows[starts[visit]!]!]!] === 1) order[at++] = visit
  const ordered = { count, mixed, starts: new Uint32Array(count + 1), rows: new Uint32Array(rows.length), firstRows: new Uint32Array(count) }
  let hits = 0
  for (let to = 0; to < count; to++) {
    ordered.firstRows[to] = rows[starts[order[to]!]!]!
    for (let hit = starts[order[to]!]!; hit < starts[order[to]! + 1]!; hit++) ordered.rows[hits++] = rows[hit]!
    ordered.starts[to + 1] = hits
  }
  return ordered
}

/** By visitor: 1 if a visit of his has hits of others too. All visitors of such a visit are mixed, so the first of a visit tells. */
function findMixed({ visitor, keys }: DayColumns, { count, starts, rows }: Unordered): Uint8Array {
  const isMixed = new Uint8Array(keys)
  for (let visit = 0; visit < count; visit++) {
    const first = visitor[rows[starts[visit]!]!]!
    let hit = starts[visit]! + 1
    const end = starts[visit + 1]!
    while (hit < end && visitor[rows[hit]!] === first) hit++
    if (hit === end) continue
    for (hit = starts[visit]!; hit < end; hit++) isMixed[visitor[rows[hit]!]!] = 1
  }
  return isMixed
}

/** The unmixed visits. */
function byVisitor(
  { visitor, keys }: DayColumns,
  { count, starts, rows }: Unordered,
  isMixed: Uint8Array,
  rank: (firstRows: Uint32Array) => Uint32Array,
): Uint32Array {
  const none = 2 ** 32 - 1
  /** Of the visitors in the order of their first visit. */
  const numberOf = new Uint32Array(keys).fill(none)
  const firstRows = new Uint32Array(count)
  const its = new Uint32Array(count)
  const unmixed = new Uint32Array(count)
  let [visitors, visits] = [0, 0]
  for (let visit = 0; visit < count; visit++) {
    const row = rows[starts[visit]!]!
    const key = visitor[row]!
    if (isMixed[key] === 1) continue
    if (numberOf[key] === none) {
      firstRows[visitors] = row
      numberOf[key] = visitors++
    }
    its[visits] = numberOf[key]!
    unmixed[visits++] = visit
  }
  const ranked = rank(firstRows.subarray(0, visitors))
  const placeOf = new Uint32Array(visitors)
  for (let place = 0; place < visitors; place++) placeOf[ranked[place]!] = place
  const places = its.subarray(0, visits)
  for (let at = 0; at < visits; at++) places[at] = placeOf[places[at]!]!
  const sorted = countingSort(places, visitors)
  for (let at = 0; at < visits; at++) sorted[at] = unmixed[sorted[at]!]!
  return sorted
}
