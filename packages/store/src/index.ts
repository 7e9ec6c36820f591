export type { Origin, StoredHit } from './hit.ts'
export type { Dimension, Filter, FilterOperator, Metric, Query, QueryResult, QueryRow } from './query.ts'
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
