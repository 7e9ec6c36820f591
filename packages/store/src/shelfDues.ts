import { isClosed } from './compaction.ts'
import { fingerprint } from './fingerprint.ts'
import type { ShelfKind } from './keys.ts'
import type { SegmentFile } from './manifest.ts'
import type { KeptShelf } from './shelf.ts'
import type { ShelfEntry } from './shelfEntry.ts'
import { dayBefore, groupDays, partsOf, quartersOf, singleDay, type Quarter, type ShelfGroup } from './shelfGroups.ts'
import { knownMarks } from './shelfValue.ts'
import type { ShelvingOptions } from './shelve.ts'
import type { SiteLog } from './siteLog.ts'

/** What is to be made of the days that have ended, as far as it is not there yet. */
interface ShelfDues {
  filesOf(day: string): readonly SegmentFile[]
  /** Reads what says it, and looks into segments of which nobody knows whether an erased person is in them. */
  isAnythingDue(): Promise<boolean>
  /** The days in groups that are held in memory when they are made. Of what nobody has looked at, it is not known yet what is due. */
  groups(): ShelfGroup[]
  /** What of a group is to be written: it as a whole, or days of which it says too much or too little. */
  indexes(group: ShelfGroup): ShelfGroup[]
  /** Of the group, of its parts and of its days. */
  rollups(group: ShelfGroup): ShelfGroup[]
  /** Rollups of quarters whose months all have one. */
  quarters(): Quarter[]
  /** Takes it that no rollup of these days can be made of what there is. */
  giveUp(group: ShelfGroup): void
  /** Values of exactly these days whose headers were read. */
  holdersOf(kind: ShelfKind, group: ShelfGroup): ShelfEntry[]
  /** Whether a rollup says what these days come to, and nothing of others. */
  saysAll(entry: ShelfEntry, group: ShelfGroup): boolean
}

/** Hits in one value: what a process holds of it when it is made, some 30 MB. */
const maxHits = 1_500_000
/** For how many days back there are rollups of few hits too. */
const daysWithRollups = 100
/** What has fewer hits than this is told from an index as fast as from a rollup, but for that of its month. */
const fewHits = 5000

/** @param looks into how many segments may be looked */
export function createShelfDues<Rollup>({ log, shelf, now, check, hopeless }: Pick<ShelvingOptions<Rollup>, 'log' | 'now' | 'check' | 'hopeless'> & { shelf: KeptShelf<Rollup> }, looks: number): ShelfDues {
  const ready = closedDays(log, now()).filter((day) => hopeless.get(fingerprint(filesOf(day))) !== log.version)
  let looksLeft = looks

  function filesOf(day: string): readonly SegmentFile[] {
    return log.catalog.days.get(day) ?? []
  }

  /** Whether something says of the day what its hits do, unless somebody is in them who was erased: nobody has looked yet. */
  function isUnknown(day: string): boolean {
    return [...shelf.entries.values()].some((entry) => mayHold(entry, day) && shelf.isValid(entry, day) === undefined)
  }

  function groups(): ShelfGroup[] {
    return groupDays(ready, now()).filter(({ days }) => looksLeft > 0 || !days.some(isUnknown)).flatMap((group) => {
      const hits = group.days.flatMap(filesOf).reduce((sum, file) => sum + file.hits, 0)
      return hits <= maxHits ? [group] : group.days.map(singleDay)
    })
  }

  function indexes(group: ShelfGroup): ShelfGroup[] {
    const holders = holdersOf('index', group)
    const untold = group.days.filter((day) => !holders.some((entry) => shelf.isValid(entry, day) === true))
    if (untold.length === 0) return []
    if (group.first === group.last || holders.length === 0 || 4 * untold.length >= group.days.length || holders.some((entry) => mayBeTainted(entry, log))) return [group]
    return untold.filter((day) => !isIndexed(day)).map(singleDay)
  }

  function isIndexed(day: string): boolean {
    return [...shelf.entries.values()].some((entry) => entry.name.kind === 'index' && shelf.isValid(entry, day) === true)
  }

  function rollups(group: ShelfGroup): ShelfGroup[] {
    return partsOf(group).filter((its) => isWorthSumming(its, log, now()) && isUnsummed(its))
  }

  function quarters(): Quarter[] {
    return quartersOf(ready, now()).filter(({ quarter, months }) => isUnsummed(quarter) && months.every(isSummed))
  }

  function isUnsummed(group: ShelfGroup): boolean {
    return hopeless.get(sumsName(group)) !== log.version && !isSummed(group)
  }

  function isSummed(group: ShelfGroup): boolean {
    return holdersOf('rollup', group).some((entry) => saysAll(entry, group))
  }

  /** What its sums would follow from. */
  function sumsName({ days }: ShelfGroup): string {
    return `sums ${days.map((day) => fingerprint(filesOf(day))).join(' ')}`
  }

  function saysAll(entry: ShelfEntry, { days }: ShelfGroup): boolean {
    return Object.keys(entry.header?.days ?? {}).length === days.length && days.every((day) => shelf.isValid(entry, day) === true)
  }

  function holdersOf(kind: ShelfKind, { first, last }: ShelfGroup): ShelfEntry[] {
    return [...shelf.entries.values()].filter(({ name, header, unfit }) => name.kind === kind && name.first === first && name.last === last && header && !unfit)
  }

  return {
    filesOf,
    async isAnythingDue() {
      const [first, last] = [ready[0], ready.at(-1)]
      if (first === undefined || last === undefined) return false
      await shelf.readHeaders('index', first, last)
      await shelf.readHeaders('rollup', first, last)
      // The newest are asked for most.
      for (const day of ready.toReversed()) if (looksLeft > 0 && isUnknown(day)) looksLeft -= await check.look(filesOf(day))
      return quarters().length > 0 || groups().some((group) => indexes(group).length + rollups(group).length > 0)
    },
    groups,
    indexes,
    rollups,
    quarters,
    giveUp: (group) => void hopeless.set(sumsName(group), log.version),
    holdersOf,
    saysAll,
  }
}

/** Those that have ended and are in segments only, in order. */
function closedDays(log: SiteLog, now: number): string[] {
  return [...log.catalog.days.keys()].filter((day) => isClosed(day, now) && !log.fresh.has(day)).toSorted()
}

/** Whether a value may hold what an erasure has taken: it does not know of that, and some of its segments have changed. */
export function mayBeTainted({ header }: ShelfEntry, log: SiteLog): boolean {
  if (header === undefined || header.marks.erasures === knownMarks(log).erasures) return false
  return Object.entries(header.days).some(([day, print]) => fingerprint(log.catalog.days.get(day) ?? []) !== print)
}

function mayHold({ name, header }: ShelfEntry, day: string): boolean {
  return header !== undefined && name.first <= day && day <= name.last
}

/** Whether some days are asked for together, and not told as fast without a rollup of theirs. */
export function isWorthSumming({ first, last }: Pick<ShelfGroup, 'first' | 'last'>, log: SiteLog, now: number): boolean {
  const isMonth = first.endsWith('-01') && last.slice(8) > '20'
  if (isMonth || last >= dayBefore(now, daysWithRollups)) return true
  let hits = 0
  for (const [day, files] of log.catalog.days) if (first <= day && day <= last) for (const file of files) hits += file.hits
  return hits >= fewHits
}
