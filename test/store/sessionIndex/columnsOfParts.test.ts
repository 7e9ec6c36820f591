import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredHit } from '@treadlight/store'
import { generateHits } from '../../../bench/generateHits.ts'
import { createFactTable } from '../../../packages/store/src/factTable.ts'
import { encodeSegment } from '../../../packages/store/src/segment/encodeSegment.ts'
import { openSegment } from '../../../packages/store/src/segment/openSegment.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfSegments } from '../../../packages/store/src/sessionIndex/columnsOfSegments.ts'
import { columnsOfTable } from '../../../packages/store/src/sessionIndex/columnsOfTable.ts'
import type { DayColumns } from '../../../packages/store/src/sessionIndex/dayColumns.ts'
import { makeHit, noon, testId } from '../makeHit.ts'
import { arbitraryHits, arbitraryPlainHits, home } from './arbitraryDay.ts'
import { sayHits, sayIndex } from './sayDay.ts'

type Columns = (day: string, hits: readonly StoredHit[]) => DayColumns | undefined

const ofSegments: Columns = (day, hits) => {
  // As signed-in and anonymous hits are apart.
  const kinds = [hits.filter((_, at) => at % 3 > 0), hits.filter((_, at) => at % 3 === 0)].filter(({ length }) => length > 0)
  return columnsOfSegments(day, kinds.map((each) => openSegment(encodeSegment(each))))
}
const ofTable: Columns = (day, hits) => {
  const table = createFactTable('shop', day)
  for (const hit of hits) table.add(hit)
  return columnsOfTable(table)
}

describe.each([['segments', ofSegments], ['a table', ofTable]] as const)('an index made of %s', (_, columnsOf) => {
  async function expectSame(day: string, hits: readonly StoredHit[]): Promise<void> {
    expect(await sayIndex(buildIndex(columnsOf(day, hits)!, { tick: 1 })!)).toEqual([sayHits(day, hits, 1)])
  }

  test('says what the hits say', async () => {
    await fc.assert(fc.asyncProperty(arbitraryPlainHits, (hits) => expectSame(home, hits)), { numRuns: 300 })
  })

  test('says that or nothing where columns cannot say all', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHits, async (hits) => {
        const columns = columnsOf(home, hits)
        if (columns !== undefined) expect(await sayIndex(buildIndex(columns, { tick: 1 })!)).toEqual([sayHits(home, hits, 1)])
      }),
      { numRuns: 300 },
    )
  })

  test.each([0, 0.3])('of generated hits, %d of them with a session id', async (sessionIds) => {
    const [hits = []] = generateHits({ hits: 25_000, days: 1, sessionIds })
    await expectSame(hits[0]!.day, hits)
  })

  test('of hits of one time, by their ids', async () => {
    await expectSame(home, Array.from({ length: 50 }, (_, at) => makeHit({ path: `/${at}`, id: testId((at * 31) % 97), session: 's', visitor: `v${at % 2}` })))
  })

  test('or nothing', () => {
    const odd: Partial<StoredHit>[] = [{ time: noon + 0.5 }, { path: '\ud800' }, { id: 'x' }, { engaged: 0.5 }, { engaged: -5, engagedDelta: -1 }]
    for (const fields of odd) expect(columnsOf(home, [makeHit(), makeHit(fields)])).toBeUndefined()
    const lacking = makeHit()
    delete (lacking as Partial<StoredHit>).path
    expect(columnsOf(home, [lacking])).toBeUndefined()
  })
})

test('two facts that make one hit are none', () => {
  const hit = makeHit()
  expect(ofTable(home, [hit, { ...hit, origin: 'server' }])).toBeUndefined()
})

test('segments of another day are none of this one', () => {
  expect(columnsOfSegments('2026-11-22', [openSegment(encodeSegment([makeHit()]))])).toBeUndefined()
})
