import { createReferenceStore, type Query, type StoredHit } from '@treadlight/store'
import { beforeAll, describe, expect, test } from 'vitest'
import { answerSql } from '../../../packages/store/src/clickhouse/answerSql.ts'
import { buildDays, readBuilds } from '../../../packages/store/src/clickhouse/builds.ts'
import { createSqlClient, type SqlClient } from '../../../packages/store/src/clickhouse/client.ts'
import { encodeFact } from '../../../packages/store/src/clickhouse/factRow.ts'
import { migrate } from '../../../packages/store/src/clickhouse/migrations.ts'
import { createTables, type Tables } from '../../../packages/store/src/clickhouse/tables.ts'
import { queryCases } from '../../contracts/queryCases.ts'
import { minute, noon } from '../../store/makeHit.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

describe.skipIf(chdbModules === undefined)('rows of ClickHouse', () => {
  let client: SqlClient
  let tables: Tables

  beforeAll(async () => {
    client = createSqlClient({ client: openChdb(), name: 'chdb' })
    tables = createTables(freshDatabase())
    await migrate(client, { tables })
  })

  describe.each(['inline', 'built'])('%s', (how) => {
    test.each(queryCases.map((each, index) => ({ ...each, index })))('$name', async ({ hits, query, rows, totalRows, index }) => {
      const site = `case-${how}-${index}`
      const all = hits.map((hit): StoredHit => ({ ...hit, site }))
      await client.insert(tables.facts, all.map((hit) => encodeFact(hit)))
      if (how === 'built') await buildDays(client, tables, { site, days: (await readBuilds(client, tables, site)).map(({ home }) => home), now: noon })
      const range = { from: noon - 12 * 60 * minute, to: noon + 12 * 60 * minute }
      expect(await answerSql(client, tables, { site, timezone: 'UTC', range, ...query })).toEqual({
        rows: rows.map(([dimensions, metrics, currency]) => (currency === undefined ? { dimensions, metrics } : { dimensions, metrics, currency })),
        totalRows: totalRows ?? rows.length,
      })
    })
  })
})
