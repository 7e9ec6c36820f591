import { expect, test } from 'vitest'
import { outbox } from './outbox.ts'

// The full size is `npm run prove -- outbox --runs 1000`; this holds that it works at all and finds nothing in a few kills.
test('kill -9 of servers with an outbox: what was kept is delivered with its id and time, and once', async () => {
  const result = await outbox({ runs: 6, seed: 7, progress: () => {} })
  expect(result).toMatchObject({ runs: 6, lost: 0, twice: 0, serverErrors: 0 })
  expect(result.hits).toBeGreaterThan(40)
}, 120_000)
