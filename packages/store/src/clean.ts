import { compact, isClosed, type CompactionOptions, type DayInput } from './compaction.ts'
import { createFactTable, type FactTable } from './factTable.ts'
import { groupBy } from './groupBy.ts'
import { commitOf, type SegmentFile } from './manifest.ts'
import type { Marks } from './marks.ts'
import type { PackedMemory } from './packed/sweepPacked.ts'
import { latestEnds, type PruningEnds } from './pruning.ts'
import type { SegmentColumns } from './segment/decodeSegment.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import type { SiteLog } from './siteLog.ts'

/** What upkeep remembers of a site between two rounds. */
export interface CleanMemory {
  /** For segments without anything that is to go: the log's version at which they were looked at. */
  clean: Map<string, number>
  /** When leftovers were last looked for, ms since 1970, and whether some have to wait. */
  sweptAt: number
  waits: boolean
  /** The keys of manifests in the newest value of copies, as far as this process knows. */
  copied?: ReadonlySet<string>
  packed: PackedMemory
}

/** Whether something was pruned in the midst of a segment is looked at once a day: hidden it is at once. ms */
const pruneRest = 24 * 3_600_000
/** Days that one manifest commits. */
const daysPerCommit = 31
/** What tells whether a fact was erased. */
export const personalColumns = ['id', 'time', 'user', 'session', 'visitor'] as const
/** Facts of a day beyond which its segments stay apart: a day is put together in memory. */
const maxMergedFacts = 300_000

/**
 * Writes segments anew without what was erased or pruned, and days that lie in many pieces in one.
 * @returns how many facts were written, and whether everything was found clean
 */
export async function rewriteSegments(log: SiteLog, options: CompactionOptions, memory: CleanMemory): Promise<{ facts: number; clean: boolean }> {
  const found = { facts: 0, clean: true }
  const onUnread = () => (found.clean = false)
  for (const days of chunk([...log.catalog.days.keys()].toSorted(), daysPerCommit)) {
    const replaces: SegmentFile[] = []
    found.facts += (await compact(log, options, { days: readDays(days, replaces), replaces })) ?? 0
  }
  return found

  /** One day at a time is in memory. */
  async function* readDays(days: readonly string[], replaces: SegmentFile[]): AsyncGenerator<DayInput> {
    for (const day of days) {
      const files = await findFiles(log, options, memory, day, onUnread)
      if (files.length === 0) continue
      found.clean = false
      const read = await readFiles(log, day, files)
      if (read === undefined) continue
      replaces.push(...files)
      yield { table: read }
    }
  }
}

/** The segments of the day that are to be written anew, if any. */
async function findFiles(
  log: SiteLog,
  { now }: CompactionOptions,
  memory: CleanMemory,
  day: string,
  onUnread: () => void,
): Promise<SegmentFile[]> {
  const files = log.catalog.days.get(day) ?? []
  if (isClosed(day, now())) {
    const pieces = findPieces(files)
    if (pieces.length > 0) return pieces
  }
  const dirty: SegmentFile[] = []
  for (const file of files) if (await isErasedFrom(log, memory, file, onUnread)) dirty.push(file)
  return dirty
}

/**
 * The small ones where there are many, all where the small ones are not so small: so nothing is written again and again
 * for a few late hits.
 */
function findPieces(files: readonly SegmentFile[]): SegmentFile[] {
  const commits = groupBy(files, commitOf)
  const sized = [...commits.values()].map((group) => ({ group, facts: sumFacts(group) })).toSorted((a, b) => b.facts - a.facts)
  const [largest, ...small] = sized
  if (largest === undefined || small.length === 0) return []
  const smallFacts = small.reduce((sum, { facts }) => sum + facts, 0)
  if (4 * smallFacts >= largest.facts && largest.facts + smallFacts <= maxMergedFacts) return [...files]
  return small.length >= 4 && smallFacts <= maxMergedFacts ? small.flatMap(({ group }) => group) : []
}

