import type { Answer } from '../answer.ts'
import type { Query } from '../query.ts'
import type { RollupQuery } from '../rollup/compileRollupQuery.ts'
import type { Rollup } from '../rollup/rollup.ts'
import { addToRow, type SummedRow } from '../sumInto.ts'
import type { KeptDay, KeptHalf, KeptShelf } from './keptShelf.ts'
import type { KeptSpan } from './keptSums.ts'
import { canTellDay, compileKept, prunedBefore } from './tellsKept.ts'

interface ToldDay {
  whole: KeptSpan
  halves: readonly KeptHalf[]
}

/**
 * Adds the days of which kept sums answer a query and all that it is compared with.
 * @returns these days, of which nothing else is to be added; and what `QueryResult.prunedBefore` says of the others
 */
export async function addKept(kept: KeptShelf, answer: Answer, query: Query): Promise<{ told: string[]; before?: number | undefined }> {
  const queries = compileKept(answer.asked)
  const days = await kept.find(query.range)
  let told: ToldDay[] = []
  for (const day of days) if (canTellDay(queries, day.whole)) told.push(...(await openDay(day)))
  if (queries !== undefined) told = await addSums(answer, queries, told)
  const names = new Set(told.map(({ whole }) => whole.day))
  return { told: [...names], before: prunedBefore(days.map(({ whole }) => whole).filter(({ day }) => !names.has(day)), query.timezone) }
}

async function openDay({ whole, halves }: KeptDay): Promise<ToldDay[]> {
  const opened = await halves()
  return opened === undefined ? [] : [{ whole, halves: opened }]
}

/** @returns the days that could be told: whether a value is sound, and tells two countries of one name apart, shows only now */
async function addSums(answer: Answer, queries: readonly RollupQuery[], days: readonly ToldDay[]): Promise<ToldDay[]> {
  const added: Map<string, SummedRow>[] = []
  const untold = new Set<Rollup>()
  for (const each of queries) {
    const rows = new Map<string, SummedRow>()
    for (const { rollup } of await each.addTo(rows, days.flatMap(({ halves }) => halves.filter(isRollup)))) untold.add(rollup)
    added.push(rows)
  }
  if (untold.size > 0) return addSums(answer, queries, days.filter(({ halves }) => !halves.some((half) => isRollup(half) && untold.has(half))))
  for (const [index, rows] of added.entries()) for (const { dimensions, sums } of rows.values()) addToRow(answer.asked[index]!.rows, dimensions, sums)
  for (const { halves } of days) for (const half of halves) if (!isRollup(half)) answer.addHits(half)
  return [...days]
}

function isRollup(half: KeptHalf): half is Rollup {
  return 'days' in half
}
