import { compareText } from '../byTime.ts'
import { MergedRows } from './mergedRows.ts'
import { columnsOf, type KeptSum, type Rollup, type SumColumns } from './rollup.ts'

/**
 * One rollup of the days of several, no day twice: what each says of its rows is added up by their labels. Reads a
 * dimension when it is asked for.
 */
export function foldRollups(rollups: readonly Rollup[]): Rollup {
  const days = rollups.flatMap((rollup) => rollup.days.map((day, row) => ({ day, rollup, row }))).toSorted((a, b) => compareText(a.day.day, b.day.day))
  return {
    days: days.map(({ day }) => day),
    // Of rows that were named by several tables nobody knows which are the same.
    names: new Set(rollups.map(({ names }) => names)).size === 1 ? rollups[0]!.names : 0,
    totals: async () => pickRows(days, new Map(await Promise.all(rollups.map(async (rollup) => [rollup, await rollup.totals()] as const)))),
    async rows(dimension) {
      const merged = new MergedRows()
      for (const rollup of rollups) merged.add(await rollup.rows(dimension))
      return merged.finish()
    },
  }
}

function pickRows(days: readonly { rollup: Rollup; row: number }[], totals: ReadonlyMap<Rollup, SumColumns>): SumColumns {
  const pick = (name: KeptSum) => Float64Array.from(days, ({ rollup, row }) => totals.get(rollup)![name][row]!)
  return columnsOf(pick)
}
