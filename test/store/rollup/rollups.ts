import type { Query, StoredHit } from '@treadlight/store'
import { buildRollup } from '../../../packages/store/src/rollup/buildRollup.ts'
import type { Rollup } from '../../../packages/store/src/rollup/rollup.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import { foldIndexes } from '../../../packages/store/src/sessionIndex/foldIndexes.ts'
import { sumInto, type SummedRow } from '../../../packages/store/src/sumInto.ts'
import { createRowTallier, visitsIn } from '../../../packages/store/src/tallyRows.ts'

/** The rollup of the hits of a home day. */
export function rollUp(day: string, hits: readonly StoredHit[]): Promise<Rollup> {
  return rollUpDays(new Map([[day, hits]]))
}

/** One rollup of several days, made of an index of them all. */
export async function rollUpDays(days: ReadonlyMap<string, readonly StoredHit[]>): Promise<Rollup> {
  const indexes = [...days].map(([day, hits]) => buildIndex(columnsOfHits(day, hits)!, { tick: 60_000 })!)
  return (await buildRollup(foldIndexes(indexes), (day) => `of ${day}`))!
}

/** What `runQuery` sums up of the hits of some home days. */
export function sumHits(query: Query, days: readonly (readonly StoredHit[])[]): Map<string, SummedRow> {
  const rows = new Map<string, SummedRow>()
  const tallyRows = createRowTallier(query)
  for (const hits of [[], ...days]) sumInto(rows, tallyRows(visitsIn(hits, query)))
  return rows
}
