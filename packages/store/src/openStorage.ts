import { createStorage, type Storage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { createFsDriver, type FsDriverOptions } from './drivers/fs.ts'
import type { Durability } from './store.ts'

/** Where to keep the data: the driver by name, with its options. */
export type StorageConfig = ({ driver: 'fs' } & FsDriverOptions) | { driver: 'memory' }

/**
 * Opens a storage by config. The result fits into `createStore`.
 *
 * @throws RangeError for an unknown driver, with the known ones
 * @example
 * const store = await createStore(openStorage({ driver: 'fs', base: './data' }))
 */
export function openStorage(config: StorageConfig): { storage: Storage; durability: Durability } {
  switch (config.driver) {
    case 'fs':
      return { storage: createStorage({ driver: createFsDriver(config) }), durability: config.sync === false ? 'volatile' : 'synced' }
    case 'memory':
      return { storage: createStorage({ driver: memoryDriver() }), durability: 'volatile' }
    default: {
      const { driver } = config as { driver: unknown }
      throw new RangeError(`[treadlight store] unknown storage driver ${JSON.stringify(driver)}: choose fs or memory`)
    }
  }
}
