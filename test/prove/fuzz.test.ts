import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

// The full size is `npm run prove -- fuzz --runs 1000000`.
test('T9 hostile requests: no server error, nothing acknowledged is lost, nothing counted twice', async () => {
  const result = await fuzz({ runs: 20_000, seed: 1, progress: () => {} })
  expect(result.failures).toEqual([])
  expect(result).toMatchObject({ lost: 0, twice: 0, serverErrors: 0, unhandledRejections: 0 })
  expect(result.runs).toBeGreaterThanOrEqual(20_000)
  expect(result.hits).toBeGreaterThan(2000)
}, 120_000)
