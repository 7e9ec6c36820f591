import { expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import { sized } from '../sizes.ts'

// The full size is `npm run prove -- simulate --runs 10000`.
test('simulated disasters: nothing acknowledged is lost, nothing counted twice, nothing erased returns', async () => {
  const result = await simulate({ runs: sized(200, 50), seed: 1, jobs: 1, progress: () => {} })
  expect(result.failed).toEqual([])
  expect(result).toMatchObject({ lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(1000)
}, 120_000)

test('the same seed is the same disaster', async () => {
  const options = { runs: 3, seed: 4711, progress: () => {} }
  expect((await simulate(options)).hash).toBe((await simulate(options)).hash)
}, 60_000)
