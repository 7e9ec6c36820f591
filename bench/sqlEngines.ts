import type * as DuckDb from '@duckdb/node-api'
import { sourceName } from '../packages/store/src/sources.ts'
import { median } from './median.ts'
import { site } from './questions.ts'

export type EngineName = 'DuckDB' | 'chdb'

/** Where a question is put: the segments as they are, hits in a table of the engine's own, visits and their pages. */
export type Place = 'Parquet' | 'hits' | 'visits'
export const places: readonly Place[] = ['Parquet', 'hits', 'visits']

export interface EngineAnswer {
  /** ms: the first time, and the median of three more. */
  first: number
  warm: number
  /** The headline's visitors, visits, pageviews, bounces, ms between first and last; visitors of the first row of each breakdown. */
  totals: number[]
}

export interface EngineReport {
  unfiltered: Record<Place, EngineAnswer>
  filtered: Record<Place, EngineAnswer>
  version: string
}

type Row = Record<string, unknown>

interface Engine {
  version: string
  run(sql: string): Promise<Row[]>
  close(): Promise<void>
  /** Rows of the segments. */
  parquet(base: string): string
  /** ms since 1970 of a time in Parquet. */
  ms: string
  table(name: string, order: string): string
  previous: string
}

/**
 * Puts the bench's questions to an SQL engine in this process.
 *
 * Where the work is not the same as the store's: sessions are told apart by a window over the raw hits, as whoever has
 * nothing but hits must, while in the engine's own tables they were told apart as these were filled. A visit's country
 * and source are taken from any of its hits, since made-up visitors do not move.
 */
export async function askEngine({ name, module }: { name: EngineName; module: string }, base: string, days: number): Promise<EngineReport> {
  const engine = await (name === 'DuckDB' ? openDuckDb(module) : openChdb(module))
  const raw = `(select coalesce(cast(day as date), cast('1970-01-01' as date)) as day, coalesce(visitor, '') as visitor, case when coalesce(session, '') <> '' then coalesce(session, '') else coalesce(visitor, '') end as who, coalesce(type, '') as type, coalesce(${engine.ms}, 0) as ms, coalesce(cast(id as varchar), '') as id, coalesce(path, '') as path, coalesce(country, '') as country, coalesce(nullif(source, ''), referrerHost, '') as origin from ${engine.parquet(base)})`
  const [{ last = '' } = {}] = await engine.run(`select cast(max(day) as varchar) as last from ${raw} as r`)
  const origins = (await engine.run(`select distinct origin from ${raw} as r`)).map(({ origin }) => String(origin))
  const source = `case ${origins.map((origin) => `when origin = ${quote(origin)} then ${quote(sourceName(origin) || 'Direct / None')} `).join('')}end`
  const parted = `(select *, sum(begins) over (partition by day, who order by ms, id rows between unbounded preceding and current row) as part from (select *, case when ms - ${engine.previous} < 1800000 and ${engine.previous} > 0 then 0 else 1 end as begins from ${raw} as r window w as (partition by day, who order by ms, id rows between unbounded preceding and current row)) as b)`
  const sessionized = `(select day, dense_rank() over (order by day, who, part) as visit, dense_rank() over (order by day, visitor) as person, type, ms, path, country, ${source} as source from ${parted} as p)`
  await engine.run(`create table hits ${engine.table('hits', 'day, person, visit, ms')} as select * from ${sessionized} as s order by day, person, visit, ms`)
  await engine.run(`create table visits ${engine.table('visits', 'day, person, visit')} as ${visitsOf('hits')} order by day, person, visit`)
  await engine.run(`create table pages ${engine.table('pages', 'day, person')} as select day, visit, person, type, path from hits where type <> 'engagement' order by day, person, visit, ms`)
  const first = (variant: number) => new Date(Date.parse(String(last)) - (days - 1 - variant) * 86_400_000).toISOString().slice(0, 10)
  const within = (variant: number) => `day >= '${first(variant)}'`
  const visitsIn = (place: Place, where: string) => {
    if (place === 'visits') return `(select * from visits where ${where})`
    if (place === 'hits') return `(${visitsOf(`(select * from hits where ${where})`)})`
    // Of raw hits visitors and visits have names; no number is given to them.
    return `(select day, visitor as person, count(*) as hits, ${sumIf("type = 'pageview'")} as views, max(ms) - min(ms) as duration, max(country) as country, max(${source}) as source from ${parted} as p where type <> 'engagement' and ${where} group by day, visitor, who, part)`
  }
  const pagesIn = (place: Place, where: string) => {
    if (place === 'visits') return `(select * from pages where ${where})`
    if (place === 'hits') return `(select * from hits where type <> 'engagement' and ${where})`
    return `(select day, visitor as person, path, type from ${raw} as r where type <> 'engagement' and ${where})`
  }
  const person = (place: Place) => (place === 'Parquet' ? 'count(distinct concat(cast(day as varchar), person))' : 'count(distinct person)')
  const headline = (place: Place, where: string, also = 'true') =>
    `select ${person(place)} as a, count(*) as b, sum(views) as c, ${sumIf('hits <= 1')} as d, sum(duration) as e from ${visitsIn(place, where)} as v where ${also}`
  const statements = (place: Place, where: string): string[] => [
    headline(place, where),
    `select day, ${person(place)} as a, count(*) as b, sum(views) as c from ${visitsIn(place, where)} as v group by day order by day`,
    `select path, ${person(place)} as a, ${sumIf("type = 'pageview'")} as b from ${pagesIn(place, where)} as p group by path order by a desc, path limit 10`,
    `select source, ${person(place)} as a from ${visitsIn(place, where)} as v group by source order by a desc, source limit 10`,
    `select country, ${person(place)} as a from ${visitsIn(place, where)} as v group by country order by a desc, country limit 10`,
  ]
  const report = {
    version: engine.version,
    unfiltered: await measure((place, variant) => statements(place, within(variant))),
    filtered: await measure((place, variant) => [headline(place, within(variant), "country = 'DE' and source = 'Google'")]),
  }
  await engine.close()
  return report

  async function measure(sqlOf: (place: Place, variant: number) => string[]): Promise<Record<Place, EngineAnswer>> {
    const answers = new Map<Place, EngineAnswer>()
    for (const place of places) {
      const times: number[] = []
      let totals: number[] = []
      for (let variant = 0; variant < 4; variant++) {
        const begun = performance.now()
        const rows: Row[][] = []
        for (const sql of sqlOf(place, variant)) rows.push(await engine.run(sql))
        times.push(performance.now() - begun)
        if (variant > 0) continue
        const [[head = {}] = [], , ...breakdowns] = rows
        totals = [...['a', 'b', 'c', 'd', 'e'].map((column) => Number(head[column])), ...breakdowns.map(([row]) => Number(row?.['a']))]
      }
      const [cold = NaN, ...others] = times
      answers.set(place, { first: cold, warm: median(others), totals })
    }
    return Object.fromEntries(answers) as Record<Place, EngineAnswer>
  }
}

