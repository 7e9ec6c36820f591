import { columnsOf, keptSums, type KeptSum, type RollupRows } from './rollup.ts'

const width = keptSums.length
const at = Object.fromEntries(keptSums.map((name, index) => [name, index])) as Record<KeptSum, number>
/** Rows of one dimension are fewer than this; a key of two numbers is then exact. */
const mostRows = 2 ** 26
const noMark = -1

/** What each visit comes to. */
export interface VisitSums {
  pageviews: ArrayLike<number>
  events: ArrayLike<number>
  /** ms */
  duration: ArrayLike<number>
  /** 1 or 0. */
  bounced: Uint8Array
  engaged: Float64Array
  /** 1 where anybody told. */
  isEngaged: Uint8Array
  /** Its deepest, per cent; NaN where nobody told. */
  scroll: Float64Array
  /** A number of its own for each visitor, side by side; of no meaning for mixed ones. */
  visitors: Uint32Array
}

/** What is said of each hit of the visits. */
export interface HitColumns {
  codes: ArrayLike<number>
  /** Where the hits of each visit begin. */
  starts: Uint32Array
  /** 1 for a pageview, else 0. */
  isView: Uint8Array
  /** Of its view, ms and per cent; NaN where nobody told. */
  engaged: Float64Array
  scroll: Float64Array
}

/** The rows of values, each made when its first visit or hit comes. */
export interface CodedRows {
  rows: RowSums
  /** By code; `unknown` for those that nobody has asked for. */
  known: Int32Array
  rowOf: (code: number) => number
}
export const unknown = -2

/**
 * Adds up the rows of one dimension. Visits are told one after the other, and those of a visitor side by side: so
 * whether a row has had a visitor before is said by the last one it had. Visitors that are mixed are kept by a map.
 */
export class RowSums {
  readonly labels: string[] = []
  private readonly rows = new Map<string, number>()
  private sums: Float64Array = new Float64Array(16 * width)
  private visitorOf: Int32Array = new Int32Array(16).fill(noMark)
  private visitOf: Int32Array = new Int32Array(16).fill(noMark)
  private engagedOf: Int32Array = new Int32Array(16).fill(noMark)
  /** How deep the visitor of `visitorOf` has scrolled; NaN where nobody told. */
  private scrollOf: Float64Array = new Float64Array(16).fill(NaN)
  private readonly mixed = new Map<number, number>()

  /** The row of a label. */
  rowOf(label: string): number {
    const known = this.rows.get(label)
    if (known !== undefined) return known
    const row = this.labels.push(label) - 1
    if (row >= mostRows) throw new RangeError(`[treadlight store] more than ${mostRows} values of one dimension`)
    this.rows.set(label, row)
    if (row >= this.visitorOf.length) this.grow(2 * row)
    return row
  }

  private grow(rows: number): void {
    this.sums = widen(this.sums, new Float64Array(rows * width))
    this.visitorOf = widen(this.visitorOf, new Int32Array(rows).fill(noMark))
    this.visitOf = widen(this.visitOf, new Int32Array(rows).fill(noMark))
    this.engagedOf = widen(this.engagedOf, new Int32Array(rows).fill(noMark))
    this.scrollOf = widen(this.scrollOf, new Float64Array(rows).fill(NaN))
  }

  /**
   * Whole visits `[first, end)` of a day, each in one row; with their visitors up to `mixed`.
   * @param rows by visit
   */
  addVisits(visits: VisitSums, rows: Int32Array, first: number, mixed: number, end: number): void {
    const { sums, visitorOf, scrollOf } = this
    const { pageviews, events, duration, bounced, engaged, isEngaged, scroll, visitors } = visits
    for (let visit = first; visit < end; ) {
      // Visits of a row mostly come several at a time: these are added up before they are added to it.
      const row = rows[visit]!
      const from = visit
      let [views, hits, time, bounces, told, tellers] = [0, 0, 0, 0, 0, 0]
      let [who, depth, people, depths, deep] = [visitorOf[row]!, scrollOf[row]!, 0, 0, 0]
      do {
        views += pageviews[visit]!
        hits += events[visit]!
        time += duration[visit]!
        bounces += bounced[visit]!
        told += engaged[visit]!
        tellers += isEngaged[visit]!
        if (visit >= mixed) continue
        if (who !== visitors[visit]!) {
          who = visitors[visit]!
          depth = NaN
          people++
        }
        const its = scroll[visit]!
        if (its !== its || its <= depth) continue
        if (depth === depth) depths += its - depth
        else {
          deep++
          depths += its
        }
        depth = its
      } while (++visit < end && rows[visit] === row)
      visitorOf[row] = who
      scrollOf[row] = depth
      const start = row * width
      sums[start + at.visitors]! += people
      sums[start + at.visits]! += visit - from
      sums[start + at.pageviews]! += views
      sums[start + at.events]! += hits
      sums[start + at.entered]! += visit - from
      sums[start + at.enteredViews]! += views
      sums[start + at.enteredTime]! += time
      sums[start + at.bounced]! += bounces
      sums[start + at.engaged]! += told
      sums[start + at.engagedVisits]! += tellers
      sums[start + at.scroll]! += depths
      sums[start + at.scrolled]! += deep
    }
  }

