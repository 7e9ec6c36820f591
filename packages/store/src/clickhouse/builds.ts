import { randomUUID } from 'node:crypto'
import { sourcesStamp } from '../sources.ts'
import type { SqlClient } from './client.ts'
import { deriveSql } from './deriveRows.ts'
import { hitsSql } from './hitsSql.ts'
import { readNames } from './nameMaps.ts'
import { waited } from './deletion.ts'
import { createParams, type Params } from './params.ts'
import { rowColumnNames, rowsVersion } from './rowColumns.ts'
import { onCluster, type SchemaPlace } from './schema.ts'
import type { Tables } from './tables.ts'

/** A home day as it stands. */
export interface DayBuild {
  /** `YYYY-MM-DD` */
  home: string
  /** What tells of it as it stands; '' where nothing does. */
  build: string
  /** Facts that were inserted into it, retries and what was deleted since included. */
  inserted: number
  /** With `inserted` it tells the day as it stands from what it was before. */
  sums: string
}

/** Which home days to look at, `YYYY-MM-DD`; open where left out. */
export interface DayBounds {
  from?: string | undefined
  to?: string | undefined
}

export interface BuildOptions {
  site: string
  days: readonly string[]
  /** ms since 1970. */
  now: number
}

/** What `day_state` says of a home day; numbers of 64 bits as texts. */
interface DayState {
  home: string
  facts: string
  sums: string
}

/** So many facts are derived at a time: some hundred MB. */
const mostFacts = 400_000

/** What builds are made by: those of other versions of what derives them say nothing. */
function formatOf(): number {
  return (sourcesStamp() ^ Math.imul(rowsVersion, 0x9e3779b1)) >>> 0
}

/** The home days of a site that have had facts, in their order, each with its build where that is of the day as it stands. */
export async function readBuilds(client: SqlClient, tables: Tables, site: string, bounds: DayBounds = {}): Promise<DayBuild[]> {
  const params = createParams()
  const where = daysSql(params, site, bounds)
  return client.rows<DayBuild>(
    `SELECT toString(s.day) AS home, b.build AS build, s.inserted AS inserted, toString(s.checksum) AS sums
    FROM (SELECT day, sum(inserted) AS inserted, sum(checksum) AS checksum FROM ${tables.dayState} WHERE ${where} GROUP BY day) AS s
    LEFT JOIN (SELECT day, inserted, checksum, argMax(build, made) AS build FROM ${tables.builds} WHERE ${where} AND format = ${params.add('UInt32', formatOf())} GROUP BY day, inserted, checksum) AS b
    ON s.day = b.day AND s.inserted = b.inserted AND s.checksum = b.checksum ORDER BY home`,
    params,
  )
}

/**
 * Derives the rows of some home days anew. What a day was is read before its facts are: if any come in between, the build is of a
 * day that there is no more, and nobody reads it.
 *
 * @returns of how many facts
 */
export async function buildDays(client: SqlClient, tables: Tables, { site, days, now }: BuildOptions): Promise<number> {
  let built = 0
  const wanted = new Set(days)
  const params = createParams()
  const states = await client.rows<DayState>(
    `SELECT toString(day) AS home, toString(sum(inserted)) AS facts, toString(sum(checksum)) AS sums FROM ${tables.dayState} WHERE ${daysSql(params, site, boundsOf(days))} GROUP BY day ORDER BY home`,
    params,
  )
  for (const chunk of chunksOf(states.filter(({ home }) => wanted.has(home)))) {
    const id = newId(now)
    await writeRows(client, tables, site, chunk.map(({ home }) => home), id)
    const builds = chunk.map(({ home, facts, sums }) => ({ site, day: home, inserted: facts, checksum: sums, build: buildOf(id, home), format: formatOf(), made: now }))
    await client.insert(tables.builds, builds)
    built += chunk.reduce((sum, { facts }) => sum + Number(facts), 0)
  }
  return built
}

/**
 * Deletes the rows of builds that no day has any more, and of those that were cut short: also what was erased or pruned since goes
 * with them.
 *
 * @param before ms since 1970: somebody may still be reading what was made since
 * @returns how many builds are gone
 */
export async function dropBuilds(client: SqlClient, { tables, cluster }: SchemaPlace, site: string, before: number): Promise<number> {
  const current = new Set((await readBuilds(client, tables, site)).map(({ build }) => build))
  const params = createParams()
  const ofSite = `site = ${params.add('String', site)}`
  const found = await client.rows<{ build: string }>(`SELECT build FROM ${tables.rows} WHERE ${ofSite} UNION DISTINCT SELECT build FROM ${tables.builds} WHERE ${ofSite}`, params)
  const old = found.map(({ build }) => build).filter((build) => !current.has(build) && madeAt(build) < before)
  if (old.length === 0) return 0
  const which = `${ofSite} AND build IN ${params.add('Array(String)', old)}`
  for (const table of ['rows', 'builds'] as const) await client.command(`ALTER TABLE ${tables.local(table)}${onCluster(cluster)} DELETE WHERE ${which}`, params, { ...waited })
  return old.length
}

async function writeRows(client: SqlClient, tables: Tables, site: string, days: readonly string[], id: string): Promise<void> {
  const params = createParams()
  const of = { site, days }
  const names = await readNames(client, tables, of)
  const rows = deriveSql(hitsSql(tables, params, of), { params, names })
  const build = `concat(${params.add('String', id)}, '-', toString(day))`
  await client.command(`INSERT INTO ${tables.rows} (site, build, ${rowColumnNames.join(', ')}) SELECT ${params.add('String', site)}, ${build}, ${rowColumnNames.join(', ')} FROM (${rows})`, params)
}

/** One for each day, so that a name says which rows are meant. */
function buildOf(id: string, day: string): string {
  return `${id}-${day}`
}

/** Says when it was made, for whoever finds rows of one that was cut short. @param now ms since 1970 */
function newId(now: number): string {
  return `${now}-${randomUUID()}`
}

function madeAt(build: string): number {
  return Number(build.slice(0, build.indexOf('-')))
}

function chunksOf(states: readonly DayState[]): DayState[][] {
  const chunks: DayState[][] = []
  let facts = Infinity
  for (const state of states) {
    facts += Number(state.facts)
    if (facts > mostFacts) {
      chunks.push([])
      facts = Number(state.facts)
    }
    chunks.at(-1)!.push(state)
  }
  return chunks
}

function daysSql(params: Params, site: string, { from, to }: DayBounds): string {
  return [
    `site = ${params.add('String', site)}`,
    ...(from === undefined ? [] : [`day >= ${params.add('Date', from)}`]),
    ...(to === undefined ? [] : [`day <= ${params.add('Date', to)}`]),
  ].join(' AND ')
}

function boundsOf(days: readonly string[]): DayBounds {
  const ordered = days.toSorted()
  return { from: ordered[0], to: ordered.at(-1) }
}
