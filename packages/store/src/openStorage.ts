import { createStorage, type Driver, type Storage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { createCloudflareKvDriver, type CloudflareKvDriverOptions } from './drivers/cloudflareKv.ts'
import { createFsDriver, type FsDriverOptions } from './drivers/fs.ts'
import { checkFolder } from './drivers/fsChecks.ts'
import { createPostgresDriver, type PostgresDriverOptions } from './drivers/postgres.ts'
import { createR2Driver, type R2DriverOptions } from './drivers/r2.ts'
import { createRedisDriver, type RedisDriverOptions } from './drivers/redis.ts'
import { createS3Driver, type S3DriverOptions } from './drivers/s3.ts'
import { createSqliteDriver, type SqliteDriverOptions } from './drivers/sqlite.ts'
import type { Durability } from './store.ts'

interface DriverOptions {
  fs: FsDriverOptions
  memory: object
  redis: RedisDriverOptions
  postgres: PostgresDriverOptions
  sqlite: SqliteDriverOptions
  s3: S3DriverOptions
  r2: R2DriverOptions
  'cloudflare-kv': CloudflareKvDriverOptions
}

type DriverName = keyof DriverOptions

/** Where to keep the data: the driver by name, with its options. */
export type StorageConfig = { [Name in DriverName]: { driver: Name } & DriverOptions[Name] }[DriverName]

/** What `createStore` takes. */
export interface OpenedStorage {
  storage: Storage
  /**
   * `synced`: on the disk of this machine (`fs`, `sqlite`). `acknowledged`: a server or service has said yes; what that
   * is worth is its own setting (Redis' `appendfsync`, PostgreSQL's `synchronous_commit`), see `checkStorage`.
   * `volatile`: gone with the process (`memory`) or in a power failure (`fs` without `sync`).
   */
  durability: Durability
}

type Opener<Options> = (options: Options) => Promise<[driver: Driver, durability: Durability]>

const openers: { [Name in DriverName]: Opener<DriverOptions[Name]> } = {
  fs: async (options) => {
    const driver = { ...createFsDriver(options), exclusive: true, checks: () => checkFolder(options) }
    return [driver, options.sync === false ? 'volatile' : 'synced']
  },
  memory: async () => [memoryDriver(), 'volatile'],
  redis: async (options) => [await createRedisDriver(options), 'acknowledged'],
  postgres: async (options) => [await createPostgresDriver(options), 'acknowledged'],
  sqlite: async (options) => [await createSqliteDriver(options), 'synced'],
  s3: async (options) => [await createS3Driver(options), 'acknowledged'],
  r2: async (options) => [createR2Driver(options), 'acknowledged'],
  'cloudflare-kv': async (options) => [createCloudflareKvDriver(options), 'acknowledged'],
}

/**
 * Opens a storage by config. The result fits into `createStore`; dispose of the storage when the store is closed.
 * `redis`, `postgres` and `sqlite` connect at once, so that a wrong address is known now and not with the first hit.
 *
 * @throws RangeError for an unknown driver, with the known ones
 * @throws Error naming the client library to install, or what cannot be reached
 * @example
 * const opened = await openStorage({ driver: 'fs', base: './data' })
 * const store = await createStore(opened)
 * await store.close()
 * await opened.storage.dispose()
 */
export async function openStorage(config: StorageConfig): Promise<OpenedStorage> {
  const { driver: name, ...options } = config
  if (!Object.hasOwn(openers, name)) {
    const [last, ...others] = Object.keys(openers).toReversed()
    const known = `${others.toReversed().join(', ')} or ${last}`
    throw new RangeError(`[treadlight store] unknown storage driver ${JSON.stringify(name)}: choose ${known}`)
  }
  // Name and options come from one config, which TypeScript cannot follow through the table.
  const [driver, durability] = await (openers[name] as Opener<object>)(options)
  return { storage: createStorage({ driver }), durability }
}
