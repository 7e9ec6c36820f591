// What the examples of docs/store.md import, until the package exports it.
export { listHits } from '../../packages/store/src/listHits.ts'
export { createNdjsonStore } from '../../packages/store/src/ndjson/createNdjsonStore.ts'
export { createSiteMemory, type SiteMemory } from '../../packages/store/src/ndjson/siteMemory.ts'
export { runQuery } from '../../packages/store/src/runQuery.ts'
export type { HitStore } from '../../packages/store/src/store.ts'
