import { fingerprint } from './fingerprint.ts'
import { parseStamp } from './keys.ts'
import { isWorthSumming, mayBeTainted } from './shelfDues.ts'
import type { KeptShelf } from './shelf.ts'
import type { ShelfEntry } from './shelfEntry.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'

export interface ShelfSweepOptions<Rollup> extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'grace' | 'settle'> {
  log: SiteLog
  shelf: KeptShelf<Rollup>
}

/**
 * Deletes what no reader would ask any more, and what may say something of an erased person: a grace time after what
 * stands for it was written.
 *
 * @returns how many values are gone, whether others have to wait, and whether no erased person can be in any of these
 * @throws Error if something is still there after its deletion
 */
export async function sweepShelf<Rollup>({ log, shelf, storage, now, grace, settle }: ShelfSweepOptions<Rollup>): Promise<{ deleted: number; waits: boolean; clean: boolean }> {
  const begun = now()
  await shelf.list()
  await shelf.readHeaders('index', '0000-00-00', '9999-99-99')
  await shelf.readHeaders('rollup', '0000-00-00', '9999-99-99')
  const entries = [...shelf.entries.values()]
  const needed = new Set([...neededIndexes(entries, log), ...neededRollups(entries, log, begun)])
  const spare = entries.filter((entry) => !needed.has(entry) && entry.unfit !== 'later')
  const due = spare.filter((entry) => spareSince(entry) + grace < begun).map(({ key }) => key)
  await Promise.all(due.map((key) => storage.removeItem(key)))
  shelf.forget(due)
  if (due.length > 0) await assertGone(due)
  const left = spare.filter(({ key }) => !due.includes(key))
  return { deleted: due.length, waits: left.length > 0, clean: !left.some((entry) => entry.header === undefined || mayBeTainted(entry, log)) }

  /** Since when another one is there to be asked, or what it was made of is not, ms since 1970. */
  function spareSince(entry: ShelfEntry): number {
    // Somebody may be at it.
    if (entry.header === undefined) return entry.name.time + (entry.unfit === 'torn' ? settle : 0)
    const others = entries.filter((other) => needed.has(other) && other.name.kind === entry.name.kind)
    return Object.entries(entry.header.days).reduce((since, [day, print]) => Math.max(since, replacedSince(day, print, others)), entry.name.time)
  }

  function replacedSince(day: string, print: string, others: readonly ShelfEntry[]): number {
    const files = log.catalog.days.get(day) ?? []
    if (fingerprint(files) !== print) return Math.max(...files.map(({ key }) => parseStamp(key)?.time ?? -Infinity))
    return Math.min(...others.filter(({ header }) => header?.days[day] === print).map(({ name }) => name.time), Infinity)
  }

  async function assertGone(keys: readonly string[]): Promise<void> {
    await shelf.list()
    const still = keys.find((key) => shelf.entries.has(key))
    if (still !== undefined) throw new Error(`[treadlight store] ${still} is still there after its deletion: check the rights of the storage`)
  }
}

/** Of each day the first one that is asked, see `Shelf.findIndexes`. */
function* neededIndexes(entries: readonly ShelfEntry[], log: SiteLog): Generator<ShelfEntry> {
  const sorted = entries.filter((entry) => entry.name.kind === 'index' && isFit(entry, log)).toSorted(inOrder)
  for (const [day, files] of log.catalog.days) {
    const first = sorted.find((entry) => entry.header!.days[day] === fingerprint(files) && entry.name.first <= day)
    if (first !== undefined) yield first
  }
}

/** The newest of each set of days that is worth it, where all of them are as they were. */
function* neededRollups(entries: readonly ShelfEntry[], log: SiteLog, now: number): Generator<ShelfEntry> {
  const newest = new Map<string, ShelfEntry>()
  for (const entry of entries) {
    const { kind, first, last, time } = entry.name
    if (kind !== 'rollup' || !isFit(entry, log) || !isWorthSumming(entry.name, log, now)) continue
    const isWhole = Object.entries(entry.header!.days).every(([day, print]) => fingerprint(log.catalog.days.get(day) ?? []) === print)
    const name = `${first}.${last}`
    if (isWhole && (newest.get(name)?.name.time ?? -Infinity) <= time) newest.set(name, entry)
  }
  yield* newest.values()
}

function isFit(entry: ShelfEntry, log: SiteLog): boolean {
  return entry.header !== undefined && entry.unfit === undefined && !mayBeTainted(entry, log)
}

function inOrder(a: ShelfEntry, b: ShelfEntry): number {
  return Object.keys(b.header!.days).length - Object.keys(a.header!.days).length || b.name.time - a.name.time
}
