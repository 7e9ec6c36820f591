import { expect, test } from 'vitest'
import { crash } from './crash.ts'

// The full size is `npm run prove -- crash --runs 200`; this holds that it works at all and finds nothing in a few lives.
test('kill -9 of the collector under load: nothing acknowledged is lost, nothing counted twice', async () => {
  const result = await crash({ runs: 8, seed: 7, progress: () => {} })
  expect(result).toMatchObject({ runs: 8, lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(500)
}, 120_000)
