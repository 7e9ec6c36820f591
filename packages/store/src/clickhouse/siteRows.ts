import type { Query } from '../query.ts'
import { asksForTouches, rangeToRead } from '../touches.ts'
import { readBuilds } from './builds.ts'
import type { SqlClient } from './client.ts'
import { conditionOf } from './hitsSql.ts'
import { readNames } from './nameMaps.ts'
import { createParams } from './params.ts'
import type { SiteRows } from './rowsSource.ts'
import type { Tables } from './tables.ts'
import { utcDay } from './utcDay.ts'

const day = 86_400_000
/** A home day has the hits of its calendar day in some zone, and zones are at most 14 hours off UTC. */
const slack = 2 * day

/** What tells of a query: of days that have no build the hits themselves. */
export interface FoundRows extends SiteRows {
  /** The days that may have hits in the range; what else there is is asked for touches. */
  days: ReadonlySet<string>
}

/** Finds what tells of the days of a query as they stand. */
export async function findRows(client: SqlClient, tables: Tables, query: Pick<Query, 'site' | 'range' | 'dimensions' | 'filters'>): Promise<FoundRows> {
  const { site, range } = query
  const read = rangeToRead(query)
  const found = await readBuilds(client, tables, site, { from: utcDay(read.from - slack), to: utcDay(read.to + slack) })
  const unbuilt = found.filter(({ build }) => build === '').map(({ home }) => home)
  // Touches are of other days too.
  const inline = asksForTouches(query) ? unbuilt : await daysWithin(client, tables, site, unbuilt, range)
  const [first, last] = [utcDay(range.from - slack), utcDay(range.to + slack)]
  return {
    site,
    built: new Map(found.filter(({ build }) => build !== '').map(({ home, build }) => [home, build])),
    inline,
    state: JSON.stringify(found),
    names: inline.length === 0 ? { sources: new Map(), countries: new Map() } : await readNames(client, tables, { site, days: inline }),
    days: new Set(found.map(({ home }) => home).filter((each) => each >= first && each <= last)),
  }
}

/** Those that may have hits in a range: to derive today's rows takes longer than to ask. */
async function daysWithin(client: SqlClient, tables: Tables, site: string, days: readonly string[], { from, to }: Query['range']): Promise<string[]> {
  if (days.length === 0) return []
  const params = createParams()
  const rows = await client.rows<{ home: string; first: number; last: number }>(
    `SELECT toString(day) AS home, min(time) AS first, max(time) AS last FROM ${tables.facts} WHERE ${conditionOf(params, { site, days })} GROUP BY day ORDER BY home`,
    params,
  )
  return rows.filter(({ first, last }) => Number(first) < to && Number(last) >= from).map(({ home }) => home)
}

/** When the hits of some home days may have been, ms since 1970. */
export function spanOf(days: ReadonlySet<string>): { from: number; to: number } {
  const times = [...days].map((each) => Date.parse(each))
  return { from: Math.min(...times) - slack, to: Math.max(...times) + slack }
}

