import { spareLinks } from './gather.ts'
import { parseBatchKey, parseStamp, type BatchKey } from './keys.ts'
import type { Manifest } from './manifest.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { listKeys } from './values.ts'

type SweepOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'grace'>

/** After how long nobody can still be about to name a segment in a manifest, ms. */
const orphanAge = 6 * 3_600_000

/**
 * Deletes what is no longer needed, a grace time after it was committed that it is not: whoever listed it before has
 * read it by then, or lists again. Batches, then segments, then the manifests that say that the others may go.
 *
 * @returns how many values are gone, and whether nothing is left that waits for its grace time
 */
export async function sweep(log: SiteLog, options: SweepOptions): Promise<{ deleted: number; clean: boolean }> {
  const { storage, now, grace } = options
  const isOver = (time: number) => time + grace < now()
  const deleted: string[] = []
  let waiting = 0

  // A manifest that is taken up meanwhile may name what the listings below lack: it is looked at next time.
  const manifests = [...log.catalog.manifests]
  const batches = await listKeys(storage, `${log.site}:batch:`)
  const gathered = [...log.batches.values()].filter(({ name, damaged, settled }) => name.bytes > 0 && settled && !damaged)
  for (const key of batches) {
    const time = coveredAt(parseBatchKey(key))
    if (time === undefined) continue
    if (isOver(time)) await remove(key)
    else waiting++
  }
  const segments = await listKeys(storage, `${log.site}:segment:`)
  for (const key of segments) {
    const time = log.catalog.replacedAt(key)
    if (time === undefined ? isOrphan(key) : isOver(time)) await remove(key)
    else if (time !== undefined || !log.catalog.knows(key)) waiting++
  }
  for (const key of spareLinks(log, isOver)) await remove(key)
  if ([...log.links.keys()].some((key) => !isOver(parseStamp(key)?.time ?? -Infinity))) waiting++
  const gone = new Set(deleted)
  const left = new Set([...batches, ...segments].filter((key) => !gone.has(key)))
  const leftBatches = [...left].flatMap((key) => parseBatchKey(key) ?? [])
  for (const [key, manifest] of manifests) {
    const { files, time, replaces } = manifest
    if (!isOver(time)) continue
    const isNeeded = files.some((file) => left.has(file.key)) || replaces.some(log.catalog.knows) || coversAny(manifest)
    if (!isNeeded) await remove(key)
  }
  log.forget(deleted)
  await assertGone()
  return { deleted: deleted.length, clean: waiting === 0 }

  async function remove(key: string): Promise<void> {
    await storage.removeItem(key)
    deleted.push(key)
  }

  /** Since when the facts of a batch are somewhere else, ms since 1970. */
  function coveredAt(name: BatchKey | undefined): number | undefined {
    if (name === undefined) return undefined
    const committed = log.catalog.coveredAt(name)
    if (committed !== undefined) return committed
    if (name.bytes > 0) return undefined
    return gathered.find(({ name: other }) => other.writer === name.writer && other.seq <= name.seq && name.seq <= other.last)?.name.made
  }

  /** A crash left it before its manifest was written. With a damaged manifest nobody knows: see `adoptSegments`. */
  function isOrphan(key: string): boolean {
    return !log.catalog.knows(key) && log.damagedManifests.size === 0 && isOver((parseStamp(key)?.time ?? Infinity) + orphanAge)
  }

  /** Whether a batch that the manifest covers is still there: without the manifest it would count again. */
  function coversAny({ covers }: Manifest): boolean {
    return leftBatches.some(({ writer, seq, last }) => {
      const runs = Object.hasOwn(covers, writer) ? covers[writer] : undefined
      return runs?.some(([from, to]) => from <= seq && last <= to) === true
    })
  }

  /**
   * unstorage's drivers may fail to remove without a word, and a deletion that did not happen must not be reported.
   * @throws Error if something is still listed
   */
  async function assertGone(): Promise<void> {
    if (deleted.length === 0) return
    const listed = new Set([...(await listKeys(storage, `${log.site}:batch:`)), ...(await listKeys(storage, `${log.site}:segment:`))])
    const still = deleted.find((key) => listed.has(key))
    if (still !== undefined) throw new Error(`[treadlight store] ${still} is still there after its deletion: check the rights of the storage`)
  }
}