function visitsOf(hits: string): string {
  return `select day, visit, max(person) as person, count(*) as hits, ${sumIf("type = 'pageview'")} as views, max(ms) - min(ms) as duration, max(country) as country, max(source) as source from ${hits} as h where type <> 'engagement' group by day, visit`
}

function sumIf(condition: string): string {
  return `sum(case when ${condition} then 1 else 0 end)`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

async function openDuckDb(module: string): Promise<Engine> {
  const { DuckDBInstance, version } = (await import(module)) as typeof DuckDb
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  return {
    version: version(),
    run: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson(),
    close: async () => connection.closeSync(),
    parquet: (base) => `read_parquet('${base}/${site}/segment/*.parquet')`,
    ms: 'epoch_ms(time)',
    table: () => '',
    previous: 'coalesce(lag(ms) over w, 0)',
  }
}

interface Chdb {
  Session: new (path?: string) => { query(sql: string, format: string): string; cleanup(): void }
}

async function openChdb(module: string): Promise<Engine> {
  const { Session } = (await import(module)) as Chdb
  const session = new Session()
  const run = async (sql: string): Promise<Row[]> => {
    const text = session.query(sql, 'JSONEachRow')
    return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Row] : []))
  }
  const [{ v = '' } = {}] = await run('select version() as v')
  await run('create database bench engine = Atomic')
  await run('use bench')
  return {
    version: String(v),
    run,
    close: async () => session.cleanup(),
    parquet: (base) => `file('${base}/${site}/segment/*.parquet', Parquet)`,
    ms: 'toUnixTimestamp64Milli(time)',
    table: (_, order) => `engine = MergeTree order by (${order})`,
    previous: 'lagInFrame(ms, 1, 0) over w',
  }
}
