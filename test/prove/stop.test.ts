import { expect, test } from 'vitest'
import { stop } from './stop.ts'

// The full size is `npm run prove -- stop --runs 200`; this holds that it works at all and finds nothing in a few stops.
test('T13 SIGTERM under load: what was acknowledged is stored, what was asked is answered, and it ends with 0', async () => {
  const found: string[] = []
  const { figures, ...result } = await stop({ runs: 2, seed: 7, progress: () => {}, say: (text) => found.push(text) })
  expect(found).toEqual([])
  expect(result).toMatchObject({ runs: 2, lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(50)
  expect(figures['requests in flight at the signal']).toBeGreaterThan(0)
}, 120_000)
