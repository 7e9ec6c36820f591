import type { Query, StoredHit } from '@treadlight/store'
import { createClickhouseStore, type ClickhouseStore } from '@treadlight/store/clickhouse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { funnelCases, journeyCases } from '../../contracts/funnelCases.ts'
import { queryCases } from '../../contracts/queryCases.ts'
import { day, makeHit, minute, noon } from '../../store/makeHit.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

const range = { from: noon - 12 * 60 * minute, to: noon + 12 * 60 * minute }

/** The contract asks days of which there is no build; here each is built. */
describe.skipIf(chdbModules === undefined)('what ClickHouse has derived', () => {
  const database = freshDatabase()
  let store: ClickhouseStore
  let time = noon
  let sites = 0

  beforeAll(async () => {
    store = await createClickhouseStore({ client: openChdb(), database, pause: 0, settle: 0, now: () => time })
    // All cases are built at once: each has a site of its own.
    for (const { hits } of [...queryCases, ...funnelCases, ...journeyCases]) await append(`site-${sites++}`, hits)
    await store.maintain({ force: true })
  }, 300_000)
  afterAll(async () => store?.close())

  async function append(site: string, hits: readonly StoredHit[]): Promise<void> {
    await store.append(Array.from(hits, (hit) => ({ ...hit, site })))
  }

  async function countOf(table: string, where: string): Promise<number> {
    const answer = await openChdb().query({ query: `SELECT toUInt32(count()) AS count FROM ${database}.${table} WHERE ${where}`, format: 'JSONEachRow' })
    return (await answer.json<{ count: number }>())[0]!.count
  }

  test.each(Array.from(queryCases, (each, index) => [each.name, each, `site-${index}`] as const))('%s', async (_name, { query, rows, totalRows }, site) => {
    expect(await store.query({ site, timezone: 'UTC', range, ...query })).toEqual({
      rows: rows.map(([dimensions, metrics, currency]) => (currency === undefined ? { dimensions, metrics } : { dimensions, metrics, currency })),
      totalRows: totalRows ?? rows.length,
    })
  })

  test.each(Array.from(funnelCases, (each, index) => [each.name, each, `site-${queryCases.length + index}`] as const))('funnel: %s', async (_name, { query, all: [visits, visitors], steps }, site) => {
    expect(await store.funnel({ range, ...query, site })).toEqual({ visits, visitors, steps: steps.map(([visits, visitors]) => ({ visits, visitors })) })
  })

  test.each(Array.from(journeyCases, (each, index) => [each.name, each, `site-${queryCases.length + funnelCases.length + index}`] as const))('journeys: %s', async (_name, { query, visits, started, columns }, site) => {
    expect(await store.journeys({ range, ...query, site })).toEqual({ visits, started, columns })
  })

  test('a build tells of a day as it stood: what came since counts at once, and what is erased is gone with the next upkeep', async () => {
    const query: Query = { site: 'late', timezone: 'UTC', range: { from: noon - 5 * day, to: noon + day }, metrics: ['visitors', 'pageviews'], dimensions: ['event:page'] }
    const ask = async () => (await store.query(query)).rows.map(({ dimensions: [page], metrics: [visitors, views] }) => [page, visitors, views])
    await append('late', [makeHit({ time: noon - 3 * day, path: '/old', visitor: 'a', session: 's1' }), makeHit({ path: '/today', visitor: 'b' })])
    await store.maintain()
    // The day that is over, not the one that goes on.
    expect(await countOf('visit_rows', `site = 'late'`)).toBe(1)
    await append('late', [makeHit({ time: noon - 3 * day, path: '/old', visitor: 'c' })])
    expect(await ask()).toEqual([['/old', 2, 2], ['/today', 1, 1]])
    await store.erase({ site: 'late', session: 's1' })
    expect(await ask()).toEqual([['/old', 1, 1], ['/today', 1, 1]])
    time += 11 * minute
    await store.maintain()
    expect(await countOf('visit_rows', `site = 'late'`)).toBe(1)
    // Of the day that goes on there is what somebody asked for last, in a table of its own.
    expect(await countOf('open_rows', `site = 'late'`)).toBe(1)
    expect(await countOf('builds', `site = 'late'`)).toBe(2)
    expect(await ask()).toEqual([['/old', 1, 1], ['/today', 1, 1]])
  })

  test('of many rows the server hands over those of the page, and says how many there are', async () => {
    await append('many', Array.from({ length: 30 }, (_, index) => makeHit({ path: `/${index % 20}`, visitor: `v${index}` })))
    const query: Query = { site: 'many', timezone: 'UTC', range, metrics: ['visitors', 'percentage'], dimensions: ['event:page'] }
    const { rows, totalRows } = await store.query(query)
    expect(totalRows).toBe(20)
    expect(await store.query({ ...query, pagination: { limit: 4, offset: 8 } })).toEqual({ rows: rows.slice(8, 12), totalRows })
    expect(await store.query({ ...query, pagination: { limit: 0 } })).toEqual({ rows: [], totalRows })
    expect(await store.query({ ...query, pagination: { offset: 50 } })).toEqual({ rows: [], totalRows })
  })
})
