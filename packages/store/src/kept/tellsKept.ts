import type { AskedSums } from '../answer.ts'
import type { Query } from '../query.ts'
import { compileRollupQuery, type RollupQuery } from '../rollup/compileRollupQuery.ts'
import { zoneClock } from '../siteDay.ts'
import { sourcesStamp } from '../sources.ts'
import type { KeptSpan } from './keptSums.ts'

/** What answers a query, and all that its metrics are compared with, from kept sums; undefined where these cannot answer it. */
export function compileKept(asked: readonly AskedSums[]): RollupQuery[] | undefined {
  const compiled = asked.map(({ query }) => compileRollupQuery(query))
  return compiled.includes(undefined) ? undefined : (compiled as RollupQuery[])
}

/** Whether a day can be told as a whole. Sources are called what they were called when the sums were kept. */
export function canTellDay(queries: readonly RollupQuery[] | undefined, whole: KeptSpan): boolean {
  const names = sourcesStamp()
  return queries?.every(({ canTell }) => canTell({ names, days: [{ ...whole, fingerprint: '' }] })) === true
}

export function isInRange({ first, last }: KeptSpan, { from, to }: Query['range']): boolean {
  return first < to && last >= from
}

/**
 * What `QueryResult.prunedBefore` says: the midnight of the query's time zone behind the newest of these days.
 * @param untold days that are told by what is left of them
 */
export function prunedBefore(untold: readonly KeptSpan[], timezone: string): number | undefined {
  if (untold.length === 0) return undefined
  const clock = zoneClock(timezone)
  const last = Math.max(...untold.map((span) => span.last))
  const { day } = clock(last)
  // The last moment of a quarter of an hour, in which midnight may be.
  let end = last + 1
  while (clock(end).day === day) end += 15 * 60_000
  return end
}
