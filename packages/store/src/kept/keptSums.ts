import type { StoredHit } from '../hit.ts'
import { buildRollup } from '../rollup/buildRollup.ts'
import type { Rollup, RollupDay } from '../rollup/rollup.ts'
import { buildIndex } from '../sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../sessionIndex/columnsOfHits.ts'
import { splitKnown, type SplitHits } from './splitKnown.ts'

/** What the hits of a home day came to before the first of them were pruned. */
export interface KeptSums {
  whole: KeptSpan
  anonymous: Rollup
  /** Undefined where no known user had been. */
  known: Rollup | undefined
}

/**
 * Of all hits of a home day. Moments are those of the quarters of an hour that they lie in, ms since 1970: no day of any
 * zone begins elsewhere, and nobody's hit can be told from them.
 */
export type KeptSpan = Pick<RollupDay, 'day' | 'first' | 'last' | 'hasRevenue'>

const quarter = 15 * 60_000

/**
 * The sums of a day. Undefined where there is nothing to keep, or it cannot be said exactly.
 * @param hits all that may be shown of the day
 */
export async function makeKept(day: string, hits: readonly StoredHit[]): Promise<(KeptSums & { hits: SplitHits }) | undefined> {
  const split = splitKnown(hits, ({ user }) => user !== '')
  const anonymous = await rollupOf(day, split.anonymous)
  const known = await rollupOf(day, split.known)
  const first = Math.min(...[anonymous, known].map((half) => half?.days[0]?.first ?? NaN))
  const last = Math.max(...[anonymous, known].map((half) => half?.days[0]?.last ?? NaN))
  if (anonymous === undefined || known === undefined || !(first <= last)) return undefined
  const whole: KeptSpan = {
    day,
    first: Math.floor(first / quarter) * quarter,
    last: Math.floor(last / quarter) * quarter + quarter - 1,
    hasRevenue: hits.some(({ revenue }) => revenue !== undefined),
  }
  const hasKnown = known.days.some((each) => each.first <= each.last)
  return { whole, anonymous, known: hasKnown ? known : undefined, hits: split }
}

/** Undefined where the sums of these hits cannot be told exactly. */
export async function rollupOf(day: string, hits: readonly StoredHit[]): Promise<Rollup | undefined> {
  const columns = columnsOfHits(day, hits)
  const index = columns && buildIndex(columns, { tick: 1 })
  return index && buildRollup(index, () => '')
}
