import { columnTypes } from './columns.ts'
import { rowColumns } from './rowColumns.ts'
import type { TableName, Tables } from './tables.ts'

/** A table as it is made on one node or on all of a cluster. */
export interface TableDefinition {
  name: TableName
  columns: readonly string[]
  engine: 'MergeTree' | 'ReplacingMergeTree' | 'SummingMergeTree'
  /** What the engine goes by, such as the column of versions. */
  by?: string
  partitionBy?: string
  orderBy: string
  /** Which shard of a cluster has a row: facts of an id, visits and what is derived of them have to lie on one. */
  shardBy: string
  /** Whether an insert is acknowledged only once it is on disk. @default false: what is derived can be derived again */
  durable?: boolean
}

/** By home day, as everything is asked for. */
const byDay = 'cityHash64(site, day)'
const bySite = 'cityHash64(site)'

const columnsOfRows = ['site LowCardinality(String)', 'build LowCardinality(String)', ...Object.entries(rowColumns).map(([name, type]) => `${name} ${type}`)]

/** The tables of the first version. */
export const firstTables: readonly TableDefinition[] = [
  {
    name: 'facts',
    columns: [
      ...columnTypes,
      // Of a known user, as far as links told when it came or was looked after: only the backstop of retention goes by it.
      'known Bool',
      // See `versionOf`.
      'version UInt64 CODEC(ZSTD(1))',
      // What the columns do not say exactly, as JSON: see `encodeFact`.
      'extras String CODEC(ZSTD(1))',
    ],
    engine: 'ReplacingMergeTree',
    by: 'version',
    partitionBy: 'toYYYYMM(day)',
    orderBy: '(site, day, id, origin)',
    shardBy: byDay,
    durable: true,
  },
  {
    name: 'links',
    columns: ['site LowCardinality(String)', 'session String', 'user String', 'time Int64'],
    engine: 'ReplacingMergeTree',
    orderBy: '(site, session, user, time)',
    shardBy: bySite,
    durable: true,
  },
  {
    name: 'erasures',
    // As `Erasure` has it, without its hits; an id each. Of two rows of one id the one that is done stays.
    columns: ['site LowCardinality(String)', 'id String', 'kind LowCardinality(String)', 'hash String', 'time Int64', 'sessions Array(String)', 'done UInt8'],
    engine: 'ReplacingMergeTree',
    by: 'done',
    orderBy: '(site, id)',
    shardBy: bySite,
    durable: true,
  },
  {
    name: 'erasedHits',
    columns: ['site LowCardinality(String)', 'day Date', 'id String'],
    engine: 'ReplacingMergeTree',
    orderBy: '(site, day, id)',
    shardBy: byDay,
    durable: true,
  },
  {
    name: 'prunings',
    // As `Pruning` has it; ms since 1970.
    columns: [
      'site LowCardinality(String)',
      'id String',
      'at Int64',
      'anonymous Nullable(Int64)',
      'authenticated Nullable(Int64)',
      'oldestTime Nullable(Int64)',
      'oldestId String',
    ],
    engine: 'ReplacingMergeTree',
    orderBy: '(site, id)',
    shardBy: bySite,
    durable: true,
  },
  {
    name: 'doomed',
    columns: ['task String', 'site LowCardinality(String)', 'day Date', 'id String'],
    engine: 'MergeTree',
    partitionBy: 'task',
    orderBy: '(site, day, id)',
    shardBy: byDay,
  },
  {
    name: 'dayState',
    columns: ['site LowCardinality(String)', 'day Date', 'inserted UInt64', 'checksum UInt64'],
    engine: 'SummingMergeTree',
    by: '(inserted, checksum)',
    orderBy: '(site, day)',
    shardBy: byDay,
    durable: true,
  },
  {
    name: 'builds',
    // `inserted` and `checksum` are what `day_state` said before the facts were read.
    columns: ['site LowCardinality(String)', 'day Date', 'build String', 'inserted UInt64', 'checksum UInt64', 'format UInt32', 'made Int64'],
    engine: 'MergeTree',
    orderBy: '(site, day, build)',
    shardBy: byDay,
  },
  {
    name: 'schemaVersion',
    columns: ['version UInt32', 'applied DateTime'],
    engine: 'ReplacingMergeTree',
    orderBy: 'version',
    shardBy: '1',
    durable: true,
  },
]

