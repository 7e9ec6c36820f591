import fc from 'fast-check'
import { describe, test } from 'vitest'
import { createFaultyStorage } from '../faultyStorage.ts'
import { append, erase, identify, play, prune, upkeep, type Step } from '../playHistory.ts'
import { sized } from '../../sizes.ts'

const wait: fc.Arbitrary<Step> = fc.record({ do: fc.constant('wait'), days: fc.constantFrom(1, 6) })
const step = fc.oneof(
  { weight: 8, arbitrary: append },
  { weight: 2, arbitrary: identify },
  { weight: 2, arbitrary: erase },
  { weight: 5, arbitrary: prune },
  { weight: 3, arbitrary: upkeep },
  { weight: 1, arbitrary: wait },
)
const history = fc.array(fc.tuple(step, fc.nat(2)), { minLength: 4, maxLength: 14 })

describe('PV22 random histories with much pruning: sums that are kept say what the reference says', () => {
  for (const [processes, append, numRuns] of [[1, true, sized(75, 25)], [1, false, sized(50, 15)], [3, true, sized(30, 10)]] as const) {
    test(`${processes} at once, ${append ? 'appending' : 'one value per group'}`, { timeout: 120_000 }, async () => {
      await fc.assert(fc.asyncProperty(history, (steps) => play(steps, createFaultyStorage({ append }).storage, processes, true)), { numRuns })
    })
  }
})
