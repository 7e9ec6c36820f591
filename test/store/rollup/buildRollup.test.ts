import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildRollup, sumUpLazily } from '../../../packages/store/src/rollup/buildRollup.ts'
import { rollupDimensions } from '../../../packages/store/src/rollup/rollup.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import type { SessionIndex } from '../../../packages/store/src/sessionIndex/sessionIndex.ts'
import { makeHit } from '../makeHit.ts'
import { arbitraryHits } from '../sessionIndex/arbitraryDay.ts'

test('sums that are made when they are asked for are the same, in any order', async () => {
  const order = fc.shuffledSubarray([...rollupDimensions])
  await fc.assert(
    fc.asyncProperty(arbitraryHits, order, fc.boolean(), async (hits, dimensions, totalsFirst) => {
      const index = buildIndex(columnsOfHits('2026-11-21', hits)!, { tick: 1 })!
      const rollup = (await buildRollup(index, () => ''))!
      const lazy = sumUpLazily(index)
      expect([lazy.days, lazy.names]).toEqual([rollup.days, rollup.names])
      if (totalsFirst) expect(await lazy.totals()).toEqual(await rollup.totals())
      for (const dimension of dimensions) expect(await lazy.rows(dimension)).toEqual(await rollup.rows(dimension))
      expect(await lazy.totals()).toEqual(await rollup.totals())
    }),
  )
})

test.each([
  ['a part of a ms', 0.5],
  ['below none', -1],
  ['more than can be added up', 2 ** 53],
])('engaged times of %s are told by neither', async (_, engaged) => {
  const index = buildIndex(columnsOfHits('2026-11-21', [makeHit({ engaged: 1000 })])!, { tick: 1 })!
  const odd: SessionIndex = { ...index, load: async (names) => ({ ...(await index.load(names)), engaged: new Float64Array([engaged]) }) }
  expect(await buildRollup(index, () => '')).toBeDefined()
  expect(await buildRollup(odd, () => '')).toBeUndefined()
  await expect(sumUpLazily(odd).totals()).rejects.toThrow('no whole numbers')
  await expect(sumUpLazily(odd).rows('visit:country')).rejects.toThrow('no whole numbers')
})
