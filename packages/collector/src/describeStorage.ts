import type { Durability } from '@treadlight/store'
import type { Config } from './config.ts'

/** Where the hits are, in a few words and without secrets: `folder ./data`. */
export function describePlace({ storage, store }: Pick<Config, 'storage' | 'store'>): string {
  const { driver } = storage
  const place = Object.hasOwn(places, driver) ? places[driver]!(storage) : driver
  if (store.type === 'clickhouse') return `clickhouse ${addressOf(store.url)}, database ${store.database ?? 'treadlight'} (small values: ${place})`
  return store.type === 'ndjson' ? `file ${store.path} (small values: ${place})` : place
}

/** What a 201 is worth, as half a sentence. */
export function describePromise({ storage, store }: Pick<Config, 'storage' | 'store'>, durability: Durability): string {
  if (store.type === 'ndjson') return `${promises[durability]} (${durability})`
  if (store.type === 'clickhouse') return `a hit answered 201 is on the disk of ${store.cluster === undefined ? 'the ClickHouse server' : 'a quorum of the ClickHouse replicas'} (${durability})`
  if (storage.driver === 'fs' && storage['sync'] === false) return 'without fsync a power failure may take the last hits (volatile)'
  if (durability === 'volatile' && storage.driver !== 'memory') return 'a hit answered 201 may be lost all the same: see treadlight doctor (volatile)'
  return `${byDriver.get(storage.driver) ?? promises[durability]} (${durability})`
}

const promises: Record<Durability, string> = {
  synced: 'a hit answered 201 is on disk',
  acknowledged: 'a hit answered 201 was confirmed by the storage',
  volatile: 'hits are gone when the process ends',
}

/** Where there is more to say. */
const byDriver = new Map([
  ['redis', 'a hit answered 201 is in the server’s memory, and on its disk if appendfsync is always: see treadlight doctor'],
  ['postgres', 'a hit answered 201 was committed by the server: see treadlight doctor'],
  ['s3', 'a hit answered 201 was confirmed by the bucket'],
  ['r2', 'a hit answered 201 was confirmed by the bucket'],
  ['cloudflare-kv', 'a hit answered 201 was confirmed, and other places may not see it for up to 60 s'],
])

type Options = Record<string, unknown>

const places: Record<string, (options: Options) => string> = {
  fs: ({ base }) => `folder ${text(base)}`,
  memory: () => 'memory',
  redis: ({ base = 'treadlight', ...options }) => `redis ${addressOfRedis(options)}, keys ${text(base)}`,
  postgres: ({ url, host, port = 5432, database, table = 'treadlight_values' }) =>
    `postgres ${url === undefined ? `${text(host ?? process.env['PGHOST'] ?? 'localhost')}:${text(port)}/${text(database ?? process.env['PGDATABASE'] ?? '')}` : addressOf(url)}, table ${text(table)}`,
  sqlite: ({ path }) => `sqlite file ${text(path)}`,
  s3: ({ bucket, prefix = '', endpoint, region = 'us-east-1' }) =>
    `s3 bucket ${text(bucket)}${prefix === '' ? '' : `, prefix ${text(prefix)}`} at ${endpoint === undefined ? text(region) : addressOf(endpoint)}`,
  r2: ({ prefix = '' }) => `r2 bucket${prefix === '' ? '' : `, prefix ${text(prefix)}`}`,
  'cloudflare-kv': ({ base = 'treadlight' }) => `cloudflare-kv, keys ${text(base)}`,
}

function addressOfRedis({ url, cluster, host = 'localhost', port = 6379, db = 0 }: Options): string {
  if (Array.isArray(cluster)) return cluster.map(addressOfNode).join(', ')
  const address = url === undefined ? `${text(host)}:${text(port)}` : addressOf(url)
  return (url !== undefined && db === 0) || address.includes('/') ? address : `${address}/${text(db)}`
}

function addressOfNode(node: unknown): string {
  const { host, port } = node as { host?: unknown; port?: unknown }
  return `${text(host)}:${text(port)}`
}

/** Host, port and path of a URL: neither user nor password, nor what its query says. */
function addressOf(url: unknown): string {
  if (!URL.canParse(text(url))) return 'at an address that is no URL'
  const { host, pathname } = new URL(text(url))
  return `${host}${pathname === '/' ? '' : pathname}`
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
