import { createReferenceStore, type HitStore } from '@treadlight/store'
import { createClickhouseStore } from '@treadlight/store/clickhouse'
import { describe, expect, test } from 'vitest'
import { noon } from '../../store/makeHit.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'
import { createAsker, randomHits } from './randomQuestions.ts'

const questions = Number(process.env['QUESTIONS'] ?? 30)
const first = Number(process.env['SEED'] ?? 1)

describe.skipIf(chdbModules === undefined)('ClickHouse’s engine', () => {
  test.each([first, first + 1])('whatever is asked of random hits, it says what the reference says: seed %i', { timeout: 3_600_000 }, async (seed) => {
    const now = () => noon
    const reference = createReferenceStore({ now })
    const store = await createClickhouseStore({ client: openChdb(), database: freshDatabase(), pause: 0, now })
    const hits = randomHits(seed, 300)
    for (const each of [reference, store]) await each.append(hits.slice(0, 250))
    // Of some days there are rows, of one that was built before there is another hit since, and today has none.
    if (seed % 2 === 1) await store.maintain()
    for (const each of [reference, store]) await each.append(hits.slice(250))
    if (seed % 4 === 1) await store.maintain({ force: true })
    const asker = createAsker(seed)
    for (let index = 0; index < questions; index++) {
      const [query, funnel, journeys] = [asker.query(), asker.funnel(), asker.journeys()]
      expect(await settle(store, (each) => each.query(query)), JSON.stringify(query)).toEqual(await settle(reference, (each) => each.query(query)))
      if (index % 3 > 0) continue
      expect(await settle(store, (each) => each.funnel(funnel)), JSON.stringify(funnel)).toEqual(await settle(reference, (each) => each.funnel(funnel)))
      expect(await settle(store, (each) => each.journeys(journeys)), JSON.stringify(journeys)).toEqual(await settle(reference, (each) => each.journeys(journeys)))
    }
    await store.close()
  })
})

/** The answer, or why it is refused. */
async function settle<T>(store: HitStore, ask: (store: HitStore) => Promise<T>): Promise<T | string> {
  try {
    return await ask(store)
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}
