import { createClickhouseStore } from '@treadlight/store/clickhouse'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { playOn, step } from '../../store/playHistory.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

/** CLICKHOUSE_HISTORIES says how many, CLICKHOUSE_SEED which. */
const numRuns = Number(process.env['CLICKHOUSE_HISTORIES'] ?? 8)
const seed = process.env['CLICKHOUSE_SEED']

describe.skipIf(chdbModules === undefined)('ClickHouse’s engine', () => {
  test.each([1, 2])('random histories say what the reference says, with %i processes', { timeout: 600_000 }, async (processes) => {
    const steps = fc.array(fc.tuple(step, fc.nat(1)), { minLength: 1, maxLength: 12 })
    const history = fc.asyncProperty(steps, async (its) => {
      const database = freshDatabase()
      const client = openChdb()
      await playOn(its, ({ now }) => createClickhouseStore({ client, database, pause: 0, now }), processes)
      await client.command({ query: `DROP DATABASE \`${database}\`` })
    })
    await fc.assert(history, { numRuns, ...(seed !== undefined && { seed: Number(seed) }) })
  })
})
