import { createStorage, type Driver } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { createCloudflareKvDriver } from './drivers/cloudflareKv.ts'
import { createR2Driver } from './drivers/r2.ts'
import type { OpenedStorage, StorageConfig } from './openStorage.ts'

/**
 * `openStorage` of a Worker: what its bindings are, and no driver that needs a file or a socket.
 * @throws RangeError for another driver
 */
export async function openBinding(config: StorageConfig): Promise<OpenedStorage> {
  return { storage: createStorage({ driver: driverOf(config) }), durability: config.driver === 'memory' ? 'volatile' : 'acknowledged' }
}

function driverOf({ driver: name, ...options }: StorageConfig): Driver {
  if (name === 'r2') return createR2Driver(options as Parameters<typeof createR2Driver>[0])
  if (name === 'cloudflare-kv') return createCloudflareKvDriver(options as Parameters<typeof createCloudflareKvDriver>[0])
  if (name === 'memory') return memoryDriver()
  throw new RangeError(`[treadlight store] storage driver ${JSON.stringify(name)} is not to be had in a Worker: choose r2, cloudflare-kv or memory`)
}