/** One row for each pageview and event of a build: see `rowColumns`. */
export const rowsTable: TableDefinition = {
  name: 'rows',
  columns: columnsOfRows,
  engine: 'MergeTree',
  partitionBy: 'toYYYYMM(day)',
  // First what tells of whole visits, a quarter of all: most questions read no more.
  orderBy: '(site, section, day, build, visitor, visit, place)',
  shardBy: byDay,
}

/** Rows of days that go on: derived anew so often that they are not to be deleted from among the others. */
export const openRowsTable: TableDefinition = {
  name: 'openRows',
  columns: columnsOfRows,
  engine: 'MergeTree',
  partitionBy: 'build',
  orderBy: '(site, day, build, visitor, visit, place)',
  shardBy: byDay,
}

/** What columns tables have had since, each with its type. */
export function addColumnsSql(name: TableName, columns: Readonly<Record<string, string>>, { tables, cluster }: SchemaPlace): string[] {
  const added = Object.entries(columns).map(([column, type]) => `ADD COLUMN IF NOT EXISTS ${column} ${type}`)
  const own = `ALTER TABLE ${tables.local(name)}${onCluster(cluster)} ${added.join(', ')}`
  if (cluster === undefined) return [own]
  return [own, `ALTER TABLE ${tables[name]}${onCluster(cluster)} ${added.map((each) => each.replace(/ CODEC\(.*/, '')).join(', ')}`]
}

/** Where a schema is made. */
export interface SchemaPlace {
  tables: Tables
  /** As `system.clusters` calls it. @default one node */
  cluster?: string | undefined
}

/**
 * The statements that make a table: in a cluster a replicated one on every node, and in front of it one that hands
 * each row to the shard where it belongs.
 */
export function createTableSql(definition: TableDefinition, { tables, cluster }: SchemaPlace): string[] {
  const { name, columns, engine, by, partitionBy, orderBy, shardBy, durable = false } = definition
  const local = tables.local(name)
  const kind = cluster === undefined ? `${engine}(${by ?? ''})` : replicated(engine, by, local)
  const create = [
    `CREATE TABLE IF NOT EXISTS ${local}${onCluster(cluster)} (`,
    columns.map((column) => `  ${column}`).join(',\n'),
    `) ENGINE = ${kind}`,
    ...(partitionBy === undefined ? [] : [`PARTITION BY ${partitionBy}`]),
    `ORDER BY ${orderBy}`,
    ...(durable ? ['SETTINGS fsync_after_insert = 1, fsync_part_directory = 1'] : []),
  ].join('\n')
  return cluster === undefined ? [create] : [create, distributed(name, { tables, cluster }, shardBy)]
}

/** The statements that do away with a table, if it is there. */
export function dropTableSql(name: TableName, { tables, cluster }: SchemaPlace): string[] {
  return [...new Set([tables[name], tables.local(name)])].map((table) => `DROP TABLE IF EXISTS ${table}${onCluster(cluster)}`)
}

/** What counts every insert into a home day. */
export function dayStateView({ tables, cluster }: SchemaPlace): string {
  return [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${tables.database}.day_state_view${onCluster(cluster)} TO ${tables.local('dayState')} AS`,
    'SELECT site, day, count() AS inserted, sum(cityHash64(id, origin, version)) AS checksum',
    `FROM ${tables.local('facts')} GROUP BY site, day`,
  ].join('\n')
}

/** Behind what names a database or a table in statements that make or change it. */
export function onCluster(cluster: string | undefined): string {
  return cluster === undefined ? '' : ` ON CLUSTER \`${cluster}\``
}

/** `{shard}` and `{replica}` are macros that every node of a cluster has in its configuration. */
function replicated(engine: TableDefinition['engine'], by: string | undefined, local: string): string {
  const path = `/clickhouse/tables/{shard}/${local.replaceAll('`', '').replace('.', '/')}`
  return `Replicated${engine}('${path}', '{replica}'${by === undefined ? '' : `, ${by}`})`
}

function distributed(name: TableName, { tables, cluster }: SchemaPlace, shardBy: string): string {
  const [database, local] = tables.local(name).replaceAll('`', '').split('.')
  return [
    `CREATE TABLE IF NOT EXISTS ${tables[name]}${onCluster(cluster)} AS ${tables.local(name)}`,
    `ENGINE = Distributed('${cluster}', '${database}', '${local}', ${shardBy})`,
  ].join('\n')
}
