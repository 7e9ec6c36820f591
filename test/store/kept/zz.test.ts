import fc from 'fast-check'
import { test } from 'vitest'
import { createFaultyStorage } from '../faultyStorage.ts'
import { append, erase, identify, play, prune, upkeep, type Step } from '../playHistory.ts'
const wait: fc.Arbitrary<Step> = fc.record({ do: fc.constant('wait'), days: fc.constantFrom(1, 6) })
const step = fc.oneof(
  { weight: 8, arbitrary: append }, { weight: 2, arbitrary: identify }, { weight: 4, arbitrary: erase }, { weight: 5, arbitrary: prune }, { weight: 3, arbitrary: upkeep }, { weight: 1, arbitrary: wait },
)
const history = fc.array(fc.tuple(step, fc.nat(2)), { minLength: 3, maxLength: 8 })
test('zz', { timeout: 590_000 }, async () => {
  await fc.assert(fc.asyncProperty(history, (steps) => play(steps, createFaultyStorage({ append: true }).storage, 1, true)), { numRuns: 100000, interruptAfterTimeLimit: 240_000, endOnFailure: false, markInterruptAsFailure: false })
})
