import { expect, test } from 'vitest'
import { faults } from './faults.ts'
import { sized } from '../sizes.ts'

// The full size is `npm run prove -- faults`.
test('whatever call fails, whatever the disk refuses, whatever bit flips: nothing acknowledged is lost, nothing counted twice', async () => {
  const result = await faults({ runs: Infinity, seed: 1, stride: sized(11, 37), rounds: 3, progress: () => {} })
  expect(result).toMatchObject({ lost: 0, twice: 0, serverErrors: 0 })
  expect(result.runs).toBeGreaterThan(200)
}, 120_000)
