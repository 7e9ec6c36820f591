import { randomBytes } from 'node:crypto'
import { createStore, openStorage, type StorageConfig } from '@treadlight/store'
import { describe, onTestFinished } from 'vitest'
import { testHitStore } from '../contracts/hitStore.ts'

/** A storage for each test, empty. Null where the server is not running: see scripts/testServices.ts. */
const services: Record<string, ((unique: string) => StorageConfig) | null> = {
  redis: fromEnv('TEST_REDIS_URL', (url) => (unique) => ({ driver: 'redis', url, base: unique })),
  postgres: fromEnv('TEST_POSTGRES_URL', (url) => (unique) => ({ driver: 'postgres', url, table: unique })),
}

for (const [name, config] of Object.entries(services)) {
  describe.skipIf(config === null)(name, () => {
    testHitStore(name, async (options) => {
      const opened = await openStorage(config!(`test_${randomBytes(6).toString('hex')}`))
      onTestFinished(() => opened.storage.dispose())
      return createStore({ ...opened, ...options })
    })
  })
}

function fromEnv<T>(name: string, use: (value: string) => T): T | null {
  const value = process.env[name]
  return value === undefined ? null : use(value)
}
