import { crc32 } from 'node:zlib'
import type { Batch } from './batch.ts'
import { nameHit } from './erasure.ts'
import type { FactTable } from './factTable.ts'
import type { StoredHit } from './hit.ts'
import { formatStamp } from './keys.ts'
import { addFact } from './merge.ts'
import { commitLimit, coverRuns, encodeManifest, timeSpan, type Manifest, type SegmentFile } from './manifest.ts'
import type { Marks } from './marks.ts'
import { encodeInSteps } from './segment/encodeSegment.ts'
import type { SiteLog, WrittenSegment } from './siteLog.ts'
import { finishInTurns, type Steps } from './steps.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem } from './values.ts'

export type CompactionOptions = Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce' | 'compactAt'>

/** Facts of a home day, all or some of them. */
export interface DayInput {
  table: FactTable
  /** Which of them; all by default. */
  rows?: readonly number[]
}

/** What is to become segments, and what these then stand for. */
export interface CompactionInput {
  days: AsyncIterable<DayInput> | Iterable<DayInput>
  /**
   * Whether `days` have all facts of every hit. Only then can be told what was pruned; that somebody was erased, one fact
   * can tell.
   */
  whole?: boolean
  covers?: readonly Batch[]
  /** Read when `days` are through. */
  replaces?: readonly SegmentFile[]
}

/** A day is closed when it has ended in every time zone, and an hour for what was on its way. ms since its start in UTC */
const closedAfter = 37 * 3_600_000
/** More values than this are compacted whatever is in them: listing and opening them takes too long. */
const maxBatches = 4096
/** So many rows are looked at in one go: a millisecond's work. */
const stepSize = 4096
/** Days of which the segments are being written while the next one is read: small ones take longer to sync than to encode. */
const parallelDays = 4

export function isClosed(day: string, now: number): boolean {
  return now >= Date.parse(day) + closedAfter
}

/**
 * The batches to compact now: those of which most facts belong to closed days. So a day is written once, when it has
 * ended, and what comes late waits for the day on which it came. All that nobody adds to any more, if memory or listings
 * get long.
 */
export function chooseBatches(log: SiteLog, { now, compactAt }: CompactionOptions, force: boolean): Batch[] {
  const hasErased = (batch: Batch) => log.marks.hasErasures && holdsErased(log, batch)
  const settled = [...log.batches.values()].filter((batch) => {
    if (!log.isSettled(batch)) return false
    // Something damaged is left for somebody to look at, unless an erased person is in what is whole of it.
    return !batch.damaged || hasErased(batch)
  })
  const facts = settled.reduce((sum, { count }) => sum + count, 0)
  if (force || facts >= compactAt || settled.length >= maxBatches) return settled
  const closed = new Set([...log.fresh.keys()].filter((day) => isClosed(day, now())))
  if (closed.size === 0 && !log.marks.hasErasures) return settled.filter(({ count }) => count === 0)
  return settled.filter((batch) => {
    const isOver = [...batch.rows].reduce((sum, [{ day }, { length }]) => (closed.has(day) ? sum + length : sum), 0)
    // What is of an erased person does not wait for the day to end.
    return 2 * isOver >= batch.count || hasErased(batch)
  })
}

export function holdsErased(log: SiteLog, { rows }: Batch): boolean {
  return [...rows].some(([table, its]) => its.some((row) => log.marks.erases(table.person(row))))
}

/**
 * The facts of batches by day. Of a closed day all that are in memory, although some may be in other batches and be written
 * once more with these: to sort them out takes longer than that.
 */
export function tablesOf(log: SiteLog, batches: readonly Batch[], now: number): DayInput[] {
  const days: DayInput[] = []
  for (const table of [...log.fresh.values()].flat()) {
    const rows = batches.flatMap((batch) => batch.rows.get(table) ?? [])
    if (rows.length === 0) continue
    const isWhole = batches.length === log.batches.size || isClosed(table.day, now)
    days.push(isWhole ? { table } : { table, rows: [...new Set(rows)] })
  }
  return days
}

