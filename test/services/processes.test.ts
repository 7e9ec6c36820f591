import { randomBytes } from 'node:crypto'
import type { StorageConfig } from '@treadlight/store'
import { afterAll, describe, expect, test } from 'vitest'
import { removeWorker } from '../prove/crashWorker.ts'
import { roundOfProcesses } from '../prove/processes.ts'
import { seededRandom } from '../prove/random.ts'
import type { ProveResult } from '../prove/proof.ts'

const redis = process.env['TEST_REDIS_URL'] ?? ''
const postgres = process.env['TEST_POSTGRES_URL'] ?? ''
const services: [name: string, url: string, config: (unique: string) => StorageConfig][] = [
  ['redis', redis, (unique) => ({ driver: 'redis', url: redis, base: unique })],
  ['postgres', postgres, (unique) => ({ driver: 'postgres', url: postgres, table: unique })],
]

afterAll(removeWorker)

// On a folder, and at any size: `npm run prove -- processes`.
for (const [name, url, config] of services) {
  describe.skipIf(url === '')(name, () => {
    test('three processes that append, compact, prune and erase at once, some killed with -9: nothing is lost, nothing counted twice', async () => {
      const found: string[] = []
      const result: ProveResult = { runs: 1, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed: 11, hits: 0 }
      const log = { found: (text: string) => found.push(text), killed: () => undefined }
      const round = { config: config(`test_${randomBytes(6).toString('hex')}`), processes: 3, lasts: 5000, random: seededRandom(11) }
      await roundOfProcesses(round, result, log)
      expect(found).toEqual([])
      expect(result).toMatchObject({ lost: 0, twice: 0, serverErrors: 0 })
      expect(result.hits).toBeGreaterThan(500)
    }, 120_000)
  })
}
