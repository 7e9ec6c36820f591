import type { Pool, QueryResultRow } from 'pg'
import { missingPeer } from '../importPeer.ts'
import type { PostgresDriverOptions } from './postgres.ts'

export type PostgresQuery = <Row extends QueryResultRow>(sql: string, params?: unknown[]) => Promise<{ rows: Row[]; rowCount: number | null }>

/** @throws Error naming what to install */
export async function createPool(options: PostgresDriverOptions, timeout: number): Promise<Pool> {
  const { default: pg } = await import('pg').catch(missingPeer('postgres', 'pg'))
  const { url, table: _table, timeout: _timeout, client, ...connection } = options
  const pool = new pg.Pool({
    ...(url !== undefined && { connectionString: url }),
    ...connection,
    application_name: 'treadlight',
    keepAlive: true,
    // A command that forgets to close must still end.
    allowExitOnIdle: true,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
    ...client,
  })
  // The pool has dropped the idle connection that was lost. Without a listener the process would end.
  pool.on('error', () => undefined)
  return pool
}
