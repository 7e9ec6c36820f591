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
    for (let visit = first; visit < end; visit++) {
      const row = rows[visit]!
      const start = row * width
      sums[start + at.visits]!++
      sums[start + at.pageviews]! += pageviews[visit]!
      sums[start + at.events]! += events[visit]!
      sums[start + at.entered]!++
      sums[start + at.enteredViews]! += pageviews[visit]!
      sums[start + at.enteredTime]! += duration[visit]!
      sums[start + at.bounced]! += bounced[visit]!
      sums[start + at.engaged]! += engaged[visit]!
      sums[start + at.engagedVisits]! += isEngaged[visit]!
      if (visit >= mixed) continue
      if (visitorOf[row] !== visitors[visit]) {
        visitorOf[row] = visitors[visit]!
        scrollOf[row] = NaN
        sums[start + at.visitors]!++
      }
      const depth = scroll[visit]!
      if (depth === depth) scrollOf[row] = this.addScroll(row, scrollOf[row]!, depth)
    }
  }

  /**
   * A hit in a row; its visitor apart.
   * @param isPageview 1 or 0 @param engaged of its view, ms; NaN where nobody told @param visit told in order, from 0
   * @returns whether the row did not have the visit before
   */
  addHit(row: number, isPageview: number, engaged: number, visit: number): boolean {
    const { sums } = this
    const start = row * width
    sums[start + at.events]!++
    sums[start + at.pageviews]! += isPageview
    if (engaged === engaged) {
      sums[start + at.engaged]! += engaged
      if (this.engagedOf[row] !== visit) {
        this.engagedOf[row] = visit
        sums[start + at.engagedVisits]!++
      }
    }
    if (this.visitOf[row] === visit) return false
    this.visitOf[row] = visit
    sums[start + at.visits]!++
    return true
  }

  /** The visit stands for the row in what is said about whole visits. */
  enter(row: number, { pageviews, duration, bounced }: VisitSums, visit: number): void {
    const { sums } = this
    const start = row * width
    sums[start + at.entered]!++
    sums[start + at.enteredViews]! += pageviews[visit]!
    sums[start + at.enteredTime]! += duration[visit]!
    sums[start + at.bounced]! += bounced[visit]!
  }

  /** @param visitor told in order, from 0 @param scroll NaN where nobody told */
  addVisitor(row: number, visitor: number, scroll: number): void {
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
