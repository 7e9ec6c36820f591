import type { StoredHit } from '@treadlight/store'
import { beforeAll, describe, expect, test } from 'vitest'
import { answerSql } from '../../../packages/store/src/clickhouse/answerSql.ts'
import { buildDays, readBuilds } from '../../../packages/store/src/clickhouse/builds.ts'
import { createSqlClient, type SqlClient } from '../../../packages/store/src/clickhouse/client.ts'
import { encodeFact } from '../../../packages/store/src/clickhouse/factRow.ts'
import { funnelSql } from '../../../packages/store/src/clickhouse/funnelSql.ts'
import { journeysSql } from '../../../packages/store/src/clickhouse/journeysSql.ts'
import { migrate } from '../../../packages/store/src/clickhouse/migrations.ts'
import { createSharedRows } from '../../../packages/store/src/clickhouse/sharedRows.ts'
import { createTables, type Tables } from '../../../packages/store/src/clickhouse/tables.ts'
import { funnelCases, journeyCases } from '../../contracts/funnelCases.ts'
import { queryCases } from '../../contracts/queryCases.ts'
import { minute, noon } from '../../store/makeHit.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

const range = { from: noon - 12 * 60 * minute, to: noon + 12 * 60 * minute }

describe.skipIf(chdbModules === undefined)('rows of ClickHouse', () => {
  let client: SqlClient
  let tables: Tables

  beforeAll(async () => {
    client = createSqlClient({ client: openChdb(), name: 'chdb' })
    tables = createTables(freshDatabase())
    await migrate(client, { tables })
  })

  async function fill(how: string, site: string, hits: readonly StoredHit[]): Promise<string> {
    await client.insert(tables.facts, hits.map((hit) => encodeFact({ ...hit, site })))
    if (how === 'built') await buildDays(client, tables, { site, days: (await readBuilds(client, tables, site)).map(({ home }) => home), now: noon })
    return site
  }

  describe.each(['inline', 'built'])('%s', (how) => {
    test.each(queryCases.map((each, index) => ({ ...each, index })))('$name', async ({ hits, query, rows, totalRows, index }) => {
      const site = await fill(how, `case-${how}-${index}`, hits)
      expect(await answerSql(client, tables, { site, timezone: 'UTC', range, ...query }, createSharedRows(client))).toEqual({
        rows: rows.map(([dimensions, metrics, currency]) => (currency === undefined ? { dimensions, metrics } : { dimensions, metrics, currency })),
        totalRows: totalRows ?? rows.length,
      })
    })

    test.each(funnelCases.map((each, index) => ({ ...each, index })))('funnel: $name', async ({ hits, query, all: [visits, visitors], steps, index }) => {
      const site = await fill(how, `funnel-${how}-${index}`, hits)
      expect(await funnelSql(client, tables, { range, ...query, site })).toEqual({ visits, visitors, steps: steps.map(([visits, visitors]) => ({ visits, visitors })) })
    })

    test.each(journeyCases.map((each, index) => ({ ...each, index })))('journeys: $name', async ({ hits, query, visits, started, columns, index }) => {
      const site = await fill(how, `journeys-${how}-${index}`, hits)
      expect(await journeysSql(client, tables, { range, ...query, site })).toEqual({ visits, started, columns })
    })
  })
})
