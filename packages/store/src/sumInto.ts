import { addSums, sumUp, type Sums } from './metrics.ts'
import type { TalliedRow } from './tallyRows.ts'

/** A row of a query, summed up over days. */
export interface SummedRow {
  dimensions: string[]
  sums: Sums
}

/** Adds the rows of some home days to those of the days before, by `rowKey`. */
export function sumInto(rows: Map<string, SummedRow>, tallied: readonly TalliedRow[]): void {
  for (const { dimensions, tally } of tallied) addToRow(rows, dimensions, sumUp(tally))
}

/** Adds sums to those of the row of these dimensions. */
export function addToRow(rows: Map<string, SummedRow>, dimensions: string[], sums: Sums): void {
  const key = rowKey(dimensions)
  const known = rows.get(key)
  if (known === undefined) rows.set(key, { dimensions, sums })
  else known.sums = addSums(known.sums, sums)
}

export function rowKey(dimensions: readonly string[]): string {
  return JSON.stringify(dimensions)
}
