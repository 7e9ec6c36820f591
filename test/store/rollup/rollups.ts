import type { Query, StoredHit } from '@treadlight/store'
import { buildRollup } from '../../../packages/store/src/rollup/buildRollup.ts'
import type { Rollup } from '../../../packages/store/src/rollup/rollup.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import { sumInto, type SummedRow } from '../../../packages/store/src/sumInto.ts'
import { createRowTallier, visitsIn } from '../../../packages/store/src/tallyRows.ts'

/** The rollup of the hits of a home day. */
export async function rollUp(day: string, hits: readonly StoredHit[]): Promise<Rollup> {
  const columns = columnsOfHits(day, hits)!
  const say = () => ({ fingerprint: `of ${day}`, hasRevenue: hits.some(({ revenue }) => revenue !== undefined) })
  return (await buildRollup(buildIndex(columns, { tick: 60_000 })!, say))!
}

/** What `runQuery` sums up of the hits of some home days. */
export function sumHits(query: Query, days: readonly (readonly StoredHit[])[]): Map<string, SummedRow> {
  const rows = new Map<string, SummedRow>()
  const tallyRows = createRowTallier(query)
  for (const hits of [[], ...days]) sumInto(rows, tallyRows(visitsIn(hits, query)))
  return rows
}