/**
 * Writes segments, and then the manifest that makes them count. A crash before it leaves segments that nobody reads.
 *
 * @returns how many facts were written; undefined if something was erased or pruned meanwhile, or it took too long: then it
 *   is to be done anew
 */
export async function compact(log: SiteLog, options: CompactionOptions, input: CompactionInput): Promise<number | undefined> {
  const { version } = log
  const begun = options.now()
  const erased: string[] = []
  const writes: Promise<WrittenSegment[]>[] = []
  /** Keys of segments that were begun. */
  const written: string[] = []
  try {
    for await (const { table, rows = table.allRows() } of input.days) {
      const kept = await finishInTurns(() => keepOf(log.marks, table, rows, input.whole === true, erased))
      const writing = writeDay(log, options, table, kept, written)
      // Heard of below; until then Node.js would take it that nobody cares.
      writing.catch(() => undefined)
      writes.push(writing)
      await writes.at(-parallelDays)
    }
    await Promise.all(writes)
  } catch (error) {
    await Promise.allSettled(writes)
    // Else a full disk stays full for the hours that they would wait for a manifest. Later others may have adopted them.
    if (!isLate(options, begun)) await removeSegments(log, options, written).catch(() => undefined)
    throw error
  }
  const segments = (await Promise.all(writes)).flat()
  const files = segments.map(({ file }) => file)
  if (files.length === 0 && (input.replaces ?? []).length === 0 && (input.covers ?? []).length === 0) return 0
  if (input.covers !== undefined) await finishInTurns(() => log.prepareDrop(input.covers!))
  // An erasure that has come since must not find its person in a new place.
  await log.refreshNow()
  if (log.version !== version || isLate(options, begun)) {
    await removeSegments(log, options, written)
    return undefined
  }
  // Another process was faster.
  const covers = (input.covers ?? []).filter(({ name }) => log.catalog.coveredAt(name) === undefined)
  if (input.covers !== undefined && covers.length === 0) {
    await removeSegments(log, options, written)
    return 0
  }
  // Another origin may tell of the hit later, without the name.
  if (erased.length > 0) await log.writeErasedHits(erased)
  const manifest: Manifest = {
    time: options.now(),
    files,
    covers: coverRuns(covers.map(({ name }) => name)),
    replaces: (input.replaces ?? []).map(({ key }) => key),
  }
  if (!(await commitManifest(log, options, manifest))) return undefined
  for (const segment of segments) await finishInTurns(() => log.tellCompacted(segment))
  return files.reduce((sum, file) => sum + file.facts, 0)
}

/**
 * From here on the segments count.
 *
 * @returns false if some of them are gone: it took hours, or somebody was erased since the last look for erasures
 */
export async function commitManifest(log: SiteLog, { storage, nonce }: CompactionOptions, manifest: Manifest): Promise<boolean> {
  const bytes = encodeManifest(manifest)
  const key = `${log.site}:manifest:${formatStamp(manifest.time, nonce())}-${bytes.length}`
  if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
  if (!(await areThere(storage, manifest.files))) {
    await storage.removeItem(key)
    return false
  }
  log.commit(key, manifest)
  return true
}

function isLate({ now }: CompactionOptions, begun: number): boolean {
  return Math.abs(now() - begun) > commitLimit
}

async function areThere(storage: CompactionOptions['storage'], files: readonly SegmentFile[]): Promise<boolean> {
  const found = await Promise.all(files.map(({ key }) => storage.hasItem(key)))
  return found.every(Boolean)
}

type Kind = SegmentFile['kind']

/** What is to be stored of a day, and how many hits these are. */
type KeptRows = Record<Kind, { rows: number[]; hits: number }>

