import { columnsOf, keptSums, type RollupRows } from './rollup.ts'

/** Adds up rows of several rollups by their labels. */
export class MergedRows {
  readonly labels: string[] = []
  private readonly rows = new Map<string, number>()
  private columns: Float64Array[] = keptSums.map(() => new Float64Array(64))

  /**
   * @param nameOf what a row is called here, undefined for one that is left out; all as they are without
   * @returns false if two rows have one name, of which visitors cannot be told: nothing was added
   */
  add({ labels, sums }: RollupRows, nameOf?: (label: string) => string | undefined): boolean {
    const names = nameOf === undefined ? labels : labels.map(nameOf)
    if (nameOf !== undefined && !areDistinct(names)) return false
    const rows = Int32Array.from(names, (name) => (name === undefined ? -1 : this.rowOf(name)))
    for (const [index, name] of keptSums.entries()) addColumn(this.columns[index]!, sums[name], rows)
    return true
  }

  private rowOf(name: string): number {
    const known = this.rows.get(name)
    if (known !== undefined) return known
    const row = this.labels.push(name) - 1
    this.rows.set(name, row)
    if (row >= this.columns[0]!.length) this.columns = this.columns.map((column) => grow(column, 2 * row))
    return row
  }

  finish(): RollupRows {
    const { labels, columns } = this
    return { labels, sums: columnsOf((name, index) => columns[index]!.slice(0, labels.length)) }
  }
}

function areDistinct(names: readonly (string | undefined)[]): boolean {
  const known = names.filter((name) => name !== undefined)
  return new Set(known).size === known.length
}

function addColumn(sums: Float64Array, more: Float64Array, rows: Int32Array): void {
  for (let at = 0; at < rows.length; at++) if (rows[at]! >= 0) sums[rows[at]!]! += more[at]!
}

function grow(column: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length)
  longer.set(column)
  return longer
}
