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
  /** When the first and the last row of the build was, ms since 1970. */
  first: number
  last: number
  /** How many visitors the build has. */
  visitors: number
}

/** Which home days to look at, `YYYY-MM-DD`; open where left out. */
export interface DayBounds {
  from?: string | undefined
  to?: string | undefined
}

export interface BuildOptions {
  site: string
  /** In their order, as `readBuilds` has found them. */
  states: readonly DayBuild[]
  /** ms since 1970. */
  now: number
}

/** What is part of the names of builds of days that go on. */
const openMark = '-open'

/** So many facts are derived at a time: some hundred MB. */
export const mostFacts: number = 400_000

/** What builds are made by: those of other versions of what derives them say nothing. */
function formatOf(): number {
  return (sourcesStamp() ^ Math.imul(rowsVersion, 0x9e3779b1)) >>> 0
}

/** The home days of a site that have had facts, in their order, each with its build where that is of the day as it stands. */
export async function readBuilds(client: SqlClient, tables: Tables, site: string, bounds: DayBounds = {}): Promise<DayBuild[]> {
  const params = createParams()
  const where = daysSql(params, site, bounds)
  const found = await client.rows<DayBuild & { isBuild: number }>(
    `SELECT 0 AS isBuild, toString(day) AS home, '' AS build, sum(inserted) AS inserted, toString(sum(checksum)) AS sums, toInt64(0) AS first, toInt64(0) AS last, toUInt64(0) AS visitors FROM ${tables.dayState} WHERE ${where} GROUP BY day
    UNION ALL SELECT 1, toString(day), (argMax((build, first, last, visitors), made) AS of).1, inserted, toString(checksum), of.2, of.3, of.4 FROM ${tables.builds} WHERE ${where} AND format = ${params.add('UInt32', formatOf())} GROUP BY day, inserted, checksum`,
    params,
    // Some hundred rows: a thread for each part takes longer to begin than they take to read.
    { max_threads: 1 },
  )
  const builds = new Map(found.filter(({ isBuild }) => isBuild === 1).map((each) => [stateOf(each), each]))
  return found
    .filter(({ isBuild }) => isBuild === 0)
    .map(({ home, inserted, sums, ...none }) => {
      const { build, first, last, visitors } = builds.get(stateOf({ home, inserted, sums })) ?? none
      return { home, build, inserted, sums, first, last, visitors }
    })
    .toSorted((a, b) => (a.home < b.home ? -1 : 1))
}

/** Tells a day as it stands from what it was before. */
export function stateOf({ home, inserted, sums }: Pick<DayBuild, 'home' | 'inserted' | 'sums'>): string {
  return `${home} ${inserted} ${sums}`
}

/**
 * Derives the rows of some home days anew. What a day was has been read before its facts are: if any come in between, the build is of a
 * day that there is no more, and nobody reads it.
 *
 * @returns of how many facts
 */
export async function buildDays(client: SqlClient, tables: Tables, { site, states, now }: BuildOptions): Promise<number> {
  let built = 0
  for (const chunk of chunksOf(states)) {
    await noteBuilds(client, tables, site, await writeBuilds(client, tables, 'rows', { site, states: chunk, now }), now)
    for (const { inserted } of chunk) built += Number(inserted)
  }
  return built
}

/** Derives the rows of some home days: nobody knows of them yet. @param table of days that are over, or of those that go on */
export async function writeBuilds(client: SqlClient, tables: Tables, table: 'rows' | 'openRows', { site, states, now }: BuildOptions): Promise<DayBuild[]> {
  const id = `${newId(now)}${table === 'rows' ? '' : openMark}`
  await writeRows(client, tables, table, site, states.map(({ home }) => home), id)
  const params = createParams()
  const builds = params.add('Array(String)', states.map(({ home }) => buildOf(id, home)))
  const bounds = daysSql(params, site, { from: states[0]!.home, to: states.at(-1)!.home })
  const spans = await client.rows<Pick<DayBuild, 'home' | 'first' | 'last' | 'visitors'>>(`SELECT toString(day) AS home, min(time) AS first, max(time) AS last, countIf(mark = 2) AS visitors FROM ${tables[table]} WHERE ${bounds} AND build IN ${builds} GROUP BY day`, params)
  const byHome = new Map(spans.map((span) => [span.home, span]))
  return states.map((state) => ({ ...state, first: 0, last: -1, visitors: 0, ...byHome.get(state.home), build: buildOf(id, state.home) }))
}