  /**
   * The hits of whole visits `[first, end)` of a day; with their visitors up to `mixed`.
   * @param rowOf the row of a code that has none in `known` yet; -1 for none
   * @param entry of each visit the hit that stands for the page of the whole; without, each row that the visit is in was entered
   */
  addHits(visits: VisitSums, hits: HitColumns, { known, rowOf }: CodedRows, entry: Uint32Array | undefined, first: number, mixed: number, end: number): void {
    const { codes, starts, isView, engaged, scroll } = hits
    for (let visit = first; visit < end; visit++) {
      const visitor = visits.visitors[visit]!
      const isMixed = visit >= mixed
      for (let hit = starts[visit]!; hit < starts[visit + 1]!; hit++) {
        let row = known[codes[hit]!]!
        if (row === unknown) row = rowOf(codes[hit]!)
        if (row < 0) continue
        // A new row may have had them grow.
        const { sums } = this
        const start = row * width
        sums[start + at.events]!++
        sums[start + at.pageviews]! += isView[hit]!
        const time = engaged[hit]!
        if (time === time) {
          sums[start + at.engaged]! += time
          if (this.engagedOf[row] !== visit) {
            this.engagedOf[row] = visit
            sums[start + at.engagedVisits]!++
          }
        }
        if (this.visitOf[row] !== visit) {
          this.visitOf[row] = visit
          sums[start + at.visits]!++
          if (entry === undefined) this.enter(row, visits, visit)
        }
        if (!isMixed) this.addVisitor(row, visitor, scroll[hit]!)
      }
      if (entry !== undefined) this.enter(rowOf(codes[entry[visit]!]!), visits, visit)
    }
  }

  /** The visit stands for the row in what is said about whole visits. */
  private enter(row: number, { pageviews, duration, bounced }: VisitSums, visit: number): void {
    const { sums } = this
    const start = row * width
    sums[start + at.entered]!++
    sums[start + at.enteredViews]! += pageviews[visit]!
    sums[start + at.enteredTime]! += duration[visit]!
    sums[start + at.bounced]! += bounced[visit]!
  }

  /** @param visitor told in order, from 0 @param scroll NaN where nobody told */
  private addVisitor(row: number, visitor: number, scroll: number): void {
    if (this.visitorOf[row] !== visitor) {
      this.visitorOf[row] = visitor
      this.scrollOf[row] = NaN
      this.sums[row * width + at.visitors]!++
    }
    if (scroll === scroll) this.scrollOf[row] = this.addScroll(row, this.scrollOf[row]!, scroll)
  }

  /** A visitor that may come up again anywhere in the day. @param visitor from 0, a number of its own among the mixed ones */
  addMixedVisitor(row: number, visitor: number, scroll: number): void {
    const key = visitor * mostRows + row
    const known = this.mixed.get(key)
    if (known === undefined) this.sums[row * width + at.visitors]!++
    this.mixed.set(key, scroll === scroll ? this.addScroll(row, known ?? NaN, scroll) : (known ?? NaN))
  }

  /** @returns how deep the visitor has scrolled now */
  private addScroll(row: number, known: number, scroll: number): number {
    const { sums } = this
    const start = row * width
    if (known !== known) {
      sums[start + at.scrolled]!++
      sums[start + at.scroll]! += scroll
      return scroll
    }
    if (scroll <= known) return known
    sums[start + at.scroll]! += scroll - known
    return scroll
  }

  /** Mixed visitors end with their day, as all do. */
  endDay(): void {
    if (this.mixed.size > 0) this.mixed.clear()
  }

  finish(): RollupRows {
    const { sums, labels } = this
    return { labels, sums: columnsOf((name) => columnOf(sums, at[name], labels.length)) }
  }
}

function columnOf(sums: Float64Array, first: number, rows: number): Float64Array {
  const column = new Float64Array(rows)
  for (let row = 0; row < rows; row++) column[row] = sums[row * width + first]!
  return column
}

function widen<Numbers extends Float64Array | Int32Array>(numbers: Numbers, wider: Numbers): Numbers {
  wider.set(numbers)
  return wider
}
