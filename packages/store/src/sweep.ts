import { holdsErased, personalColumns, type CleanMemory } from './clean.ts'
import { describeSegment, isTornSegment } from './describeSegment.ts'
import { spareLinks } from './gather.ts'
import { isForeignKey, parseBatchKey, parseStamp, type BatchKey } from './keys.ts'
import { orphanAge, type Manifest } from './manifest.ts'
import { decodeColumns } from './segment/decodeSegment.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem, listKeys, readBytes } from './values.ts'

type SweepOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'grace'>

/** Under way at once. */
const parallelRemovals = 16

/**
 * Deletes what is no longer needed, a grace time after it was committed that it is not: whoever listed it before has
 * read it by then, or lists again. Batches, then segments, then the manifests that say that the others may go. Nothing
 * goes for the sake of a manifest of which a segment is missing.
 *
 * @returns how many values are gone, whether others have to wait, and whether an erased person is in none of these
 */
export async function sweep(log: SiteLog, options: SweepOptions, memory: Pick<CleanMemory, 'clean'>): Promise<{ deleted: number; waits: boolean; clean: boolean }> {
  const { storage, now, grace } = options
  const { catalog } = log
  // By the time at which the listings began, since what came later they may lack, however long this takes.
  const begun = now()
  const isOver = (time: number) => time + grace < begun
  const deleted: string[] = []
  let waiting = 0
  /** Of these, segments that nobody names, and that were searched for erased persons in vain. */
  let searched = 0

  // A manifest that is taken up meanwhile may name what the listings below lack: it is looked at next time.
  const manifests = [...catalog.manifests]
  const batches = await listKeys(storage, `${log.site}:batch:`)
  const segments = await listKeys(storage, `${log.site}:segment:`)
  await findMissing(new Set(segments))
  const gathered = [...log.batches.values()].filter(({ name, damaged, settled }) => name.bytes > 0 && settled && !damaged)
  const [coveredOver, replacedOver] = [batches.filter((key) => isDue(coveredAt(parseBatchKey(key)))), segments.filter((key) => isDue(catalog.replacedAt(key)))]
  const unnamed = segments.filter((key) => !catalog.knows(key) && !isForeignKey(key))
  await removeAll(coveredOver)
  await removeAll(replacedOver)
  for (const key of unnamed) if (!(await removeOrphan(key))) waiting++
  await removeAll(spareLinks(log, isOver))
  if ([...log.links.keys()].some((key) => !isOver(parseStamp(key)?.time ?? -Infinity))) waiting++
  const gone = new Set(deleted)
  const left = new Set([...batches, ...segments].filter((key) => !gone.has(key)))
  const leftBatches = [...left].flatMap((key) => parseBatchKey(key) ?? [])
  await removeAll(manifests.filter(([key, manifest]) => isOver(catalog.sinceOf(key)) && !isNeeded(key, manifest)).map(([key]) => key))
  log.forget(deleted)
  await assertGone()
  return { deleted: deleted.length, waits: waiting > 0, clean: waiting === searched }

  /** In no order among themselves. */
  async function removeAll(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += parallelRemovals) {
      const group = keys.slice(start, start + parallelRemovals)
      await Promise.all(group.map((key) => storage.removeItem(key)))
      deleted.push(...group)
    }
  }

  /** Looks for what manifests name. */
  async function findMissing(listed: ReadonlySet<string>): Promise<void> {
    const gone: string[] = []
    for (const { key } of [...catalog.manifests.values()].flatMap(({ files }) => files)) {
      const isGone = !listed.has(key) && catalog.replacedAt(key) === undefined && !(await storage.hasItem(key))
      if (isGone) gone.push(key)
      else catalog.setMissing(key, !listed.has(key) && catalog.replacedAt(key) !== undefined)
    }
    // It may have been replaced since the manifests were listed.
    if (gone.some((key) => !catalog.isMissing(key))) await log.refreshNow()
    for (const key of gone) if (catalog.knows(key) && catalog.replacedAt(key) === undefined) await log.lose(key)
  }

  /** Whether it may go. @param since when it is not needed any more, if it is not */
  function isDue(since: number | undefined): boolean {
    if (since === undefined) return false
    if (!isOver(since)) waiting++
    return isOver(since)
  }

  /** Since when the facts of a batch are somewhere else, ms since 1970. */
  function coveredAt(name: BatchKey | undefined): number | undefined {
    if (name === undefined) return undefined
    const committed = catalog.coveredAt(name)
    if (committed !== undefined) return committed
    if (name.bytes > 0) return undefined
    return gathered.find(({ name: other }) => other.writer === name.writer && other.seq <= name.seq && name.seq <= other.last)?.name.made
  }

  /**
   * Deletes what a crash left before its manifest was written: when nobody who was held up can still be about to name it,
   * or finds it with an erased person in it, whose bytes are not to wait for that. With a damaged manifest nobody knows: see
   * `adoptSegments`.
   *
   * @returns false if it stays
   */
  async function removeOrphan(key: string): Promise<boolean> {
    const { time } = parseStamp(key) ?? { time: Infinity }
    if (log.damagedManifests.size > 0 || !(isOver(time + orphanAge) || (isOver(time) && (await holdsPerson(key))))) return false
    const bytes = await readBytes(storage, key)
    if (bytes === undefined) return true
    // What was written whole and is so no more is left for somebody to look at.
    if (!isTornSegment(bytes) && (await describeSegment(key, bytes)) === undefined) {
      log.report({ key, offset: 0, reason: 'checksum' })
      return false
    }
    await log.refreshNow()
    if (catalog.knows(key) || log.damagedManifests.size > 0) return false
    await storage.removeItem(key)
    await log.refreshNow()
    // Its manifest came at the very moment, hours late; somebody may rely on it already.
    if (catalog.knows(key)) {
      await createItem(storage, key, bytes)
      return false
    }
    deleted.push(key)
    return true
  }

  /**
   * Whether an erased person is in a segment that nobody names. Whoever wrote that knew nothing of the erasure, and begins
   * anew; if it has looked for erasures before this one came, it misses the segment behind its manifest.
   */
  async function holdsPerson(key: string): Promise<boolean> {
    if (!log.marks.hasErasures) return false
    if (memory.clean.get(key) !== log.version) {
      const bytes = await readBytes(storage, key)
      const file = bytes && (await describeSegment(key, bytes))
      if (bytes === undefined || file === undefined) {
        if (bytes !== undefined && !isTornSegment(bytes)) log.report({ key, offset: 0, reason: 'checksum' })
        return false
      }
      if (holdsErased(log.marks, file.day, await decodeColumns(bytes, personalColumns))) return true
      memory.clean.set(key, log.version)
    }
    searched++
    return false
  }

  function isNeeded(key: string, manifest: Manifest): boolean {
    // It tells what is lost, unless everything that it was made of is still there.
    if (catalog.isVoid(key)) return !isSpare(manifest)
    return manifest.files.some((file) => left.has(file.key)) || manifest.replaces.some(catalog.knows) || coversAny(manifest)
  }

  /** Whether a batch that the manifest covers is still there: without the manifest it would count again. */
  function coversAny({ covers }: Manifest): boolean {
    return leftBatches.some(({ writer, seq, last }) => {
      const runs = Object.hasOwn(covers, writer) ? covers[writer] : undefined
      return runs?.some(([from, to]) => from <= seq && last <= to) === true
    })
  }

  /** Whether all that the manifest covers and replaces is there, or in segments of others. */
  function isSpare({ covers, replaces }: Manifest): boolean {
    const runs = Object.entries(covers).flatMap(([writer, its]) => its.map((run) => [writer, ...run] as const))
    if (runs.length + replaces.length === 0) return false
    const isThere = (writer: string, seq: number) =>
      catalog.coveredAt({ writer, seq, last: seq }) !== undefined || leftBatches.some((batch) => batch.writer === writer && batch.seq <= seq && seq <= batch.last)
    for (const [writer, from, to] of runs) for (let seq = from; seq <= to; seq++) if (!isThere(writer, seq)) return false
    return replaces.every((key) => left.has(key) || catalog.replacedAt(key) !== undefined)
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