function sumFacts(files: readonly SegmentFile[]): number {
  return files.reduce((sum, { facts }) => sum + facts, 0)
}

/** @param onUnread called where nobody can tell */
async function isErasedFrom(log: SiteLog, memory: CleanMemory, file: SegmentFile, onUnread: () => void): Promise<boolean> {
  // What is written after an erasure is written without the person: see `compact`.
  if (log.openErasures().length === 0 || memory.clean.get(file.key) === log.version) return false
  try {
    if (holdsErased(log.marks, file.day, await log.segments.columns(file, personalColumns))) return true
    memory.clean.set(file.key, log.version)
  } catch (error) {
    if (!(error instanceof SegmentGone || error instanceof SegmentDamaged)) throw error
    onUnread()
  }
  return false
}

/** Whether something of an erased person is in a segment. */
export function holdsErased(marks: Marks, day: string, { id, time, user, session, visitor }: Pick<SegmentColumns, (typeof personalColumns)[number]>): boolean {
  for (let row = 0; row < id.length; row++) {
    if (marks.erases({ day, id: id[row]!, time: time[row]!, user: user[row]!, session: session[row]!, visitor: visitor[row]! })) return true
  }
  return false
}

/** Undefined if one of them is gone or damaged: then the day stays as it is. */
async function readFiles(log: SiteLog, day: string, files: readonly SegmentFile[]): Promise<FactTable | undefined> {
  try {
    const facts = await Promise.all(files.map((file) => log.segments.facts(file, false)))
    const table = createFactTable(log.site, day)
    for (const its of facts) for (const fact of its) table.add(fact)
    return table
  } catch (error) {
    if (error instanceof SegmentGone || error instanceof SegmentDamaged) return undefined
    throw error
  }
}

/**
 * Writes days anew without what was pruned: those that are past it altogether, and the one in the midst once a day.
 * @returns how many facts were written, and whether nothing is left in any segment that a pruning took
 */
export async function rewritePruned(log: SiteLog, options: CompactionOptions, memory: CleanMemory): Promise<{ facts: number; clean: boolean }> {
  const found = { facts: 0, clean: true }
  const restedEnds = latestEnds([...log.prunings.values()].filter(({ at }) => at < options.now() - pruneRest))
  const isPast = (day: string) => (log.catalog.days.get(day) ?? []).every((file) => file.to < endOf(log.marks.pruningEnds, file))
  // First what needs no room: on a full disk it makes room for the others.
  for (const day of [...log.catalog.days.keys()].toSorted((a, b) => Number(isPast(b)) - Number(isPast(a)))) {
    // As things stand now: with each day that is written anew there are other lists.
    const files = log.catalog.days.get(day) ?? []
    const { pruningEnds } = log.marks
    const touched = files.filter((file) => file.from < endOf(pruningEnds, file) && memory.clean.get(`pruned ${file.key}`) !== log.version)
    if (touched.length === 0) continue
    // Until it was read whole: a damaged one may be mended from a backup.
    found.clean = false
    if (!touched.some((file) => file.to < endOf(pruningEnds, file) || file.from < endOf(restedEnds, file))) continue
    const read = await readFiles(log, day, files)
    // What was moved into segments while they were read is in neither.
    if (read === undefined || log.catalog.days.get(day) !== files) continue
    // Hits may have facts that are not in segments yet: what they say together counts.
    for (const table of log.fresh.get(day) ?? []) for (let row = 0; row < table.size; row++) read.add(table.fact(row))
    const goes = [...read.facts().values()].some((its) => log.marks.keep(its).length < its.length)
    if (goes) found.facts += (await compact(log, options, { days: [{ table: read }], replaces: files, whole: true })) ?? 0
    else for (const { key } of files) memory.clean.set(`pruned ${key}`, log.version)
  }
  return found
}

function endOf({ anonymous, authenticated }: PruningEnds, { kind }: SegmentFile): number {
  return kind === 'anon' ? anonymous : authenticated
}

function* chunk<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
