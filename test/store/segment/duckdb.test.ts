import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { rm, writeFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateHits } from '../../../bench/generateHits.ts'
import { encodeSegment } from '../../../packages/store/src/segment/encodeSegment.ts'

const [facts = []] = generateHits({ hits: 4000, days: 1, sessionIds: 0.1 })

describe('DuckDB', () => {
  let directory: string
  let connection: DuckDBConnection
  const query = async (sql: string): Promise<Record<string, unknown>[]> => {
    const answer = await connection.runAndReadAll(sql.replace('$segment', `'${join(directory, 'segment.parquet')}'`))
    return answer.getRowObjectsJson()
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'treadlight-segment-'))
    await writeFile(join(directory, 'segment.parquet'), encodeSegment(facts))
    const instance = await DuckDBInstance.create(':memory:')
    connection = await instance.connect()
  })
  afterAll(async () => {
    connection.closeSync()
    await rm(directory, { recursive: true })
  })

  it('reads the columns as what they are', async () => {
    const described = await query('describe select * from $segment')
    const types = Object.fromEntries(described.map(({ column_name, column_type }) => [column_name, column_type]))
    expect(types).toMatchObject({
      site: 'VARCHAR',
      day: 'DATE',
      id: 'UUID',
      time: 'TIMESTAMP',
      delay: 'INTEGER',
      view: 'UUID',
      url: 'VARCHAR',
      engaged: 'INTEGER',
      interactive: 'BOOLEAN',
      webdriver: 'BOOLEAN',
    })
  })

  it('counts what was stored', async () => {
    const [totals] = await query(
      `select count(*)::int as n, count(distinct id)::int as ids, count(distinct visitor)::int as visitors, sum(engaged)::int as engaged,
         sum(scroll)::int as scrolled, epoch_ms(min(time))::varchar as earliest, epoch_ms(max(time))::varchar as latest, sum(delay)::int as delay,
         min(site) as site, max(day)::varchar as day, count(extra)::int as extras from $segment`,
    )
    const times = facts.map(({ time }) => time)
    expect(totals).toEqual({
      n: facts.length,
      ids: new Set(facts.map(({ id }) => id)).size,
      visitors: new Set(facts.map(({ visitor }) => visitor)).size,
      engaged: sum(facts.map(({ engaged = 0 }) => engaged)),
      scrolled: sum(facts.map(({ scroll = 0 }) => scroll)),
      earliest: String(Math.min(...times)),
      latest: String(Math.max(...times)),
      delay: sum(facts.map(({ received, time }) => received - time)),
      site: 'shop',
      day: '2026-11-21',
      extras: 0,
    })
  })

  it('groups as the facts do', async () => {
    const rows = await query('select type, count(*)::int as n from $segment group by type order by type')
    const types = ['engagement', 'event', 'pageview']
    expect(rows).toEqual(types.map((type) => ({ type, n: facts.filter((fact) => fact.type === type).length })))
  })

  it('joins a report to its pageview, and makes the url whole', async () => {
    const rows = await query(
      `select e.id::varchar as id, v.id::varchar as view, coalesce(v.url, 'https://' || v.hostname || v.path) as url
         from $segment e join '${join(directory, 'segment.parquet')}' v on e.view = v.id order by e.id`,
    )
    const urls = new Map(facts.map(({ id, url }) => [id, url]))
    const reports = facts.filter(({ type }) => type !== 'pageview').toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(rows).toEqual(reports.filter(({ view }) => urls.has(view)).map(({ id, view }) => ({ id, view, url: urls.get(view) })))
  })
})

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
