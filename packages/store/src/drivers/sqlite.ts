import { Buffer } from 'node:buffer'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from 'db0'
import type { Check } from '../checkStorage.ts'
import { missingPeer } from '../importPeer.ts'
import { createDriverError } from './driverError.ts'
import { createDriver, isKey, type Backend, type StoreDriver } from './storeDriver.ts'
import { endOf, quoteTable } from './tableName.ts'
import { createTimeoutError, defaultTimeout } from './timeLimit.ts'

export interface SqliteDriverOptions {
  /** The file, made if missing, for this user only; on a local disk: SQLite's locks do not hold on network ones. */
  path: string
  /** Made if missing. @default 'treadlight_values' */
  table?: string
  /** How long to wait while other processes are writing, ms. @default 30_000 */
  timeout?: number
}

/** How long SQLite itself may wait for a lock, ms. The whole process waits with it. */
const busyTimeout = 20

/**
 * An unstorage driver on a table of an SQLite file, through db0 and Node's own SQLite. Any number of processes of one
 * machine may share the file. A write has reached the disk when it resolves (WAL, synchronous FULL), and blocks the
 * process until then: for busy sites `fs` is the better choice.
 *
 * @throws Error where Node has no SQLite, or naming the file that cannot be opened
 * @example
 * const driver = await createSqliteDriver({ path: './data/treadlight.sqlite' })
 */
export async function createSqliteDriver(options: SqliteDriverOptions): Promise<StoreDriver> {
  const { table = 'treadlight_values', timeout = defaultTimeout } = options
  const name = quoteTable('sqlite', table)
  const path = resolve(options.path)
  assertSqlite()
  const database = await openDatabase(path)
  // db0 takes bytes, and its types do not say so.
  const run = (sql: string, ...params: unknown[]) => patiently(() => database.prepare(sql).run(...(params as string[])), timeout)
  const all = <Row>(sql: string, ...params: unknown[]) =>
    patiently(() => database.prepare(sql).all(...(params as string[])), timeout) as Promise<Row[]>

  const backend: Backend = {
    name: 'sqlite',
    exclusive: true,
    async create(key, bytes) {
      const sql = `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING`
      return Number(((await run(sql, key, Buffer.from(bytes))) as { changes?: unknown }).changes) === 1
    },
    async read(key) {
      return (await all<{ value: Uint8Array }>(`SELECT value FROM ${name} WHERE key = ?`, key))[0]?.value
    },
    async has(key) {
      return (await all(`SELECT 1 FROM ${name} WHERE key = ?`, key)).length > 0
    },
    async list(prefix) {
      const range = prefix === '' ? '' : ' WHERE key >= ? AND key < ?'
      const rows = await all<{ key: string }>(`SELECT key FROM ${name}${range}`, ...(prefix === '' ? [] : [prefix, endOf(prefix)]))
      return rows.map(({ key }) => key).filter(isKey)
    },
    async remove(key) {
      await run(`DELETE FROM ${name} WHERE key = ?`, key)
    },
    remedy,
    checks: () => checkSettings(all),
    dispose: () => database.dispose(),
  }

  try {
    await patiently(() => prepare(database, name), timeout)
  } catch (cause) {
    await database.dispose()
    throw createDriverError({ driver: 'sqlite', action: `open ${path}`, cause, remedy: remedy(cause) })
  }
  // Its calls end by themselves.
  return createDriver(backend, Infinity)
}

/** Node 20 has no SQLite; before 22.13 it is behind a flag. */
function assertSqlite(): void {
  if (process.getBuiltinModule?.('node:sqlite')) return
  throw new Error(
    `[treadlight store] storage driver sqlite needs Node 22.5 or later, with --experimental-sqlite before 22.13 (this is ${process.versions.node}): upgrade Node, or choose fs`,
  )
}

async function openDatabase(path: string): Promise<Database> {
  const missing = missingPeer('sqlite', 'db0')
  const { createDatabase } = await import('db0').catch(missing)
  const { default: connect } = await import('db0/connectors/node-sqlite').catch(missing)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite would let everybody read it.
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw createDriverError({ driver: 'sqlite', action: `open ${path}`, cause, remedy: 'give this user write access to it' })
  }
  return createDatabase(connect({ path }))
}

async function prepare(database: Database, name: string): Promise<void> {
  await database.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
  await database.exec('PRAGMA journal_mode = WAL')
  // Of a connection, not of the file. In WAL mode NORMAL would lose the last writes in a power failure.
  await database.exec('PRAGMA synchronous = FULL')
  await database.exec(`CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY NOT NULL COLLATE BINARY, value BLOB NOT NULL)`)
}

/** Tries again while another process has the lock, without holding up this one. */
async function patiently<T>(act: () => Promise<T>, timeout: number): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() > deadline) throw Object.assign(createTimeoutError(timeout), { cause: error })
      await sleep(5 + Math.random() * 20)
    }
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, whatever the extended code says beside. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff)
}

async function checkSettings(all: <Row>(sql: string) => Promise<Row[]>): Promise<Check[]> {
  const [journal] = await all<{ journal_mode: string }>('PRAGMA journal_mode')
  const [sync] = await all<{ synchronous: number }>('PRAGMA synchronous')
  const durable = journal?.journal_mode === 'wal' && Number(sync?.synchronous) >= 2
  const detail = `journal_mode ${journal?.journal_mode}, synchronous ${sync?.synchronous}`
  if (durable) return [{ name: 'sqlite durability', ok: true, detail: `${detail}: a hit answered 201 is on the disk` }]
  return [{ name: 'sqlite durability', ok: 'warning', detail: `${detail}: other than asked for`, remedy: 'keep the file on a local disk' }]
}

function remedy(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  if (/not a database|malformed|corrupt/.test(message)) return 'restore the file from a backup, or choose another path'
  if (/readonly|unable to open/.test(message)) return 'give this user write access to the file and its folder'
  if (/full/.test(message)) return 'free some space on the disk'
  return 'check the disk and the file'
}
