import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClickHouseClient } from '@clickhouse/client'
import { ensureChdb } from '../../../scripts/chdb.ts'

const folder = fileURLToPath(new URL('../../../node_modules/.cache/treadlight/chdb', import.meta.url))
let opened: ClickHouseClient | undefined
let databases = 0

/** Whether chdb is here, or could be installed. Where it is not, tests are skipped with a word. */
export const chdbModules: string | undefined = ensureChdb(folder)
if (chdbModules === undefined) console.log('No chdb here: the tests on ClickHouse’s engine are skipped')

/** The one client of this process: chdb has one data directory each. */
export function openChdb(): ClickHouseClient {
  if (chdbModules === undefined) throw new Error('chdb is not installed')
  const load = createRequire(join(chdbModules, 'any.js'))
  const { createClient } = load('@clickhouse/client') as { createClient(options: object): ClickHouseClient }
  const { createChdbConnection } = load('chdb/connection') as { createChdbConnection(options: { path: string }): unknown }
  const path = process.env['CHDB_DATA'] ?? mkdtempSync(join(tmpdir(), 'treadlight-chdb-'))
  opened ??= createClient({ connection: createChdbConnection({ path }) })
  return opened
}

/** A name of a database that nobody has used in this process. */
export function freshDatabase(): string {
  return `t${process.pid}_${databases++}`
}
