import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { explain } from './explain.ts'
import type { Params } from './params.ts'

/** What the store asks of a server: whole answers, and errors that say what to do. */
export interface SqlClient {
  /** The rows of an answer. @throws Error naming the server and the remedy; StoreBusyError where it has too much to do */
  rows<Row>(sql: string, params?: Params, settings?: ClickHouseSettings): Promise<Row[]>
  /** The same as they come, some at a time. */
  stream<Row>(sql: string, params?: Params, settings?: ClickHouseSettings): AsyncIterable<Row[]>
  command(sql: string, params?: Params, settings?: ClickHouseSettings): Promise<void>
  /** Resolves once the rows are on disk, in a cluster on a quorum of the replicas. */
  insert(table: string, rows: readonly Record<string, unknown>[]): Promise<void>
  close(): Promise<void>
}

/** What every statement is asked with. */
const settings: ClickHouseSettings = {
  // As numbers: no figure of ours is beyond 2^53, but `version`, which is never read.
  output_format_json_quote_64bit_integers: 0,
  // Parts that are merged already need no FINAL between them.
  do_not_merge_across_partitions_select_final: 1,
  // A left join finds an empty text where there is nothing to find, as facts have it.
  join_use_nulls: 0,
  // In a cluster all of a home day is on one shard.
  distributed_product_mode: 'local',
}

/** What an insert is acknowledged with. */
const inserting: ClickHouseSettings = {
  // A profile may say otherwise: acknowledged is what is on disk.
  async_insert: 0,
  // A hit that comes again after it was deleted is the same block, and is to be stored.
  insert_deduplicate: 0,
  distributed_foreground_insert: 1,
}

/** Proxies close connections on which nothing is heard for long. */
const heard: ClickHouseSettings = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '10000' }

export interface SqlClientOptions {
  client: ClickHouseClient
  /** How the server is called in messages: without a password. */
  name: string
  cluster?: string | undefined
  /** Closes the client with this one. @default false */
  owned?: boolean
  /** How long a statement may take, ms, and one that is waited for until all replicas have done it. */
  timeout?: number
  longTimeout?: number
}

/** Wraps the official client. */
export function createSqlClient({ client, name, cluster, owned = false, timeout = 30_000, longTimeout = 3_600_000 }: SqlClientOptions): SqlClient {
  const insertSettings: ClickHouseSettings = { ...settings, ...inserting, ...(cluster !== undefined && { insert_quorum: 'auto' }) }

  return {
    async rows<Row>(sql: string, params?: Params, more?: ClickHouseSettings) {
      const all: Row[] = []
      for await (const rows of this.stream<Row>(sql, params, more)) all.push(...rows)
      return all
    },
    async *stream<Row>(sql: string, params?: Params, more?: ClickHouseSettings) {
      try {
        const result = await client.query({ query: sql, format: 'JSONEachRow', query_params: params?.values ?? {}, clickhouse_settings: { ...settings, ...more }, abort_signal: AbortSignal.timeout(timeout) })
        for await (const rows of result.stream<Row>()) yield rows.map((row) => row.json() as Row)
      } catch (error) {
        throw explain(error, name)
      }
    },
    async command(sql, params, more) {
      try {
        const isLong = more?.mutations_sync !== undefined
        await client.command({
          query: sql,
          query_params: params?.values ?? {},
          clickhouse_settings: { ...settings, ...more, ...(isLong && heard) },
          abort_signal: AbortSignal.timeout(isLong ? longTimeout : timeout),
        })
      } catch (error) {
        throw explain(error, name)
      }
    },
    async insert(table, rows) {
      if (rows.length === 0) return
      try {
        await client.insert({ table, values: rows as Record<string, unknown>[], format: 'JSONEachRow', clickhouse_settings: insertSettings, abort_signal: AbortSignal.timeout(timeout) })
      } catch (error) {
        throw explain(error, name)
      }
    },
    async close() {
      if (owned) await client.close()
    },
  }
}
