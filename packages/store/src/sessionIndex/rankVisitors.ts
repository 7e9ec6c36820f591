import type { DayColumns } from './dayColumns.ts'
import { entryTexts } from './entryTexts.ts'
import { countingSort } from './dayVisits.ts'
import type { VisitText } from './sessionIndex.ts'

/** What is asked for most stands first: it becomes long runs, which take next to nothing and are gone through fast. */
const rankedBy: readonly VisitText[] = ['country', 'rawSource', 'browser', 'os', 'device']

/** The places in `firstRows` by what these rows say of where somebody came from and with what. */
export function rankVisitors(columns: DayColumns, firstRows: Uint32Array): Uint32Array {
  let order: Uint32Array = firstRows.map((_, at) => at)
  // From the last to the first, and each keeps the order of those before.
  for (const name of rankedBy.toReversed()) {
    const { values, codes } = entryTexts(columns, name, firstRows)
    const keys = new Uint32Array(codes.length)
    for (let at = 0; at < keys.length; at++) keys[at] = codes[order[at]!]!
    const sorted = countingSort(keys, values.length)
    for (let at = 0; at < sorted.length; at++) sorted[at] = order[sorted[at]!]!
    order = sorted
  }
  return order
}
