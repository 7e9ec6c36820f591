import type { SqlClient } from './client.ts'
import { rowColumns } from './rowColumns.ts'
import { addColumnsSql, createTableSql, dayStateView, dropTableSql, firstTables, openRowsTable, onCluster, rowsTable, type SchemaPlace } from './schema.ts'

/** What brings a database from the version before to this one. Each statement can run again: a migration may be cut short. */
interface Migration {
  version: number
  statements(place: SchemaPlace): string[]
}

/** In order. One that was released is never changed: what is to be different is a migration behind it. */
const migrations: readonly Migration[] = [
  { version: 1, statements: (place) => [...firstTables.flatMap((table) => createTableSql(table, place)), dayStateView(place)] },
  {
    version: 2,
    statements: (place) => [
      ...createTableSql(openRowsTable, place),
      // When the first and the last of a build's rows was, ms since 1970.
      ...addColumnsSql('builds', { first: 'Int64', last: 'Int64' }, place),
    ],
  },
  {
    version: 3,
    // No order can be changed: upkeep makes the rows anew, and until then they are derived as they are asked for.
    statements: (place) => [...createTableSql(rowsTable, place), ...addColumnsSql('openRows', rowColumns, place), ...addColumnsSql('builds', { visitors: 'UInt64' }, place), ...dropTableSql('formerRows', place)],
  },
]

/** What a statement about a database says that there is not. */
const unknownDatabase = 'UNKNOWN_DATABASE'
const unknownTable = 'UNKNOWN_TABLE'

/** The statements that bring a database from a version, 0 for none, to the latest one. */
export function migrationSql(from: number, place: SchemaPlace): string[] {
  const due = migrations.filter(({ version }) => version > from)
  return due.flatMap(({ version, statements }) => statements(place).concat(`INSERT INTO ${place.tables.schemaVersion} (version, applied) VALUES (${version}, now())`))
}

/**
 * Brings a database to the latest version. Several processes may do so at once.
 * @param options.readOnly only looks whether it is of the latest one
 * @param options.existing makes nothing where there is nothing
 * @throws Error where a later version of treadlight was here, and where nothing may be changed but would have to be
 */
export async function migrate(client: SqlClient, place: SchemaPlace, { readOnly = false, existing = false }: { readOnly?: boolean; existing?: boolean } = {}): Promise<void> {
  const version = await readVersion(client, place)
  const latest = migrations.at(-1)!.version
  if (version > latest) {
    throw new Error(
      `[treadlight clickhouse] database ${place.tables.database} has the schema version ${version} of a later treadlight; this one knows ${latest}: start that version, or use another database`,
    )
  }
  if (version === latest) return
  if (readOnly || (existing && version === 0)) {
    throw new Error(`[treadlight clickhouse] database ${place.tables.database} has ${version === 0 ? 'no tables of treadlight' : `the schema version ${version}`}: start the collector on it first`)
  }
  if (version === 0) await client.command(`CREATE DATABASE IF NOT EXISTS ${place.tables.database}${onCluster(place.cluster)}`)
  for (const statement of migrationSql(version, place)) await client.command(statement)
}

/** 0 where there is none. */
async function readVersion(client: SqlClient, { tables }: SchemaPlace): Promise<number> {
  try {
    const [row] = await client.rows<{ version: number }>(`SELECT max(version) AS version FROM ${tables.schemaVersion}`)
    return Number(row?.version ?? 0)
  } catch (error) {
    if (isKind(error, unknownDatabase) || isKind(error, unknownTable)) return 0
    throw error
  }
}

function isKind(error: unknown, kind: string): boolean {
  const { cause } = error as Error
  const { type = '', message = '' } = (cause ?? {}) as { type?: string; message?: string }
  return type === kind || message.includes(`(${kind})`)
}