/** From here on they tell of their days as they were. */
export async function noteBuilds(client: SqlClient, tables: Tables, site: string, builds: readonly DayBuild[], now: number): Promise<void> {
  await client.insert(tables.builds, builds.map(({ home, inserted, sums, build, first, last, visitors }) => ({ site, day: home, inserted, checksum: sums, build, format: formatOf(), made: now, first, last, visitors })))
}

/** Whether the rows of a build are in `open_rows`. */
export function isOpen(build: string): boolean {
  return build.includes(openMark)
}

/** Deletes the rows of builds of days that go on. */
export async function dropOpenRows(client: SqlClient, { tables, cluster }: SchemaPlace, builds: readonly string[]): Promise<void> {
  // No parameter may stand here; a build is digits, a UUID, a name of ours and a day.
  const known = builds.filter((build) => /^\d+-[0-9a-f-]+-open-[\d-]+$/.test(build))
  if (known.length > 0) await client.command(`ALTER TABLE ${tables.local('openRows')}${onCluster(cluster)} ${known.map((build) => `DROP PARTITION '${build}'`).join(', ')}`, createParams(), { alter_sync: '2' })
}

/**
 * Deletes the rows of builds that no day has any more, and of those that were cut short: also what was erased or pruned since goes
 * with them.
 *
 * @param before ms since 1970: somebody may still be reading what was made since
 * @returns how many builds are gone
 */
export async function dropBuilds(client: SqlClient, place: SchemaPlace, site: string, before: number): Promise<number> {
  const { tables, cluster } = place
  const current = new Set((await readBuilds(client, tables, site)).map(({ build }) => build))
  const params = createParams()
  const ofSite = `site = ${params.add('String', site)}`
  const found = await client.rows<{ build: string }>(`SELECT build FROM ${tables.rows} WHERE ${ofSite} UNION DISTINCT SELECT build FROM ${tables.builds} WHERE ${ofSite} UNION DISTINCT SELECT build FROM ${tables.openRows} WHERE ${ofSite}`, params)
  const old = found.map(({ build }) => build).filter((build) => !current.has(build) && madeAt(build) < before)
  if (old.length === 0) return 0
  const which = `${ofSite} AND build IN ${params.add('Array(String)', old)}`
  if (!old.every(isOpen)) await client.command(`ALTER TABLE ${tables.local('rows')}${onCluster(cluster)} DELETE WHERE ${which}`, params, { ...waited })
  await dropOpenRows(client, place, old.filter(isOpen))
  await client.command(`ALTER TABLE ${tables.local('builds')}${onCluster(cluster)} DELETE WHERE ${which}`, params, { ...waited })
  return old.length
}

async function writeRows(client: SqlClient, tables: Tables, table: 'rows' | 'openRows', site: string, days: readonly string[], id: string): Promise<void> {
  const params = createParams()
  const of = { site, days }
  const names = await readNames(client, tables, of)
  const rows = deriveSql(hitsSql(tables, params, of), { params, names })
  const build = `concat(${params.add('String', id)}, '-', toString(day))`
  const settings = { max_partitions_per_insert_block: '0', distributed_foreground_insert: 1 } as const
  await client.command(`INSERT INTO ${tables[table]} (site, build, ${rowColumnNames.join(', ')}) SELECT ${params.add('String', site)}, ${build}, ${rowColumnNames.join(', ')} FROM (${rows})`, params, settings)
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

function chunksOf(states: readonly DayBuild[]): DayBuild[][] {
  const chunks: DayBuild[][] = []
  let facts = Infinity
  for (const state of states) {
    facts += Number(state.inserted)
    if (facts > mostFacts) {
      chunks.push([])
      facts = Number(state.inserted)
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
