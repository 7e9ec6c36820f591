import { describe, expect, test } from 'vitest'
import { leastSquares } from './leastSquares.ts'
import { describePart, describeProgramme, isPassed, runPart } from './programme.ts'
import { boundOf, emptyResult, type Proof, type ProveResult } from './proof.ts'
import { seededRandom } from './random.ts'

const options = { runs: 1, seed: 5, progress: () => {} }
const proof = (prove: Proof['prove']): Proof => ({ summary: '', unit: 'kills', runs: 1, small: 1, leaves: '', prove })
const result = (fields: Partial<ProveResult> = {}): ProveResult => ({ ...emptyResult(5), runs: 300, hits: 1200, ...fields })

describe('the programme', () => {
  test.each([
    [result(), true, '✓ crash: 300 kills, 1,200 hits: 0 lost, 0 twice, 0 server errors, 0 page errors; fails in fewer than 1 % of kills and 0.25 % of hits (95 %); seed 5, 0 s'],
    [result({ lost: 2 }), false, '✗ crash: 300 kills, 1,200 hits: 2 lost, 0 twice, 0 server errors, 0 page errors; seed 5, 0 s'],
    [result({ pageErrors: 1 }), false, '✗ crash: 300 kills, 1,200 hits: 0 lost, 0 twice, 0 server errors, 1 page errors; seed 5, 0 s'],
  ])('says of a part what it has shown', async (found, passed, line) => {
    const outcome = await runPart('crash', proof(async () => found), options)
    expect(describePart(outcome)).toBe(line)
    expect(isPassed(outcome)).toBe(passed)
  })

  test('a part that breaks off has shown nothing', async () => {
    const outcome = await runPart('browsers', proof(() => Promise.reject(new Error('no firefox here'))), options)
    expect(isPassed(outcome)).toBe(false)
    expect(describePart(outcome)).toMatch(/^✗ browsers: Error: no firefox here/)
    expect(describeProgramme([outcome])).toMatch(/browsers +broke off[^]*\nFailed: browsers$/)
  })
})

test('no failure in n runs: with 95 % confidence there is less than one in n / 3', () => {
  for (const runs of [10, 1000]) {
    const chance = (1 - boundOf(runs)) ** runs
    expect(chance).toBeGreaterThan(0.02)
    expect(chance).toBeLessThanOrEqual(0.05)
  }
  expect(boundOf(1)).toBe(1)
})

describe('leastSquares', () => {
  test('the error holds the true slope in 19 of 20 cases', () => {
    const random = seededRandom(3)
    const noise = (): number => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6)
    const isHeld = Array.from({ length: 2000 }, () => {
      const { slope, error } = leastSquares(Array.from({ length: 8 }, (_, x) => [x, 3 * x + 100 + noise()] as const))
      return Math.abs(slope - 3) < error
    })
    expect(isHeld.filter(Boolean).length / isHeld.length).toBeCloseTo(0.95, 1)
  })

  test('two points say nothing of how far it may be off', () => {
    expect(leastSquares([[0, 1], [1, 3]])).toEqual({ slope: 2, error: Infinity })
  })
})
