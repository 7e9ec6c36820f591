import { createBatch, hasBytes, hasGrown, joinBatches, readBatch, type Batch } from './batch.ts'
import type { BatchWriter } from './batchWriter.ts'
import { createCatalog, type Catalog } from './catalog.ts'
import { addToDay, type DayFacts } from './factSet.ts'
import type { FactTable } from './factTable.ts'
import { readFrames } from './frame.ts'
import { createFreshFacts } from './freshFacts.ts'
import type { StoredHit } from './hit.ts'
import { groupBy } from './groupBy.ts'
import { isForeignKey, minuteTime, parseBatchKey, parseKeptKey, parseStamp, type BatchKey, type KeptKey } from './keys.ts'
import { readNamed } from './laterFormat.ts'
import { decodeManifest, type Manifest, type SegmentFile } from './manifest.ts'
import { readCopies } from './manifestCopies.ts'
import { createMarkLog, type MarkLog } from './markLog.ts'
import { firstReceived } from './merge.ts'
import type { PackedBatch } from './packed/packedValue.ts'
import { findPacked } from './packed/readPacked.ts'
import { createPersonShelf, type PersonShelf } from './persons/personShelf.ts'
import { createRefresher, type Refresher } from './refresher.ts'
import { createSegmentReader, SegmentDamaged, SegmentGone, type SegmentReader } from './segmentReader.ts'
import type { Steps } from './steps.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { listKeys, readBytes, type StorageProblem } from './values.ts'

/**
 * What the storage has of one site: batches and marks in memory, segments by their manifests. To refresh it is to take
 * up what other processes have written.
 */
