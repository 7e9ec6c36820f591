import type { Query } from '../query.ts'
import { asksForTouches, rangeToRead } from '../touches.ts'
import { readBuilds, type DayBuild } from './builds.ts'
import type { SqlClient } from './client.ts'
import { createCoalesced } from './coalesce.ts'
import { conditionOf } from './hitsSql.ts'
import { readNames } from './nameMaps.ts'
import type { OpenDays } from './openDays.ts'
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
  /** What is known of them where all their rows are in the range; undefined where some may not be. */
  whole: readonly DayBuild[] | undefined
}

type Asked = Pick<Query, 'site' | 'range' | 'dimensions' | 'filters'>

/** Hands over what tells of the days of a query as they stand, for as long as it is read. @throws what `read` throws */
export type WithRows = <T>(query: Asked, read: (found: FoundRows) => Promise<T>) => Promise<T>

interface Shared {
  found: FoundRows
  readers: number
  release(): void
}

/** Finds what tells of queries; panels that ask about a range at one moment share it. */
export function createRowsFinder(client: SqlClient, tables: Tables, openDays: OpenDays): WithRows {
  const find = createCoalesced<Asked, Shared>(async (query, sharing) => ({ ...(await findRows(client, tables, openDays, query, sharing)), readers: sharing }))
  return async (query, read) => {
    const { site, range } = query
    const shared = await find(JSON.stringify([site, range.from, range.to, asksForTouches(query)]), query)
    try {
      return await read(shared.found)
    } finally {
      if (--shared.readers === 0) shared.release()
    }
  }
}

async function findRows(client: SqlClient, tables: Tables, openDays: OpenDays, query: Asked, sharing: number): Promise<Omit<Shared, 'readers'>> {
  const { site, range } = query
  const read = rangeToRead(query)
  const all = await readBuilds(client, tables, site, { from: utcDay(read.from - slack), to: utcDay(read.to + slack) })
  const unbuilt = all.filter(({ build }) => build === '')
  // Touches are of other days too.
  const due = asksForTouches(query) ? unbuilt : await daysWithin(client, tables, site, unbuilt, range)
  const opened = due.length === 0 ? undefined : await openDays.derive(site, due, sharing)
  const builds = [...all.filter(({ build }) => build !== ''), ...(opened?.builds ?? [])].toSorted(byHome)
  const inline = opened === undefined ? due.map(({ home }) => home) : []
  const [first, last] = [utcDay(range.from - slack), utcDay(range.to + slack)]
  const isNear = (home: string) => home >= first && home <= last
  const own = builds.filter((each) => isNear(each.home) && each.first < range.to && each.last >= range.from)
  const isWhole = inline.length === 0 && own.every((each) => each.first >= range.from && each.last < range.to)
  const found: FoundRows = {
    site,
    built: new Map(builds.map(({ home, build }) => [home, build])),
    inline,
    state: JSON.stringify([all, opened?.builds]),
    names: inline.length === 0 ? { sources: new Map(), countries: new Map() } : await readNames(client, tables, { site, days: inline }),
    days: new Set([...own.map(({ home }) => home), ...inline.filter(isNear)]),
    whole: isWhole ? own : undefined,
  }
  return { found, release: () => opened?.release() }
}

function byHome(a: DayBuild, b: DayBuild): number {
  return a.home < b.home ? -1 : 1
}

/** Those that may have hits in a range: to derive today's rows takes longer than to ask. */
async function daysWithin(client: SqlClient, tables: Tables, site: string, days: readonly DayBuild[], { from, to }: Query['range']): Promise<DayBuild[]> {
  if (days.length === 0) return []
  const params = createParams()
  const rows = await client.rows<{ home: string; first: number; last: number }>(
    `SELECT toString(day) AS home, min(time) AS first, max(time) AS last FROM ${tables.facts} WHERE ${conditionOf(params, { site, days: days.map(({ home }) => home) })} GROUP BY day ORDER BY home`,
    params,
  )
  const near = new Set(rows.filter(({ first, last }) => Number(first) < to && Number(last) >= from).map(({ home }) => home))
  return days.filter(({ home }) => near.has(home))
}

/** When the hits of some home days may have been, ms since 1970. */
export function spanOf(days: ReadonlySet<string>): { from: number; to: number } {
  const times = [...days].map((each) => Date.parse(each))
  return { from: Math.min(...times) - slack, to: Math.max(...times) + slack }
}

