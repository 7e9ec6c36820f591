import type { ClickHouseClient } from '@clickhouse/client'
import { redact } from '../drivers/driverError.ts'
import type { RetentionPolicy } from '../store.ts'

export interface ClickhouseStoreOptions {
  /** Of the HTTP interface, such as `http://localhost:8123`. May have a user and a password. @default that of `client` */
  url?: string
  /** A client to use instead: its owner closes it. */
  client?: ClickHouseClient
  /** Made if there is none. @default 'treadlight' */
  database?: string
  username?: string
  password?: string
  /** As `system.clusters` calls it: tables are replicated and distributed over it. @default one server */
  cluster?: string
  /**
   * Deletes hits by themselves a week after `prune` should have: a backstop, should that never be called. Ages in ms.
   * @default none
   */
  retention?: Pick<RetentionPolicy, 'anonymous' | 'authenticated'>
  /** Refuses a database in which there are no tables of treadlight, such as one whose name is mistyped. @default false */
  existing?: boolean
  /** Only reads: neither tables nor a database are made or changed. @default false */
  readOnly?: boolean
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** Least time from the begin of one insert to that of the next, ms: ClickHouse takes few large inserts better than many small ones. @default 200 */
  pause?: number
  /** How long a statement may take, ms; deletions and upkeep may take `longTimeout`. @default 30_000 */
  timeout?: number
  /** @default an hour */
  longTimeout?: number
  /** Most hits that wait to be inserted; beyond, `append` throws StoreBusyError. @default 50_000 */
  maxWaitingHits?: number
  /** How long derived rows that are no longer needed stay for those who are still reading them, ms. @default 10 minutes */
  grace?: number
  /**
   * How long a home day has to be as it is before its derived rows are kept, ms: the server may count a hit a moment before it shows it.
   * @default 2 seconds
   */
  settle?: number
}

export interface ResolvedClickhouseOptions extends Required<Omit<ClickhouseStoreOptions, 'url' | 'client' | 'username' | 'password' | 'cluster' | 'retention'>> {
  url: string | undefined
  client: ClickHouseClient | undefined
  username: string | undefined
  password: string | undefined
  cluster: string | undefined
  retention: Pick<RetentionPolicy, 'anonymous' | 'authenticated'> | undefined
  /** How messages call the server: without what is secret. */
  name: string
}

/** @throws RangeError where neither a client nor a server is named */
export function resolveOptions(options: ClickhouseStoreOptions): ResolvedClickhouseOptions {
  const { url, client } = options
  if (url === undefined && client === undefined) throw new RangeError('[treadlight clickhouse] needs the url of a server, such as http://localhost:8123, or a client')
  return {
    username: undefined,
    password: undefined,
    cluster: undefined,
    retention: undefined,
    database: 'treadlight',
    readOnly: false,
    existing: false,
    now: Date.now,
    pause: 200,
    timeout: 30_000,
    longTimeout: 3_600_000,
    maxWaitingHits: 50_000,
    grace: 10 * 60_000,
    settle: 2_000,
    ...options,
    url,
    client,
    name: url === undefined ? 'the client’s server' : redact(url),
  }
}
