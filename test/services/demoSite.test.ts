import { randomBytes } from 'node:crypto'
import { createStore, createValues, openStorage, type StorageConfig } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { createDemoSites } from '../../packages/collector/src/demoSite/demoSites.ts'
import { createSiteRegistry } from '../../packages/collector/src/sites/siteRegistry.ts'

const redis = process.env['TEST_REDIS_URL']
const postgres = process.env['TEST_POSTGRES_URL']

const services: [name: string, config: ((unique: string) => StorageConfig) | undefined][] = [
  ['redis', redis === undefined ? undefined : (unique) => ({ driver: 'redis', url: redis, base: unique })],
  ['postgres', postgres === undefined ? undefined : (unique) => ({ driver: 'postgres', url: postgres, table: unique })],
]

for (const [name, config] of services) {
  describe.skipIf(config === undefined)(name, () => {
    test('a site with made-up visits is made, and leaves nothing behind', async () => {
      const opened = await openStorage(config!(`test_${randomBytes(6).toString('hex')}`))
      const store = await createStore(opened)
      try {
        const values = createValues(opened.storage)
        const registry = createSiteRegistry({ values, defaultSite: { id: 'default', timezone: 'UTC' }, defaultHosts: [], configured: [], now: Date.now })
        const demoSites = createDemoSites({ store, values, registry, timezone: 'Europe/Berlin', now: Date.now, size: { days: 40, visits: 10 } })
        const { demo } = await (await demoSites.begin({})).filled
        expect(demo.hits).toBeGreaterThan(500)
        const { rows } = await store.query({ site: 'demo', timezone: 'UTC', range: { from: Date.now() - 41 * 86_400_000, to: Date.now() }, metrics: ['events'] })
        expect(rows[0]!.metrics[0]).toBeGreaterThan(300)
        expect(await demoSites.remove('demo')).toMatchObject({ hits: demo.hits, goals: 4 })
        expect(await opened.storage.getKeys()).toEqual([])
      } finally {
        await store.close()
        await opened.storage.dispose()
      }
    }, 60_000)
  })
}
