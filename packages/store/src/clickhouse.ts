export { createClickhouseStore, type ClickhouseStore } from './clickhouse/createClickhouseStore.ts'
export type { ClickhouseStoreOptions } from './clickhouse/options.ts'
