import type { Cluster, Redis } from 'ioredis'
import { missingPeer } from '../importPeer.ts'
import { createDriverError, redact } from './driverError.ts'
import type { RedisDriverOptions } from './redis.ts'
import { withTimeout } from './timeLimit.ts'

/** What is used of ioredis, whose two clients share it. */
export type RedisClient = Pick<
  Redis | Cluster,
  'connect' | 'disconnect' | 'quit' | 'on' | 'sadd' | 'smembers' | 'hsetnx' | 'hgetBuffer' | 'hexists' | 'hkeys' | 'hdel' | 'call' | 'info'
>

/** A client that is connected. */
export interface RedisConnection {
  client: RedisClient
  /** Runs commands, and fails with what broke the connection instead of with "reached the max retries". */
  ask<T>(act: () => Promise<T>): Promise<T>
}

/** @throws Error naming what to install, or the server that cannot be reached */
export async function connectRedis(options: RedisDriverOptions, timeout: number): Promise<RedisConnection> {
  const client = await createClient(options, timeout)
  let broken: unknown
  // Without a listener ioredis writes to the console, and what is worth saying is in the error of each call.
  client.on('error', (error: unknown) => {
    if (!isNoise(error)) broken = error
    // After a SELECT that was refused ioredis goes on, in database 0: the connection is given up before it is ready.
    if (isSelection(error)) client.disconnect(true)
  })
  client.on('ready', () => (broken = undefined))
  const reasonOf = (error: unknown) => (isNoise(error) ? (broken ?? lostError(error)) : error)

  try {
    await withTimeout(client.connect(), timeout)
  } catch (error) {
    client.disconnect()
    throw createDriverError({ driver: 'redis', action: `connect to ${addressOf(options)}`, cause: broken ?? error, remedy: remedyOf(broken ?? error) })
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

function isSelection(error: unknown): boolean {
  return (error as { command?: { name?: unknown } }).command?.name === 'select'
}

/** ioredis' own words for a lost connection; they tell nobody why. */
function isNoise(error: unknown): boolean {
  return error instanceof Error && /max retries per request|^Connection is closed/.test(error.message)
}

function lostError(cause: unknown): Error {
  return Object.assign(new Error('the connection was lost', { cause }), { code: 'ECONNRESET' })
}

async function createClient(options: RedisDriverOptions, timeout: number): Promise<RedisClient> {
  const { Cluster, Redis } = await import('ioredis').catch(missingPeer('redis', 'ioredis'))
  const { url, cluster, client } = options
  const { username, password, host = 'localhost', port = 6379, db } = options
  checkDatabase(options)
  const account = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) }
  if (cluster) return new Cluster(cluster, { lazyConnect: true, redisOptions: { ...account, connectTimeout: timeout }, ...client })
  const settings = {
    lazyConnect: true,
    connectTimeout: Math.min(timeout, 10_000),
    // Fails what waits as soon as the connection is lost, instead of sending it a second time.
    maxRetriesPerRequest: 0,
    ...account,
    // Beside a URL it counts where that names none.
    ...(db !== undefined && { db }),
    ...client,
    // A round trip each: without them it is ready before it is known whether there is such a database.
    disableClientInfo: false,
    enableReadyCheck: true,
  }
  const redis = url === undefined ? new Redis({ host, port, ...settings }) : new Redis(url, settings)
  // What `client` says, or the query of the URL: ioredis takes over what it cannot read as NaN.
  if (!isDatabase(redis.options.db)) throw new RangeError('[treadlight redis] db must be the number of a database, from 0')
  return redis
}

/** @throws RangeError for what ioredis would take for another database, or for none */
function checkDatabase({ url, cluster, db = 0 }: RedisDriverOptions): void {
  if (!isDatabase(db)) throw new RangeError('[treadlight redis] db must be the number of a database, from 0')
  if (cluster && db > 0) throw new RangeError('[treadlight redis] db: a cluster has database 0 only: leave it out')
  const path = url !== undefined && /^rediss?:/i.test(url) && URL.canParse(url) ? new URL(url).pathname : ''
  // What stands there is not shown: of an address that is not as it should be, it may be a part of the password.
  if (!/^\/?\d*$/.test(path)) throw new RangeError('[treadlight redis] url must end with the number of a database, redis://localhost:6379/0, or with the port')
}

function isDatabase(db: unknown): boolean {
  return Number.isSafeInteger(db) && Number(db) >= 0
}

function addressOf({ url, cluster, host = 'localhost', port = 6379 }: RedisDriverOptions): string {
  if (cluster) return cluster.map((node) => `${node.host}:${node.port}`).join(', ')
  return url === undefined ? `${host}:${port}` : redact(url)
}

const remedies: [pattern: RegExp, remedy: string][] = [
  [/^(NOAUTH|WRONGPASS|ERR invalid password|ERR AUTH)/, 'correct username and password'],
  [/DB index/, 'name a database that the server has, by db or at the end of url: there are as many as `databases` in its settings says'],
  [/^ERR SELECT is not allowed in cluster/, 'a cluster has database 0 only: leave db out'],
  [/^NOPERM/, 'allow its user the commands SELECT, SADD, SMEMBERS, HSETNX, HGET, HEXISTS, HKEYS and HDEL'],
  [/^WRONGTYPE/, 'another application uses this name: choose another base'],
  [/^OOM/, 'raise maxmemory of the server'],
  [/^MISCONF/, 'the server cannot write to its disk: see its log'],
  [/^READONLY/, 'name the primary, not a replica'],
  [/^LOADING/, 'the server is starting: wait a moment'],
]

/** What the owner can do about an error of a command. */
export function remedyOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  return remedies.find(([pattern]) => pattern.test(message))?.[1] ?? 'check the server and its settings'
}
