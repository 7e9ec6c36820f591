export { createStore, type Store } from './create-store.ts'
export { createFsDriver, type AppendDriver, type FsDriverOptions } from './drivers/fs.ts'
export type { FrameProblem } from './frame.ts'
export type { Origin, StoredHit } from './hit.ts'
export { addFact, mergeFacts, mergeRules } from './merge.ts'
export { openStorage, type StorageConfig } from './open-storage.ts'
export type { Dimension, Filter, FilterOperator, Metric, Query, QueryResult, QueryRow } from './query.ts'
export { createReferenceStore, type ReferenceStoreOptions } from './reference.ts'
export { runQuery } from './run-query.ts'
export { deriveSessions, sessionGap, type Session } from './sessions.ts'
export type { StoreOptions } from './store-options.ts'
export {
  StoreBusyError,
  type AppendOutcome,
  type Durability,
  type EraseReport,
  type HitFilter,
  type HitStore,
  type Link,
  type PruneOptions,
  type PruneReport,
  type RetentionPolicy,
  type Subject,
} from './store.ts'
export { createValues, type StorageProblem, type Values, type ValuesOptions } from './values.ts'
