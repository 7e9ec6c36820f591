import { Buffer } from 'node:buffer'
import { checkRedis } from './redisChecks.ts'
import { connectRedis, remedyOf } from './redisClient.ts'
import { createDriver, isKey, type Backend, type StoreDriver } from './storeDriver.ts'
import { defaultTimeout, withTimeout } from './timeLimit.ts'

export interface RedisDriverOptions {
  /** `redis://user:password@host:6379/0`, `rediss://` for TLS. Without it, `host` and the others count. */
  url?: string
  /** @default 'localhost' */
  host?: string
  /** @default 6379 */
  port?: number
  username?: string
  password?: string
  /** Number of the database; beside `url`, where that names none. @default 0 */
  db?: number
  /** Some nodes of a cluster; then `url`, `host` and `port` do not count. All values of one site are on one node. */
  cluster?: { host: string; port: number }[]
  /** Further options of ioredis, of its `Cluster` where `cluster` is given: `tls`, `sentinels` … */
  client?: object
  /** What all keys in the database begin with. @default 'treadlight' */
  base?: string
  /** After how long a call fails, ms. @default 30_000 */
  timeout?: number
}

/**
 * An unstorage driver on Redis and what speaks like it (Valkey, KeyDB).
 *
 * The values of one site are fields of one hash, `{base}:{first part of the key}`, so that HSETNX creates exclusively
 * and HKEYS lists completely, each key once, without a walk through the database. A sorted set beside plain values would
 * list as fast, but the two can come to disagree (an eviction, a deletion by hand, a restore), and then acknowledged
 * values are there and never found; a SCAN reads every key of every application in the database for each listing. The
 * set `{base}` has the hashes; it is written first, so that it may name an empty one but never lacks one.
 *
 * What a resolved write is worth depends on the server's `appendonly`, `appendfsync` and `maxmemory-policy`: `checks`
 * says. After a lost connection nothing is sent again by itself: whether a write took effect is unknown, and says so. In
 * a cluster ioredis does send it again, and EEXIST may then mean one's own value.
 *
 * @throws RangeError for what is no number of a database
 * @throws Error naming what to install, the server that cannot be reached, or the database that it does not have
 * @example
 * const driver = await createRedisDriver({ url: 'redis://localhost:6379' })
 */
export async function createRedisDriver(options: RedisDriverOptions): Promise<StoreDriver> {
  const { base = 'treadlight', timeout = defaultTimeout } = options
  const { client, ask } = await connectRedis(options, timeout)

  const backend: Backend = {
    name: 'redis',
    exclusive: true,
    async create(key, bytes) {
      const { hash, field } = placeOf(key)
      // One round trip: they go out in this order, and both must have worked.
      const [, created] = await ask(() => Promise.all([client.sadd(base, hash), client.hsetnx(`${base}:${hash}`, field, Buffer.from(bytes))]))
      return created === 1
    },
    async read(key) {
      const { hash, field } = placeOf(key)
      return (await ask(() => client.hgetBuffer(`${base}:${hash}`, field))) ?? undefined
    },
    async has(key) {
      const { hash, field } = placeOf(key)
      return (await ask(() => client.hexists(`${base}:${hash}`, field))) === 1
    },
    async list(prefix) {
      const hashes = prefix === '' ? await ask(() => client.smembers(base)) : [placeOf(prefix).hash]
      const lists = await ask(() => Promise.all(hashes.map((hash) => listHash(hash))))
      return lists.flat().filter((key) => key.startsWith(prefix) && isKey(key))
    },
    async remove(key) {
      const { hash, field } = placeOf(key)
      await ask(() => client.hdel(`${base}:${hash}`, field))
    },
    remedy: remedyOf,
    checks: () => checkRedis(client),
    async dispose() {
      // Answers what is under way first; without a connection there is nothing to wait for.
      await withTimeout(client.quit(), Math.min(timeout / 2, 1000)).catch(() => undefined)
      client.disconnect()
    },
  }

  async function listHash(hash: string): Promise<string[]> {
    const fields = await client.hkeys(`${base}:${hash}`)
    return fields.map((field) => (field === '' ? hash : `${hash}:${field}`))
  }

  return createDriver(backend, timeout)
}

function placeOf(key: string): { hash: string; field: string } {
  const colon = key.indexOf(':')
  return colon === -1 ? { hash: key, field: '' } : { hash: key.slice(0, colon), field: key.slice(colon + 1) }
}
