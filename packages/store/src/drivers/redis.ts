import { Buffer } from 'node:buffer'
import type { Cluster, Redis } from 'ioredis'
import { missingPeer } from '../importPeer.ts'
import { createDriverError, redact } from './driverError.ts'
import { checkRedis } from './redisChecks.ts'
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
  /** Number of the database. @default 0 */
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

/** What is used of ioredis, whose two clients share it. */
export type RedisClient = Pick<
  Redis,
  'connect' | 'disconnect' | 'quit' | 'on' | 'sadd' | 'smembers' | 'hsetnx' | 'hgetBuffer' | 'hexists' | 'hkeys' | 'hdel' | 'call' | 'info'
>

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
 * @throws Error naming what to install, or the server that cannot be reached
 * @example
 * const driver = await createRedisDriver({ url: 'redis://localhost:6379' })
 */
export async function createRedisDriver(options: RedisDriverOptions): Promise<StoreDriver> {
  const { base = 'treadlight', timeout = defaultTimeout } = options
  const { client, ask } = await connect(options, timeout)

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
    remedy,
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

interface Connection {
  client: RedisClient
  /** Runs commands, and fails with what broke the connection instead of with "reached the max retries". */
  ask<T>(act: () => Promise<T>): Promise<T>
}

async function connect(options: RedisDriverOptions, timeout: number): Promise<Connection> {
  const client = await createClient(options, timeout)
  let broken: unknown
  // Without a listener ioredis writes to the console, and what is worth saying is in the error of each call.
  client.on('error', (error: unknown) => (broken = error))
  client.on('ready', () => (broken = undefined))
  const reasonOf = (error: unknown) => (error instanceof Error && connectionErrors.test(error.message) ? (broken ?? lostError(error)) : error)

  try {
    await withTimeout(client.connect(), timeout)
  } catch (error) {
    client.disconnect()
    throw createDriverError({ driver: 'redis', action: `connect to ${addressOf(options)}`, cause: broken ?? error, remedy: remedy(broken ?? error) })
  }
  return {
    client,
    async ask(act) {
      try {
        return await act()
      } catch (error) {
        throw reasonOf(error)
      }
    },
  }
}

/** ioredis' own words for a lost connection; they tell nobody why. */
const connectionErrors = /max retries per request|^Connection is closed/

function lostError(cause: Error): Error {
  return Object.assign(new Error('the connection was lost', { cause }), { code: 'ECONNRESET' })
}

async function createClient(options: RedisDriverOptions, timeout: number): Promise<RedisClient> {
  const { Cluster, Redis } = await import('ioredis').catch(missingPeer('redis', 'ioredis'))
  const { url, cluster, client } = options
  const { username, password, host = 'localhost', port = 6379, db = 0 } = options
  const account = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) }
  if (cluster) return new Cluster(cluster, { lazyConnect: true, redisOptions: { ...account, connectTimeout: timeout }, ...client }) satisfies Cluster as unknown as RedisClient
  const settings = {
    lazyConnect: true,
    connectTimeout: Math.min(timeout, 10_000),
    // Fails what waits as soon as the connection is lost, instead of sending it a second time.
    maxRetriesPerRequest: 0,
    ...account,
    ...client,
  }
  return url === undefined ? new Redis({ host, port, db, ...settings }) : new Redis(url, settings)
}

function addressOf({ url, cluster, host = 'localhost', port = 6379 }: RedisDriverOptions): string {
  if (cluster) return cluster.map((node) => `${node.host}:${node.port}`).join(', ')
  return url === undefined ? `${host}:${port}` : redact(url)
}

const remedies: [pattern: RegExp, remedy: string][] = [
  [/^(NOAUTH|WRONGPASS|ERR invalid password|ERR AUTH)/, 'correct username and password'],
  [/^NOPERM/, 'allow its user the commands SADD, SMEMBERS, HSETNX, HGET, HEXISTS, HKEYS and HDEL'],
  [/^WRONGTYPE/, 'another application uses this name: choose another base'],
  [/^OOM/, 'raise maxmemory of the server'],
  [/^MISCONF/, 'the server cannot write to its disk: see its log'],
  [/^READONLY/, 'name the primary, not a replica'],
  [/^LOADING/, 'the server is starting: wait a moment'],
]

function remedy(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  return remedies.find(([pattern]) => pattern.test(message))?.[1] ?? 'check the server and its settings'
}
