import { columnsOfParts, type FactParts } from '../sessionIndex/columnsOfParts.ts'
import { engagement, pageview, type DayColumns } from '../sessionIndex/dayColumns.ts'
import { sortGroups } from '../sessionIndex/dayVisits.ts'
import { sessionGap } from '../sessions.ts'

/** No visit, or no row. */
export const none: number = 2 ** 32 - 1

/** Which visit each hit of a home day is of, as `deriveSessions` has it: reports of engagement too, as its `members`. */
export interface VisitTable extends Pick<DayColumns, 'rows' | 'type' | 'time' | 'isPassive'> {
  /** Of each row; `none` where there is nothing but engagement. */
  visitOf: Uint32Array
  /** Of each visit the row of its first hit, and those of its first and last pageview, `none` where it has none. */
  first: Uint32Array
  entry: Uint32Array
  exit: Uint32Array
}

/** Undefined where columns do not say all. @param parts in any order; rows are theirs */
export function visitsOf(day: string, parts: FactParts | undefined): VisitTable | undefined {
  const columns = parts && columnsOfParts(day, parts)
  if (columns === undefined) return undefined
  const { rows, type, time, group, isPassive } = columns
  const sorted = sortGroups(columns)
  const visitOf = new Uint32Array(rows).fill(none)
  const [first, entry, exit] = [new Uint32Array(rows), new Uint32Array(rows).fill(none), new Uint32Array(rows).fill(none)]
  let count = 0
  for (let start = 0, end; start < rows; start = end) {
    end = start + 1
    while (end < rows && group[sorted[end]!] === group[sorted[start]!] && time[sorted[end]!]! - time[sorted[end - 1]!]! < sessionGap) end++
    const run = sorted.subarray(start, end)
    const its = run.find((row) => type[row] !== engagement)
    if (its === undefined) continue
    first[count] = its
    for (const row of run) {
      visitOf[row] = count
      if (type[row] !== pageview) continue
      if (entry[count] === none) entry[count] = row
      exit[count] = row
    }
    count++
  }
  return { rows, type, time, isPassive, visitOf, first: first.slice(0, count), entry: entry.slice(0, count), exit: exit.slice(0, count) }
}

/** Bytes of memory, about. */
export function weighVisits({ rows, first }: VisitTable): number {
  return rows * (4 + 8 + 1 + 1) + first.length * 12
}
