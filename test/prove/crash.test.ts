import { expect, test } from 'vitest'
import { crashCollector } from './crashCollector.ts'
import { crashStore } from './crashStore.ts'

// The full size is `npm run prove -- crash --runs 200`; these hold that it works at all and finds nothing in a few lives.
test('kill -9 of the collector under load: nothing acknowledged is lost, nothing counted twice', async () => {
  const result = await crashCollector({ runs: 5, seed: 7, progress: () => {} })
  expect(result).toMatchObject({ runs: 5, lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(300)
}, 120_000)

test('kill -9 of a process that compacts, prunes, erases and sweeps: nothing is lost, nothing comes back, nothing is left over', async () => {
  const found: string[] = []
  const result = await crashStore({ runs: 5, seed: 7, progress: () => {} }, { found: (text) => found.push(text), killed: () => {} })
  expect(found).toEqual([])
  expect(result).toMatchObject({ runs: 5, lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(300)
}, 120_000)