export interface SiteLog extends Refresher, MarkLog {
  readonly site: string
  readonly catalog: Catalog
  readonly segments: SegmentReader
  readonly persons: PersonShelf
  /** What was read or written and is in no segment yet, by key. */
  readonly batches: ReadonlyMap<string, Batch>
  /** Their facts by home day, see `FreshFacts`. */
  readonly fresh: ReadonlyMap<string, readonly FactTable[]>
  /** Sums that pruning leaves, by the key of their value; none where they are not asked for. */
  readonly kept: ReadonlyMap<string, KeptKey>
  /** Takes up one that this process has written. */
  addKept(key: string): void
  forgetKept(keys: readonly string[]): void
  /** How many, repeated ones included. */
  readonly freshCount: number
  /** Manifests that are not whole: nobody knows what they named. See `adoptSegments`. */
  readonly damagedManifests: ReadonlyMap<string, 'torn' | 'checksum'>
  /**
   * Whether appending the hit would change nothing: this process has itself made durable a fact of its id and origin,
   * and the one that is kept stays. What was only read may rest in the cache of a system that is about to fail.
   */
  holds(hit: StoredHit): boolean
  /**
   * Takes up a hit that this process has written to `key`.
   * @returns whether a fact of this id was among the fresh ones, from any origin, and may be shown
   */
  record(key: string, hit: StoredHit): boolean
  /** Takes it that nobody knows what `key` holds, since a write to it has failed. */
  doubt(key: string): void
  /** Takes up a manifest that this process has written. */
  commit(key: string, manifest: Manifest): void
  /** Has `listener` told of each segment that this process has written, once it counts, and of what it holds. */
  whenCompacted(listener: CompactionListener): void
  /** Tells it. */
  tellCompacted: CompactionListener
  /** The facts of a home day that are in no segment yet. @param ids of the hits that are wanted; all by default */
  freshFacts(day: string, ids?: ReadonlySet<string>): DayFacts
  /** Keeps what comes from now on apart from batches that are about to become segments. */
  seal(batches: readonly Batch[]): void
  /** Does what can be done ahead for the moment in which batches are in segments: their tables are put together without them. */
  prepareDrop(gone: readonly Batch[]): Steps<void>
  /** Takes up a value that holds what others did before. */
  regather(key: string, parts: readonly Batch[]): void
  /** Forgets values that this process has deleted. */
  forget(keys: readonly string[]): void
  /**
   * The facts of a home day from wherever they are, to look at only. What is damaged is reported and left out.
   * @param ids of the hits that are wanted; all by default
   */
  readDay(day: string, ids?: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly StoredHit[]>>
  /** Takes it that a segment is nowhere, and reports it, if a manifest names it still: what it was made of counts again, as far as it is there. */
  lose(key: string): Promise<void>
  /** Says of a value that it is not what was written. */
  report(problem: StorageProblem): void
  /** Whether nobody will add to a batch. */
  isSettled(batch: Batch): boolean
}

type CompactionListener = (segment: WrittenSegment) => Steps<void>

/** A segment, and the rows that it was written from. */
export interface WrittenSegment {
  file: SegmentFile
  table: FactTable
  rows: readonly number[]
}

export interface SiteLogOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'refreshMs' | 'onProblem' | 'settle' | 'nonce' | 'compactAt' | 'catalogAt' | 'keepSums'> {
  site: string
  writer: Pick<BatchWriter, 'isOpen'>
}

/** Reads under way at once: without a bound, drivers run out of file handles or connections. */
const parallelReads = 32
/** How often somebody who deletes may overtake a listing. */
const maxListings = 10

export function createSiteLog(options: SiteLogOptions): SiteLog {
  const { site, storage, writer, now, refreshMs, onProblem, settle, nonce } = options
  const catalog = createCatalog()
  const segments = createSegmentReader(storage, onProblem)
  const persons = createPersonShelf({ site, storage, now, segments, onProblem })
  const markLog = createMarkLog({ site, storage, now, nonce, onProblem })
  const fresh = createFreshFacts(site, options.compactAt)
  const { batches } = fresh
  const damagedManifests = new Map<string, 'torn' | 'checksum'>()
  /** Whether all that was there at the start has been read. When that came, nobody knows. */
  let isLoaded = false
  /** What others have put among our values, and was looked at. */
  const foreign = new Set<string>()
  /** What gathered values hold, by writer. */
  let gathered = new Map<string, BatchKey[]>()
  let kept = new Map<string, KeptKey>()
  /** The prunings that there were when these were listed. */
  let keptOf = 'none'
  let listenToCompaction: CompactionListener | undefined
  const { refresh, refreshNow } = createRefresher(load, refreshMs)

  async function load(): Promise<void> {
    noteGathered()
    for (let listing = 1; listing <= maxListings; listing++) {
      // In this order: what is moved into segments between the listings is then seen in both places, never in neither.
      const batchKeys = await listKeys(storage, `${site}:batch:`)
      const manifestKeys = await listKeys(storage, `${site}:manifest:`)
      const markKeys = [
        ...(await listKeys(storage, `${site}:link:`)),
        ...(await listKeys(storage, `${site}:erasure:`)),
        ...(await listKeys(storage, `${site}:pruning:`)),
      ]
      await takeAll([...manifestKeys, ...markKeys].filter(isForeignKey), passOver)
      if (!isLoaded) await takeCopies(manifestKeys)
      const isMarked = (await takeAll(manifestKeys, takeManifest)) && (await takeAll(markKeys, markLog.take))
      if (isMarked && !isLoaded) await takePacked(batchKeys)
      const taken = isMarked && (await takeAll(batchKeys, takeBatch))
      // What vanished was replaced, by something that this listing may lack.
      if (!taken) continue
      await listKept()
      isLoaded = true
      return forgetVanished(new Set([...batchKeys, ...manifestKeys, ...markKeys]))
    }
    throw new Error(`[treadlight store] the values of site ${site} kept vanishing while they were read: check the storage driver`)
  }

  function noteGathered(): void {
    const whole = [...batches.values()].filter(({ name, damaged }) => name.bytes > 0 && !damaged)
    gathered = groupBy(whole.map(({ name }) => name), ({ writer }) => writer)
  }

  /** What is kept is written before its pruning, so there is none where there is no new pruning. */
  async function listKept(): Promise<void> {
    const prunings = [...markLog.prunings.keys()].toSorted().join()
    if (!options.keepSums || keptOf === prunings) return
    kept = new Map()
    for (const key of await listKeys(storage, `${site}:kept:`)) addKept(key)
    keptOf = prunings
  }

  function addKept(key: string): void {
    const name = parseKeptKey(key)
    if (name !== undefined) kept.set(key, name)
  }

  /** False if a value vanished between the listing and the reading. */
  async function takeAll(keys: readonly string[], take: (key: string) => Promise<boolean> | boolean): Promise<boolean> {
    for (let start = 0; start < keys.length; start += parallelReads) {
      const found = await Promise.all(keys.slice(start, start + parallelReads).map(take))
      if (!found.every(Boolean)) return false
    }
    return true
  }

  /**
   * A name that none of ours has may be of a later version.
   * @throws Error if it is
   */
  async function passOver(key: string): Promise<boolean> {
    if (foreign.has(key)) return true
    const bytes = await readBytes(storage, key)
    if (bytes !== undefined) readNamed(key, () => readFrames(bytes))
    foreign.add(key)
    return true
  }

  /** Of manifests that are listed. */
  async function takeCopies(keys: readonly string[]): Promise<void> {
    const unread = new Set(keys.filter((key) => !catalog.manifests.has(key)))
    if (unread.size < options.catalogAt) return
    const { copies } = await readCopies(site, options, onProblem)
    for (const [key, manifest] of copies) if (unread.has(key)) takeCommit(key, manifest)
  }

  /** Of batches that are listed. A process that runs has read them one after the other as they came. */
  async function takePacked(keys: readonly string[]): Promise<void> {
    const unread = new Set(keys.filter((key) => !batches.has(key)))
    if (unread.size === 0) return
    const isCounted = (key: string) => {
      const name = parseBatchKey(key)
      return unread.has(key) && !batches.has(key) && !writer.isOpen(key) && name !== undefined && catalog.coveredAt(name) === undefined && !isGathered(name)
    }
    const isAsItWas = async ({ key, bytes }: PackedBatch) => isCounted(key) && (await hasBytes(storage, key, bytes))
    const found = await findPacked(options, isAsItWas)
    // Something may have been read or compacted while these were looked at.
    if (found === undefined || !found.batches.every(({ key }) => isCounted(key))) return
    for (const batch of found.batches) batch.settled = isOld(batch.name)
    fresh.adopt(found.batches, found.tables)
    noteGathered()
  }

  /** Whether nobody adds to a batch any more, as far as its name tells. */
  function isOld({ bytes, minute }: BatchKey): boolean {
    return bytes > 0 || minuteTime(minute) + settle < now()
  }

  async function takeManifest(key: string): Promise<boolean> {
    if (catalog.manifests.has(key) || damagedManifests.has(key) || isForeignKey(key)) return true
    const value = await readBytes(storage, key)
    if (value === undefined) return false
    const manifest = readNamed(key, () => decodeManifest(value))
    const { time = -Infinity, bytes = 0 } = parseStamp(key) ?? {}
    if (manifest !== undefined && value.length === bytes) takeCommit(key, manifest)
    // A short one may still be being written.
    else if (value.length >= bytes || time + settle < now()) {
      const reason = value.length < bytes ? 'torn' : 'checksum'
      damagedManifests.set(key, reason)
      onProblem({ key, offset: 0, reason })
    }
    return true
  }

  function takeCommit(key: string, manifest: Manifest): void {
    catalog.add(key, manifest, isLoaded ? now() : undefined)
    dropCovered()
  }

  /** What is in segments need not be in memory. */
  function dropCovered(): void {
    fresh.drop([...batches.values()].filter(({ name }) => catalog.coveredAt(name) !== undefined))
  }

  async function takeBatch(key: string): Promise<boolean> {
    const name = parseBatchKey(key)
    if (name === undefined || catalog.coveredAt(name) !== undefined || isGathered(name)) return true
    const batch = batches.get(key) ?? createBatch(key, name)
    // What this process is writing counts once it is durable: see `record`.
    if (batch.settled || writer.isOpen(key)) return true
    const settled = isOld(name)
    const isKnown = batches.has(key)
    if (!isKnown || (await hasGrown(storage, batch))) {
      const read = await readBatch(storage, batch)
      if (read === undefined) return false
      // It went into segments meanwhile.
      if ((isKnown && !batches.has(key)) || catalog.coveredAt(name) !== undefined) return true
      const { facts, problems, size, end } = read
      const isShort = size < name.bytes
      // A gathered value that is not whole may still be being written: its parts are there.
      if (isShort && name.made + settle >= now()) return true
      // What was in doubt is taken up anew.
      if (batch.end === 0) fresh.empty(batch)
      for (const fact of facts) fresh.add(batch, fact)
      Object.assign(batch, { size, end })
      batches.set(key, batch)
      if (isShort && problems.length === 0) problems.push({ offset: size, reason: 'torn' })
      for (const problem of problems) {
        // The end of a value that is being written is no damage.
        if (!settled && problem.reason === 'torn') continue
        onProblem({ key, ...problem })
        batch.damaged ||= problem.reason === 'checksum' || name.bytes > 0
      }
    }
    batch.settled = settled
    return true
  }

  /** Whether a whole value that was read holds what this one does. */
  function isGathered({ writer, seq, bytes }: BatchKey): boolean {
    return bytes === 0 && gathered.get(writer)?.some((run) => run.seq <= seq && seq <= run.last) === true
  }

  /** Values that others have deleted are gone; what they said is in others, or was to go. */
  async function forgetVanished(listed: ReadonlySet<string>): Promise<void> {
    const known = [...batches.keys(), ...catalog.manifests.keys(), ...markLog.links.keys(), ...markLog.prunings.keys(), ...markLog.damagedMarks, ...damagedManifests.keys()]
    const gone: string[] = []
    for (const key of known.filter((each) => !listed.has(each) && !writer.isOpen(each))) {
      // This process may have written it since, and some storages list late what they have.
      if (!(await storage.hasItem(key))) gone.push(key)
    }
    forget(gone)
  }

  function forget(keys: readonly string[]): void {
    fresh.drop(keys.flatMap((key) => batches.get(key) ?? []))
    for (const key of keys) {
      catalog.remove(key)
      damagedManifests.delete(key)
    }
    markLog.forget(keys)
  }

  function holds(hit: StoredHit): boolean {
    if (!isFresh(hit)) return false
    const facts = new Map<StoredHit, { isDurable: boolean }>()
    for (const table of fresh.days.get(hit.day)!) {
      for (const row of table.rowsOf(hit.id)) facts.set(table.fact(row), { isDurable: table.isDurable(row) })
    }
    const isKept = (fact: StoredHit) => fact.origin === hit.origin && firstReceived(fact, hit) === fact && facts.get(fact)!.isDurable
    return markLog.marks.keep([...facts.keys()]).some(isKept)
  }

  /** Whether any fact of the id is there: of hardly any hit that arrives. */
  function isFresh({ day, id }: StoredHit): boolean {
    const tables = fresh.days.get(day)
    if (tables === undefined) return false
    for (const table of tables) if (table.rowsOf(id).length > 0) return true
    return false
  }

  function record(key: string, hit: StoredHit): boolean {
    const batch = batches.get(key) ?? createOwnBatch(key)
    const isKnown = isFresh(hit) && markLog.marks.keep(fresh.days.get(hit.day)!.flatMap((table) => table.factsOf(hit.id))).length > 0
    const { table, row } = fresh.add(batch, hit)
    table.setDurable(row, true)
    return isKnown
  }

  function createOwnBatch(key: string): Batch {
    const name = parseBatchKey(key)
    if (name === undefined) throw new Error(`[treadlight store] ${key} is no batch`)
    const batch = { ...createBatch(key, name), settled: true }
    batches.set(key, batch)
    return batch
  }

  /** A write that has failed may still arrive: for a while the value is read like that of another process. */
  function doubt(key: string): void {
    const batch = batches.get(key)
    if (batch === undefined) return
    Object.assign(batch, { settled: false, size: 0, end: 0 })
    fresh.doubt(batch)
  }

  async function readDay(day: string, ids?: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly StoredHit[]>> {
    const sought = new Set<string>()
    while (catalog.days.has(day)) {
      const facts: DayFacts = new Map()
      // Of the same moment as the list of segments: what is compacted while they are read is in neither afterwards.
      const known = fresh.days.get(day)
      const gone = await addSegments(day, facts, ids)
      if (gone === undefined) {
        addTables(known, facts, ids)
        return facts
      }
      // It was replaced since the manifests were listed, unless it is lost.
      if (sought.has(gone.key)) await lose(gone.key)
      sought.add(gone.key)
      await refreshNow()
    }
    return freshFacts(day, ids)
  }

  function freshFacts(day: string, ids?: ReadonlySet<string>): DayFacts {
    const tables = fresh.days.get(day) ?? []
    const [only, ...others] = tables
    if (only !== undefined && others.length === 0 && ids === undefined) return only.facts()
    const facts: DayFacts = new Map()
    addTables(tables, facts, ids)
    return facts
  }

  function addTables(tables: readonly FactTable[] = [], facts: DayFacts, ids: ReadonlySet<string> | undefined): void {
    for (const table of tables) {
      const found = ids === undefined ? table.facts().values() : [...ids].map((id) => table.factsOf(id))
      for (const its of found) for (const fact of its) addToDay(facts, fact)
    }
  }

  /** Answers a segment that is not there, and was when it was last looked for. */
  async function addSegments(day: string, facts: DayFacts, ids?: ReadonlySet<string>): Promise<SegmentFile | undefined> {
    let gone: SegmentFile | undefined
    for (const file of catalog.days.get(day) ?? []) {
      try {
        for (const fact of await (ids ? segments.factsOf(file, ids) : segments.facts(file))) addToDay(facts, fact)
      } catch (error) {
        if (error instanceof SegmentGone) gone = catalog.isMissing(file.key) ? gone : file
        else if (!(error instanceof SegmentDamaged)) throw error
      }
    }
    return gone
  }

  async function lose(key: string): Promise<void> {
    // A listing that is late names manifests that are gone, and of some there were copies.
    const naming = [...catalog.manifests].filter(([, { files }]) => files.some((file) => file.key === key)).map(([name]) => name)
    for (const name of naming) if (!(await storage.hasItem(name))) forget([name])
    if (!catalog.knows(key) || catalog.replacedAt(key) !== undefined) return
    catalog.setMissing(key, true)
    onProblem({ key, offset: 0, reason: 'missing' })
  }

  return {
    ...markLog,
    get marks() {
      return markLog.marks
    },
    get version() {
      return markLog.version
    },
    get linkVersion() {
      return markLog.linkVersion
    },
    site,
    catalog,
    segments,
    persons,
    batches,
    get fresh() {
      return fresh.days
    },
    get kept() {
      return kept
    },
    addKept,
    forgetKept: (keys) => keys.forEach((key) => kept.delete(key)),
    get freshCount() {
      return fresh.count
    },
    damagedManifests,
    refresh,
    refreshNow,
    holds,
    record,
    doubt,
    commit: takeCommit,
    whenCompacted: (listener) => void (listenToCompaction = listener),
    *tellCompacted(segment) {
      if (listenToCompaction !== undefined) yield* listenToCompaction(segment)
    },
    freshFacts,
    seal: fresh.seal,
    prepareDrop: fresh.prepareDrop,
    regather(key, parts) {
      const name = parseBatchKey(key)
      if (name === undefined) return
      batches.set(key, { ...createBatch(key, name), settled: true, ...joinBatches(parts) })
      for (const part of parts) batches.delete(part.key)
    },
    forget,
    lose,
    report: onProblem,
    readDay,
    isSettled: (batch) => batch.settled && !writer.isOpen(batch.key),
  }
}
