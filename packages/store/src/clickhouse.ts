export { createSqlClient, type SqlClient, type SqlClientOptions } from './clickhouse/client.ts'
export { createTables, type Tables } from './clickhouse/tables.ts'
