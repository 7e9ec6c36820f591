import { columnsOf, keptSums, type KeptSum, type RollupRows, type SumColumns } from './rollup.ts'

const width = keptSums.length
const at = Object.fromEntries(keptSums.map((name, index) => [name, index])) as Record<KeptSum, number>
/** Rows of one dimension are fewer than this; a key of two numbers is then exact. */
const mostRows = 2 ** 26
const noMark = -1

/** What one visit comes to. */
export interface VisitSums {
  pageviews: number
  events: number
  engaged: number
  isEngaged: boolean
  /** Its deepest, per cent; NaN where nobody told. */
  scroll: number
  /** ms */
  duration: number
  isBounced: boolean
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

  /** A whole visit in one row; its visitor apart. */
  addVisit(row: number, visit: VisitSums): void {
    const { sums } = this
    const start = row * width
    sums[start + at.pageviews]! += visit.pageviews
    sums[start + at.events]! += visit.events
    sums[start + at.engaged]! += visit.engaged
    if (visit.isEngaged) sums[start + at.engagedVisits]!++
    sums[start + at.visits]!++
    this.enter(row, visit)
  }

  /** A hit in a row; its visitor, its visit and what was read of its view apart. */
  addHit(row: number, isPageview: boolean): void {
    const start = row * width
    this.sums[start + at.events]!++
    if (isPageview) this.sums[start + at.pageviews]!++
  }

  /** @param engaged of the view of a hit of the row, ms; NaN where nobody told @param visit told in order, from 0 */
  addEngaged(row: number, engaged: number, visit: number): void {
    if (engaged !== engaged) return
    const start = row * width
    this.sums[start + at.engaged]! += engaged
    if (this.engagedOf[row] === visit) return
    this.engagedOf[row] = visit
    this.sums[start + at.engagedVisits]!++
  }

  /** @returns whether the row did not have the visit before. @param visit told in order, from 0 */
  meetVisit(row: number, visit: number): boolean {
    if (this.visitOf[row] === visit) return false
    this.visitOf[row] = visit
    this.sums[row * width + at.visits]!++
    return true
  }

  /** The visit stands for the row in what is said about whole visits. */
  enter(row: number, visit: VisitSums): void {
    const { sums } = this
    const start = row * width
    sums[start + at.entered]!++
    sums[start + at.enteredViews]! += visit.pageviews
    sums[start + at.enteredTime]! += visit.duration
    if (visit.isBounced) sums[start + at.bounced]!++
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

  /** A visitor that may come up again anywhere. @param visitor from 0, a number of its own among the mixed ones */
  addMixedVisitor(row: number, visitor: number, scroll: number): void {
    const key = visitor * mostRows + row
    const known = this.mixed.get(key)
    if (known === undefined) this.sums[row * width + at.visitors]!++
    this.mixed.set(key, scroll === scroll ? this.addScroll(row, known ?? NaN, scroll) : (known ?? NaN))
  }

  /** @returns how deep the visitor has scrolled now */
  private addScroll(row: number, known: number, scroll: number): number {
    const start = row * width
    if (known !== known) {
      this.sums[start + at.scrolled]!++
      this.sums[start + at.scroll]! += scroll
      return scroll
    }
    if (scroll <= known) return known
    this.sums[start + at.scroll]! += scroll - known
    return scroll
  }

  /** Mixed visitors end with their day, as all do. */
  endDay(): void {
    this.mixed.clear()
  }

  finish(): RollupRows {
    return { labels: this.labels, sums: toColumns(this.sums, this.labels.length) }
  }
}

function toColumns(sums: Float64Array, rows: number): SumColumns {
  return columnsOf((_name, index) => Float64Array.from({ length: rows }, (_, row) => sums[row * width + index]!))
}

function widen<Numbers extends Float64Array | Int32Array>(numbers: Numbers, wider: Numbers): Numbers {
  wider.set(numbers)
  return wider
}
