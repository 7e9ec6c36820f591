import { createDriverError, redact } from './driverError.ts'
import { codeOf } from './fsError.ts'
import { checkPostgres } from './postgresChecks.ts'
import { createPool, type PostgresQuery } from './postgresPool.ts'
import { createDriver, isKey, type Backend, type StoreDriver } from './storeDriver.ts'
import { endOf, quoteTable } from './tableName.ts'
import { defaultTimeout, withTimeout } from './timeLimit.ts'

export interface PostgresDriverOptions {
  /** `postgres://user:password@host:5432/database`. Without it, `host` and the others count, then PGHOST and its like. */
  url?: string
  host?: string
  port?: number
  user?: string
  password?: string
  database?: string
  /** True, or the options of Node's `tls.connect`. */
  ssl?: boolean | object
  /** Most connections of this process. @default 10 */
  max?: number
  /** Further options of pg's `Pool`. */
  client?: object
  /** With its schema if need be; made if missing. @default 'treadlight_values' */
  table?: string
  /** After how long a call fails, ms. @default 30_000 */
  timeout?: number
}

/**
 * An unstorage driver on a table of PostgreSQL. INSERT … ON CONFLICT DO NOTHING creates exclusively, one statement
 * lists from one snapshot, keys are compared byte by byte whatever the database's collation.
 *
 * On pg's own pool: db0's connector has one `Client` without an error listener, so a lost connection ends the process,
 * is never made anew, and all queries wait for each other.
 *
 * What a resolved write is worth depends on `fsync` and `synchronous_commit` of the server: `checks` says.
 *
 * @throws Error naming what to install, the server that cannot be reached, or the right that is missing
 * @example
 * const driver = await createPostgresDriver({ url: 'postgres://localhost/analytics' })
 */
export async function createPostgresDriver(options: PostgresDriverOptions): Promise<StoreDriver> {
  const { table = 'treadlight_values', timeout = defaultTimeout } = options
  const name = quoteTable('postgres', table)
  const pool = await createPool(options, timeout)
  const query: PostgresQuery = (sql, params = []) => pool.query(sql, params)

  const backend: Backend = {
    name: 'postgres',
    exclusive: true,
    async create(key, bytes) {
      const { rowCount } = await query(`INSERT INTO ${name} (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [key, bytes])
      return rowCount === 1
    },
    async read(key) {
      const { rows } = await query<{ value: Uint8Array }>(`SELECT value FROM ${name} WHERE key = $1`, [key])
      return rows[0]?.value
    },
    async has(key) {
      return (await query(`SELECT 1 FROM ${name} WHERE key = $1`, [key])).rows.length > 0
    },
    async list(prefix) {
      const range = prefix === '' ? '' : ' WHERE key COLLATE "C" >= $1 AND key COLLATE "C" < $2'
      const { rows } = await query<{ key: string }>(`SELECT key FROM ${name}${range}`, prefix === '' ? [] : [prefix, endOf(prefix)])
      return rows.map(({ key }) => key).filter(isKey)
    },
    async remove(key) {
      await query(`DELETE FROM ${name} WHERE key = $1`, [key])
    },
    remedy,
    checks: () => checkPostgres(query),
    dispose: () => pool.end(),
  }

  try {
    await withTimeout(ensureTable(query, name), timeout)
  } catch (cause) {
    void pool.end()
    throw createDriverError({ driver: 'postgres', action: `open table ${table} at ${addressOf(options)}`, cause, remedy: remedy(cause) })
  }
  return createDriver(backend, timeout)
}

/** Looks first: who may not create a table is refused even where there is one. */
async function ensureTable(query: PostgresQuery, name: string): Promise<void> {
  const { rows } = await query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [name])
  if (rows[0]?.found === true) return
  try {
    await query(`CREATE TABLE IF NOT EXISTS ${name} (key text COLLATE "C" PRIMARY KEY, value bytea NOT NULL)`)
  } catch (error) {
    // Another process is making it at the same time: IF NOT EXISTS does not help then.
    if (!['23505', '42P07'].includes(codeOf(error))) throw error
  }
}

function addressOf({ url, host, port }: PostgresDriverOptions): string {
  if (url !== undefined) return redact(url)
  return `${host ?? process.env['PGHOST'] ?? 'localhost'}:${port ?? process.env['PGPORT'] ?? 5432}`
}

const remedies: Record<string, string> = {
  '28P01': 'correct user and password',
  '28000': 'correct user and password, or pg_hba.conf of the server',
  '3D000': 'create the database, or correct its name',
  '3F000': 'create the schema, or correct its name',
  '42501': 'grant its user SELECT, INSERT and DELETE on the table, or CREATE on the schema',
  '42P01': 'start again: the table was dropped',
  '42703': 'the table is another application’s: choose another one',
  '53100': 'free some space on the server’s disk',
  '53300': 'lower max, or raise max_connections of the server',
  '25006': 'name the primary, not a replica',
  '57P01': 'the server is shutting down: start it again',
}

function remedy(cause: unknown): string {
  return remedies[codeOf(cause)] ?? 'check the server and the table'
}
