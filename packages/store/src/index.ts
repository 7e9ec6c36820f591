export { adoptionTime } from './adoptSegments.ts'
export { createByteCache, type ByteCache } from './byteCache.ts'
export { checkStorage, type Check, type CheckStorageOptions } from './checkStorage.ts'
export { copyStorage, type CopyOptions, type CopyReport } from './copyStorage.ts'
export { compareStorages, type ComparedStorages } from './copy/compareStorages.ts'
export { copyFacts, type CopyFactsOptions, type CopyFactsReport } from './copy/copyFacts.ts'
export { isHitKey, isSmallKey } from './copy/copyOrder.ts'
export { countKeys, type KindOfValues } from './countKeys.ts'
export { createStore, type LoadOptions, type Store } from './createStore.ts'
export type { DayState, DayStates } from './dayStates.ts'
export { readVisit } from './dimensions.ts'
export { createFsDriver, type AppendDriver, type FsDriverOptions, type SweepDriver } from './drivers/fs.ts'
export { redact } from './drivers/driverError.ts'
export { deriveEngagement, pageviewKey, type Engagement } from './engagement.ts'
export { funnelSteps, type FunnelQuery, type FunnelResult, type VisitCount } from './funnels/funnel.ts'
export { journeyLimits, type JourneyColumn, type JourneyQuery, type JourneyResult } from './funnels/journeys.ts'
export type { JourneyStep } from './funnels/journeyStep.ts'
export { runFunnel, runJourneys } from './funnels/runVisits.ts'
export type { VisitQuestion, VisitStep } from './funnels/visitQuestion.ts'
export { hashPerson } from './erasure.ts'
export { findHit } from './explorer/nearness.ts'
export { pageHits } from './explorer/pageHits.ts'
export { encodeFrame, readFrames, type FrameProblem, type Frames } from './frame.ts'
export type { Device, Origin, StoredHit } from './hit.ts'
export { importId, type ImportedBy, type ImportedDay, type ImportedRow, type ImportedSums, type ImportInfo } from './imported/importedSums.ts'
export { isForeignKey } from './keys.ts'
export { isLaterFormat } from './laterFormat.ts'
export { listHits } from './listHits.ts'
export { addFact, mergeFacts, mergeRules } from './merge.ts'
export { acquireLock } from './ndjson/lock.ts'
export { mirrorStorage, CopyRefused, type MirrorOptions, type MirrorReport } from './copy/mirrorStorage.ts'
export { createNdjsonStore, type NdjsonStoreOptions } from './ndjson/createNdjsonStore.ts'
export { erasurePrefix, findErasures, type OpenErasure } from './openErasures.ts'
export { openStorage, type StorageConfig } from './openStorage.ts'
export { assertCombines } from './combines.ts'
export { isPortable, type DayOfFacts, type Portable, type SiteMarks } from './portable/portable.ts'
export { compareSites, type SiteDifferences } from './portable/compareSites.ts'
export { tallySite, type SiteTally } from './portable/tallySite.ts'
export type { FactTally } from './portable/tallyFacts.ts'
export { compilePattern } from './patterns.ts'
export type { Dimension, Filter, FilterModifiers, FilterOperator, Goal, Metric, Query, QueryResult, QueryRow, TouchDimension, TouchName } from './query.ts'
export type { RollupDimension } from './rollup/rollup.ts'
export { createReferenceStore, type ReferenceStoreOptions } from './reference.ts'
export { runQuery } from './runQuery.ts'
export { deriveSessions, sessionGap, visitorKey, type Session } from './sessions.ts'
export { hitFields } from './segment/extras.ts'
export { siteDay } from './siteDay.ts'
export { createSiteMemory, type SiteMemory, type SiteState } from './siteMemory.ts'
export { findSource } from './sources.ts'
export type { StoreOptions } from './storeOptions.ts'
export {
  StoreBusyError,
  type AppendOutcome,
  type Durability,
  type EraseOptions,
  type EraseReport,
  type HitFilter,
  type HitOrderField,
  type HitPage,
  type HitPageFilter,
  type HitPosition,
  type HitStore,
  type Link,
  type MaintainOptions,
  type MaintainReport,
  type PruneOptions,
  type PruneReport,
  type RetentionPolicy,
  type Subject,
} from './store.ts'
export { createBuckets } from './timeBuckets.ts'
export { rangeToRead } from './touches.ts'
export { createValues, type StorageProblem, type Values, type ValuesOptions } from './values.ts'
export { newestTime, verifyStorage, type VerifyOptions, type VerifyProblem, type VerifyReport } from './verifyStorage.ts'
export { findWaitingBatches } from './waitingBatches.ts'
