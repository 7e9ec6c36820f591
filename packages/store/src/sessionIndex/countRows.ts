import type { RowSums } from './rowSums.ts'
import type { SeenPairs } from './seenPairs.ts'
import { isBounced, isNewVisitor } from './sessionIndex.ts'

// The loops that count. All take rows and what is counted as arrays of one kind.

/** Where `nameVisitors` has come to. */
export interface VisitorTrace {
  visit: number
  visitor: number
}

/**
 * Who makes the visits `at`, as the number of the first visit that is the visitor's: goes back to it, as far as the last
 * visit that was asked about.
 */
export function nameVisitors(flags: Uint8Array, at: Int32Array, count: number, trace: VisitorTrace, out: Int32Array): void {
  let { visit: last, visitor } = trace
  for (let i = 0; i < count; i++) {
    const visit = at[i]!
    let first = visit
    while (first > last && (flags[first]! & isNewVisitor) === 0) first--
    if (first > last) visitor = first
    out[i] = visitor
    last = visit
  }
  trace.visit = last
  trace.visitor = visitor
}

/** Visits of which every hit is of the same row and in the range. */
export function countWholeVisits(sums: RowSums, rows: Int32Array, visitors: Int32Array, flags: Uint8Array, at: Int32Array, count: number): void {
  const { visitors: counts, lastVisitor, whole, bounced } = sums
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    const visitor = visitors[i]!
    whole[row] = whole[row]! + 1
    bounced[row] = bounced[row]! + Number((flags[at[i]!]! & isBounced) !== 0)
    if (lastVisitor[row] !== visitor) {
      lastVisitor[row] = visitor
      counts[row] = counts[row]! + 1
    }
  }
}

export function addNumbers(sums: Float64Array, rows: Int32Array, numbers: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) sums[rows[i]!] = sums[rows[i]!]! + numbers[i]!
}

/** Hits of unmixed visits. */
export function countHits({ visitors, lastVisitor, events }: RowSums, rows: Int32Array, who: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    const visitor = who[i]!
    events[row] = events[row]! + 1
    if (lastVisitor[row] !== visitor) {
      lastVisitor[row] = visitor
      visitors[row] = visitors[row]! + 1
    }
  }
}

/** Hits of mixed visits. */
export function countMixedHits({ visitors, events }: RowSums, rows: Int32Array, who: Int32Array, count: number, seen: SeenPairs): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    events[row] = events[row]! + 1
    seen.find(row, who[i]!)
    if (seen.isNew) visitors[row] = visitors[row]! + 1
  }
}

export function addViews({ pageviews }: RowSums, rows: Int32Array, isView: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) pageviews[rows[i]!] = pageviews[rows[i]!]! + isView[i]!
}

/** @param at the hits, @param visits theirs */
export function addEngaged(sums: RowSums, rows: Int32Array, visits: Int32Array, engaged: Float64Array, at: Int32Array, count: number): void {
  const { engaged: total, engagedVisits, lastEngaged } = sums
  for (let i = 0; i < count; i++) {
    const ms = engaged[at[i]!]!
    if (Number.isNaN(ms)) continue
    const row = rows[i]!
    const visit = visits[i]!
    total[row] = total[row]! + ms
    if (lastEngaged[row] === visit) continue
    lastEngaged[row] = visit
    engagedVisits[row] = engagedVisits[row]! + 1
  }
}

/** Deepest for each visitor of a row: added when the next one comes, and that of the last by `sumsOf`. */
export function addScrolls(sums: RowSums, rows: Int32Array, who: Int32Array, scroll: Float64Array, at: Int32Array, count: number): void {
  const { scroll: total, scrolled, lastScroller, deepest } = sums
  for (let i = 0; i < count; i++) {
    const depth = scroll[at[i]!]!
    if (Number.isNaN(depth)) continue
    const row = rows[i]!
    if (lastScroller[row] === who[i]) {
      if (depth > deepest[row]!) deepest[row] = depth
      continue
    }
    lastScroller[row] = who[i]!
    total[row] = total[row]! + deepest[row]!
    scrolled[row] = scrolled[row]! + 1
    deepest[row] = depth
  }
}

/** The deepest scrolls of mixed visitors, of one day. */
export interface MixedScrolls {
  seen: SeenPairs
  /** By the place of a pair. */
  rows: number[]
  deepest: number[]
}

export function noteMixedScrolls({ seen, rows: owners, deepest }: MixedScrolls, rows: Int32Array, who: Int32Array, scroll: Float64Array, at: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const depth = scroll[at[i]!]!
    if (Number.isNaN(depth)) continue
    const place = seen.find(rows[i]!, who[i]!)
    if (seen.isNew) {
      owners[place] = rows[i]!
      deepest[place] = depth
    } else if (depth > deepest[place]!) deepest[place] = depth
  }
}

export function addMixedScrolls({ scroll, scrolled }: RowSums, mixed: MixedScrolls): void {
  for (const [place, row] of mixed.rows.entries()) {
    scroll[row] = scroll[row]! + mixed.deepest[place]!
    scrolled[row] = scrolled[row]! + 1
  }
  mixed.seen.clear()
  mixed.rows.length = 0
  mixed.deepest.length = 0
}

/** @param visits a visit may be named several times, one time after the other */
export function countVisits({ visits: total, lastVisit }: RowSums, rows: Int32Array, visits: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    if (lastVisit[row] === visits[i]) continue
    lastVisit[row] = visits[i]!
    total[row] = total[row]! + 1
  }
}

/** What is known of the visits of `countEntries`, by their place in a batch. */
export interface EntrySums {
  at: Int32Array
  landed: Int32Array
  views: Float64Array
  time: Float64Array
}

/**
 * Visits that stand for their row in what is said about whole visits.
 * @param owners their places: a visit may be named several times, one time after the other
 * @param onlyLanded whether those that did not land stand for no row
 */
export function countEntries(sums: RowSums, rows: Int32Array, owners: Int32Array, count: number, of: EntrySums, flags: Uint8Array): void {
  const { entered, enteredViews, enteredTime, landed, bounced, lastEntered } = sums
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    const owner = owners[i]!
    const visit = of.at[owner]!
    if (lastEntered[row] === visit) continue
    lastEntered[row] = visit
    entered[row] = entered[row]! + 1
    enteredViews[row] = enteredViews[row]! + of.views[owner]!
    enteredTime[row] = enteredTime[row]! + of.time[owner]!
    if (of.landed[owner] === 0) continue
    landed[row] = landed[row]! + 1
    bounced[row] = bounced[row]! + Number((flags[visit]! & isBounced) !== 0)
  }
}
