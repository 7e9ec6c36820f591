import { createClickhouseStore } from '@treadlight/store/clickhouse'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { makeHit, noon, testId } from '../../store/makeHit.ts'
import { playOn, step, type Step } from '../../store/playHistory.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

/** CLICKHOUSE_HISTORIES says how many, CLICKHOUSE_SEED which. */
const numRuns = Number(process.env['CLICKHOUSE_HISTORIES'] ?? 2)
const seed = process.env['CLICKHOUSE_SEED']

/** What few random histories come upon. */
const histories: [string, Step[]][] = [
  [
    'a session that was erased, and then its user',
    [
      { do: 'identify', session: 's1', user: 'u1' },
      { do: 'erase', subject: { session: 's1' } },
      { do: 'append', hits: [makeHit({ id: testId(1), session: 's1', time: noon + 50 * 60_000 })] },
      { do: 'wait', days: 1 },
      { do: 'erase', subject: { user: 'u1' } },
    ],
  ],
  [
    'a user who is erased twice, and what the session sent between',
    [
      { do: 'identify', session: 's1', user: 'u1' },
      { do: 'erase', subject: { user: 'u1' } },
      { do: 'append', hits: [makeHit({ id: testId(1), session: 's1', time: noon + 50 * 60_000 })] },
      { do: 'erase', subject: { user: 'u1' } },
    ],
  ],
  [
    'a user who logs in again after an erasure, and a late hit of before',
    [
      { do: 'append', hits: [makeHit({ id: testId(1), session: 's2' })] },
      { do: 'erase', subject: { user: 'u1' } },
      { do: 'identify', session: 's2', user: 'u1' },
      { do: 'append', hits: [makeHit({ id: testId(2), session: 's2', user: '' }), makeHit({ id: testId(1), origin: 'server' })] },
    ],
  ],
  [
    'facts of three origins, one of them of an erased person',
    [
      { do: 'append', hits: [makeHit({ id: testId(1), origin: 'browser', country: 'DE', region: 'DE-BY' })] },
      { do: 'erase', subject: { user: 'u1' } },
      { do: 'append', hits: [makeHit({ id: testId(1), origin: 'server', user: 'u1' })] },
      { do: 'append', hits: [makeHit({ id: testId(1), origin: 'import', title: 'z' })] },
      { do: 'maintain', force: true },
    ],
  ],
]

describe.skipIf(chdbModules === undefined)('ClickHouse’s engine', () => {
  test.each(histories)('%s', { timeout: 120_000 }, async (_, steps) => {
    const database = freshDatabase()
    await playOn(steps.map((each) => [each, 0]), ({ now }) => createClickhouseStore({ client: openChdb(), database, pause: 0, settle: 0, now }), 1)
  })

  test.each([1, 2])('random histories say what the reference says, with %i processes', { timeout: 600_000 }, async (processes) => {
    const steps = fc.array(fc.tuple(step, fc.nat(1)), { minLength: 1, maxLength: 8 })
    const history = fc.asyncProperty(steps, async (its) => {
      const database = freshDatabase()
      const client = openChdb()
      await playOn(its, ({ now }) => createClickhouseStore({ client, database, pause: 0, settle: 0, now }), processes)
      await client.command({ query: `DROP DATABASE \`${database}\`` })
    })
    await fc.assert(history, { numRuns, ...(seed !== undefined && { seed: Number(seed) }) })
  })
})
