import type { Storage } from 'unstorage'
import { createCatalog, type Catalog } from './catalog.ts'
import { minuteTime, parseBatchKey } from './keys.ts'
import { decodeManifest } from './manifest.ts'
import { readBytes } from './values.ts'

/** What upkeep has not come to. */
export interface WaitingBatches {
  /** When the oldest batch was begun whose facts are in no segment, ms since 1970; undefined where there is none. */
  begun: number | undefined
  /** Since when facts have been in segments whose batch is there all the same, ms since 1970; undefined where there is none. */
  covered: number | undefined
}

/** Manifests read at once. */
const parallel = 32

/**
 * Looks for batches that were begun before `until`, ms since 1970. Only where there are some are the manifests of their
 * sites read: they tell which of these merely wait for their deletion.
 */
export async function findWaitingBatches(storage: Storage, keys: readonly string[], until: number): Promise<WaitingBatches> {
  const found: WaitingBatches = { begun: undefined, covered: undefined }
  const old = keys.flatMap((key) => parseBatchKey(key) ?? []).filter(({ minute }) => minuteTime(minute) < until)
  const catalogs = new Map<string, Catalog>()
  for (const site of new Set(old.map((batch) => batch.site))) {
    const manifests = keys.filter((key) => key.startsWith(`${site}:manifest:`))
    catalogs.set(site, await readCatalog(storage, manifests))
  }
  for (const batch of old) {
    const covered = catalogs.get(batch.site)?.coveredAt(batch)
    if (covered === undefined) found.begun = Math.min(found.begun ?? Infinity, minuteTime(batch.minute))
    else found.covered = Math.min(found.covered ?? Infinity, covered)
  }
  return found
}

/** Of the manifests that can be read. Of the others those tell who need them. */
async function readCatalog(storage: Storage, keys: readonly string[]): Promise<Catalog> {
  const catalog = createCatalog()
  for (let start = 0; start < keys.length; start += parallel) {
    await Promise.all(keys.slice(start, start + parallel).map((key) => readManifest(storage, key, catalog).catch(() => undefined)))
  }
  return catalog
}

async function readManifest(storage: Storage, key: string, catalog: Catalog): Promise<void> {
  const bytes = await readBytes(storage, key)
  const manifest = bytes && decodeManifest(bytes)
  if (manifest !== undefined) catalog.add(key, manifest)
}
