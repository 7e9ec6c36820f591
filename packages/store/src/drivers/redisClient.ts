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
  client.on('error', (error: unknown) => (broken = error))
  client.on('ready', () => (broken = undefined))
  const reasonOf = (error: unknown) => (error instanceof Error && connectionErrors.test(error.message) ? (broken ?? lostError(error)) : error)

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
  if (cluster) return new Cluster(cluster, { lazyConnect: true, redisOptions: { ...account, connectTimeout: timeout }, ...client })
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

/** What the owner can do about an error of a command. */
export function remedyOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  return remedies.find(([pattern]) => pattern.test(message))?.[1] ?? 'check the server and its settings'
}
