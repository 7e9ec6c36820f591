import { randomBytes } from 'node:crypto'
import type { Erasure } from '../erasure.ts'
import { createMarks, type Marks } from '../marks.ts'
import type { Pruning } from '../pruning.ts'
import type { Link } from '../store.ts'
import type { SqlClient } from './client.ts'
import { createParams } from './params.ts'
import type { Tables } from './tables.ts'

/** An erasure as a row. Its hits are in `erased_hits`. */
export interface ErasureRow extends Omit<Erasure, 'hits'> {
  site: string
  id: string
  done: 0 | 1
}

/** What is said of a site beside its hits and its links. */
export interface SiteMarks {
  /** Differs where something was said meanwhile. */
  stamp: string
  erasures: readonly Erasure[]
  prunings: readonly Pruning[]
  /** Those together, without links: which hits of an erased user's session are the user's, erasures say themselves. */
  marks: Marks
}

/** What is said of sites, read anew where something was. */
export interface MarksReader {
  /** As it stands at this moment or later. */
  read(sites: readonly string[]): Promise<Map<string, SiteMarks>>
}

const nothing: SiteMarks = { stamp: '', erasures: [], prunings: [], marks: createMarks() }

export function createMarksReader(client: SqlClient, tables: Tables): MarksReader {
  const known = new Map<string, SiteMarks>()

  return {
    async read(sites) {
      const params = createParams()
      const which = `site IN ${params.add('Array(String)', sites)}`
      // Of an erasure there are two rows until they are merged: which is of no account here.
      const sql = `SELECT site, toString(tuple(uniqExact(id), sumDistinct(cityHash64(id)))) AS stamp
        FROM (SELECT site, id FROM ${tables.erasures} WHERE ${which} UNION ALL SELECT site, id FROM ${tables.prunings} WHERE ${which}) GROUP BY site`
      const stamps = new Map((await client.rows<{ site: string; stamp: string }>(sql, params)).map(({ site, stamp }) => [site, stamp]))
      const marks = await Promise.all(
        sites.map(async (site) => {
          const stamp = stamps.get(site) ?? ''
          const its = stamp === '' ? nothing : known.get(site)?.stamp === stamp ? known.get(site)! : await readSite(client, tables, site, stamp)
          known.set(site, its)
          return [site, its] as const
        }),
      )
      return new Map(marks)
    },
  }
}

async function readSite(client: SqlClient, tables: Tables, site: string, stamp: string): Promise<SiteMarks> {
  const [erasures, prunings] = await Promise.all([readErasures(client, tables, site), readPrunings(client, tables, site)])
  const whole = Array.from(erasures, (row): Erasure => ({ ...row, hits: [] }))
  return { stamp, erasures: whole, prunings, marks: createMarks({ links: [], erasures: whole, prunings }) }
}

/** @param open only those that nobody has finished */
export async function readErasures(client: SqlClient, tables: Tables, site: string, open = false): Promise<ErasureRow[]> {
  const params = createParams()
  const where = `site = ${params.add('String', site)}${open ? ' AND done = 0' : ''}`
  return client.rows<ErasureRow>(`SELECT site, id, kind, hash, time, sessions, done FROM ${tables.erasures} FINAL WHERE ${where} ORDER BY time`, params)
}

interface PruningRow extends Omit<Pruning, 'oldest'> {
  oldestTime: number | null
  oldestId: string
}

export async function readPrunings(client: SqlClient, tables: Tables, site: string): Promise<Pruning[]> {
  const params = createParams()
  const sql = `SELECT at, anonymous, authenticated, oldestTime, oldestId FROM ${tables.prunings} FINAL WHERE site = ${params.add('String', site)} ORDER BY at`
  const rows = await client.rows<PruningRow>(sql, params)
  return Array.from(rows, ({ oldestTime, oldestId, ...pruning }) => ({ ...pruning, oldest: oldestTime === null ? null : { time: oldestTime, id: oldestId } }))
}

export async function writePruning(client: SqlClient, tables: Tables, site: string, { oldest, ...pruning }: Pruning): Promise<void> {
  await client.insert(tables.prunings, [{ site, id: newId(), ...pruning, oldestTime: oldest?.time ?? null, oldestId: oldest?.id ?? '' }])
}

/** @returns the row, to be written again once it is done */
export async function writeErasure(client: SqlClient, tables: Tables, site: string, { kind, hash, time, sessions }: Omit<Erasure, 'hits'>): Promise<ErasureRow> {
  const row: ErasureRow = { site, id: newId(), kind, hash, time, sessions, done: 0 }
  await client.insert(tables.erasures, [{ ...row }])
  return row
}

export async function finishErasure(client: SqlClient, tables: Tables, row: ErasureRow): Promise<void> {
  await client.insert(tables.erasures, [{ ...row, done: 1 }])
}

/** The links of some sessions, or those of a user. */
export async function readLinks(client: SqlClient, tables: Tables, site: string, of: { sessions: readonly string[] } | { user: string }): Promise<Link[]> {
  if ('sessions' in of && of.sessions.length === 0) return []
  const params = createParams()
  const which = 'user' in of ? `user = ${params.add('String', of.user)}` : `session IN ${params.add('Array(String)', of.sessions)}`
  return client.rows<Link>(`SELECT DISTINCT site, session, user, time FROM ${tables.links} WHERE site = ${params.add('String', site)} AND ${which}`, params)
}

function newId(): string {
  return randomBytes(12).toString('hex')
}