/** Puts into `erased` what goes that no erasure knows by its name. */
function* keepOf(marks: Marks, table: FactTable, rows: ArrayLike<number>, whole: boolean, erased: string[]): Steps<KeptRows> {
  const kept: KeptRows = { anon: { rows: [], hits: 0 }, user: { rows: [], hits: 0 } }
  /** Rows that say something of the same hit, by its id. */
  const shared = new Map<string, number[]>()
  const { hasErasures } = marks
  for (let at = 0; at < rows.length; at++) {
    if (at % stepSize === stepSize - 1) yield
    const row = rows[at]!
    if (hasErasures || table.isOdd(row) || table.hasOthers(row)) {
      const id = table.text('id', row)!
      const known = shared.get(id)
      if (known === undefined) shared.set(id, [row])
      else known.push(row)
      continue
    }
    const user = table.text('user', row)!
    if (marks.mayBePruned({ time: table.time(row), user })) shared.set(table.text('id', row)!, [row])
    else add(user === '' && !marks.isLinked(table.text('session', row)!) ? 'anon' : 'user', [row])
  }
  for (const its of shared.values()) {
    const rowOf = new Map(its.map((row) => [table.fact(row), row]))
    const facts = keepFacts(marks, [...rowOf.keys()], whole, erased)
    if (facts.length > 0) add(marks.userOf(facts) === '' ? 'anon' : 'user', facts.map((fact) => rowOf.get(fact)!))
  }
  return kept

  function add(kind: Kind, its: readonly number[]): void {
    kept[kind].rows.push(...its)
    kept[kind].hits++
  }
}

/** What is to be stored of the facts of an id. */
function keepFacts(marks: Marks, facts: readonly StoredHit[], whole: boolean, erased: string[]): readonly StoredHit[] {
  if (marks.isErased(facts)) {
    const [first] = facts
    if (first !== undefined && !marks.hasErased(first)) erased.push(nameHit(first))
    return []
  }
  // A report that did not count may name an erased person all the same.
  const kept = (whole ? marks.keep(facts) : facts).filter((fact) => !marks.erases(fact))
  // Of a hit that may be pruned every fact is needed to tell what was known of it when.
  const mayBePruned = kept.some(marks.mayBePruned)
  return mayBePruned && !whole ? kept : kept.reduce<StoredHit[]>(addFact, [])
}

async function writeDay(
  log: SiteLog,
  options: CompactionOptions,
  table: FactTable,
  kept: KeptRows,
  written: string[],
): Promise<WrittenSegment[]> {
  const stamp = formatStamp(options.now(), options.nonce())
  const kinds = (Object.keys(kept) as Kind[]).filter((kind) => kept[kind].hits > 0)
  const keyOf = (kind: Kind) => `${log.site}:segment:${table.day}-${stamp}-${kind}.parquet`
  written.push(...kinds.map(keyOf))
  const writes = kinds.map((kind) => writeSegment(options, keyOf(kind), kind, table, kept[kind]))
  // Those that are still under way when one has failed are not to arrive later.
  await Promise.allSettled(writes)
  return Promise.all(writes)
}

async function writeSegment(
  { storage }: CompactionOptions,
  key: string,
  kind: Kind,
  table: FactTable,
  { rows, hits }: KeptRows[Kind],
): Promise<WrittenSegment> {
  const bytes = await finishInTurns(() => encodeInSteps(table, Uint32Array.from(rows)))
  const file: SegmentFile = {
    key,
    day: table.day,
    kind,
    bytes: bytes.length,
    crc: crc32(bytes),
    facts: rows.length,
    hits,
    ...timeSpan(rows.map(table.time)),
  }
  if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
  return { file, table, rows }
}

/** But not what somebody has adopted meanwhile. */
async function removeSegments(log: SiteLog, { storage }: CompactionOptions, keys: readonly string[]): Promise<void> {
  for (const key of keys) if (!log.catalog.knows(key)) await storage.removeItem(key)
}
