import { compareText } from './byTime.ts'
import { isClosed } from './compaction.ts'
import type { DayCheck } from './dayCheck.ts'
import { fingerprint } from './fingerprint.ts'
import { formatShelfKey, type ShelfKind } from './keys.ts'
import type { SegmentFile } from './manifest.ts'
import { SegmentError } from './segment/openSegment.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import { foldIndexes } from './sessionIndex/foldIndexes.ts'
import { holdIndex, type HeldValues } from './sessionIndex/holdIndex.ts'
import type { SessionIndex } from './sessionIndex/sessionIndex.ts'
import { ShelfLost, type KeptShelf } from './shelf.ts'
import type { ShelfEntry } from './shelfEntry.ts'
import { dayBefore, groupDays, partsOf, quartersOf, singleDay, type ShelfGroup } from './shelfGroups.ts'
import { encodeShelfValue, knownMarks, shelfFormats, type ShelfHeader } from './shelfValue.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { createItem } from './values.ts'

/** What a value is to say of itself. */
type NewHeader = Omit<ShelfHeader, 'crc'>

/** How what lies on the shelf is made. */
export interface ShelfMakers<Rollup> {
  /** The index of a home day; undefined where it could not say exactly what the hits do. @throws SegmentGone, SegmentDamaged */
  buildIndex(day: string, files: readonly SegmentFile[]): Promise<SessionIndex | undefined>
  encodeIndex(index: SessionIndex, header: NewHeader): Promise<Uint8Array>
  /** Undefined where the sums could not be told exactly. */
  buildRollup(index: SessionIndex, header: NewHeader): Promise<Rollup | undefined>
  /** Undefined where their rows were named by several tables, or by an earlier one. */
  foldRollups(rollups: readonly Rollup[]): Rollup | undefined
  /** @throws RangeError for sums that cannot be told exactly */
  encodeRollup(rollup: Rollup): Promise<Uint8Array>
}

export interface ShelvingOptions<Rollup> extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'nonce'> {
  log: SiteLog
  shelf: KeptShelf<Rollup>
  check: DayCheck
  makers: ShelfMakers<Rollup>
  /** What nothing can be made of, by what it was to be made of: the log's version at which it was tried. */
  hopeless: Map<string, number>
}

/** Days that are read in one round of upkeep: some seconds' work where they are large. */
const daysPerRound = 40
/** Segments of which a part is read in one round, to see whether somebody is in them who was erased since: some seconds' work too. */
const looksPerRound = 200
/** Hits in one value: what a process holds of it when it is made, some 30 MB. */
const maxHits = 1_500_000
/** For how many days back there are rollups of few hits too. */
const daysWithRollups = 100
/** What has fewer hits than this is told from an index as fast as from a rollup, but for that of its month. */
const fewHits = 5000

/** A home day of which an index is at hand. */
interface Piece {
  day: string
  index: SessionIndex
  print: string
  /** Whether it was just made of segments. */
  isNew: boolean
}

/** What is at hand of the days of a group. */
interface Pieces<Rollup> {
  indexes: Piece[]
  /** No day is in two of them. */
  sums: { rollup: Rollup; prints: NewHeader['days'] }[]
  marks: NewHeader['marks']
}

/**
 * Makes indexes and rollups of the days that have ended, and of their segments only: what is there of others is answered
 * from hits. Any process may do it, at any time: what two make is there twice until one of them is swept.
 *
 * @param force whether all of it is done at once, instead of some days in each round
 * @returns how many days were put into new values
 */
export async function shelve<Rollup extends object>(options: ShelvingOptions<Rollup>, force: boolean): Promise<number> {
  const { log, shelf, now, check, hopeless } = options
  const ready = closedDays(log, now()).filter((day) => hopeless.get(fingerprint(filesOf(day))) !== log.version)
  let budget = force ? Infinity : daysPerRound
  let looks = force ? Infinity : looksPerRound
  let shelved = 0
  if (!(await isAnythingDue())) return 0
  // Another process may have done it.
  await shelf.list()
  await isAnythingDue()
  for (const group of fittingGroups(ready)) {
    if (budget <= 0) break
    await shelveGroup(group)
  }
  for (const due of dueQuarters()) if (budget > 0) await foldMonths(due)
  return shelved

  function filesOf(day: string): readonly SegmentFile[] {
    return log.catalog.days.get(day) ?? []
  }

  async function isAnythingDue(): Promise<boolean> {
    const [first, last] = [ready[0], ready.at(-1)]
    if (first === undefined || last === undefined) return false
    await shelf.readHeaders('index', first, last)
    await shelf.readHeaders('rollup', first, last)
    // The newest are asked for most.
    for (const day of ready.toReversed()) if (looks > 0 && isUnknown(day)) looks -= await check.look(filesOf(day))
    return dueQuarters().length > 0 || fittingGroups(ready).some((group) => dueIndexes(group).length + dueRollups(group).length > 0)
  }

  /** Whether something says of the day what its hits do, unless somebody is in them who was erased: nobody has looked yet. */
  function isUnknown(day: string): boolean {
    return [...shelf.entries.values()].some((entry) => mayHold(entry, day) && shelf.isValid(entry, day) === undefined)
  }

  /** A value is held in memory when it is made. Of what nobody has looked at, it is not known yet what is due. */
  function fittingGroups(days: readonly string[]): ShelfGroup[] {
    return groupDays(days, now()).filter(({ days: its }) => looks > 0 || !its.some(isUnknown)).flatMap((group) => {
      const hits = group.days.flatMap(filesOf).reduce((sum, file) => sum + file.hits, 0)
      return hits <= maxHits ? [group] : group.days.map(singleDay)
    })
  }

  /** What of the group is to be written: it as a whole, or days of which it says too much or too little. */
  function dueIndexes(group: ShelfGroup): ShelfGroup[] {
    const holders = holdersOf('index', group)
    const untold = group.days.filter((day) => !holders.some((entry) => shelf.isValid(entry, day) === true))
    if (untold.length === 0) return []
    if (group.first === group.last || holders.length === 0 || 4 * untold.length >= group.days.length || holders.some((entry) => mayBeTainted(entry, log))) return [group]
    return untold.filter((day) => !isTold('index', day)).map(singleDay)
  }

  /** Of the group, of its parts and of its days. */
  function dueRollups(group: ShelfGroup): ShelfGroup[] {
    return partsOf(group).filter((its) => isWorthSumming(its, log, now()) && isUnsummed(its))
  }

  /** Of those whose months are all told. */
  function dueQuarters(): ReturnType<typeof quartersOf> {
    return quartersOf(ready, now()).filter(({ quarter, months }) => isUnsummed(quarter) && !months.some(isUnsummed))
  }

  function isUnsummed(group: ShelfGroup): boolean {
    return hopeless.get(sumsName(group)) !== log.version && !holdersOf('rollup', group).some((entry) => saysAll(entry, group))
  }

  /** What its sums would follow from. */
  function sumsName({ days }: ShelfGroup): string {
    return `sums ${days.map((day) => fingerprint(filesOf(day))).join(' ')}`
  }

  /** Whether a rollup says what these days come to, and nothing of others. */
  function saysAll(entry: ShelfEntry, { days }: ShelfGroup): boolean {
    return Object.keys(entry.header?.days ?? {}).length === days.length && days.every((day) => shelf.isValid(entry, day) === true)
  }

  function holdersOf(kind: ShelfKind, { first, last }: ShelfGroup): ShelfEntry[] {
    return [...shelf.entries.values()].filter(({ name, header, unfit }) => name.kind === kind && name.first === first && name.last === last && header && !unfit)
  }

  function isTold(kind: ShelfKind, day: string): boolean {
    return [...shelf.entries.values()].some((entry) => entry.name.kind === kind && shelf.isValid(entry, day) === true)
  }

  async function shelveGroup(group: ShelfGroup): Promise<void> {
    const due = dueIndexes(group)
    const summed = dueRollups(group)
    if (due.length + summed.length === 0) return
    const pieces: Pieces<Rollup> = { indexes: [], sums: [], marks: knownMarks(log) }
    const held: HeldValues = new Map()
    const indexed = new Set(due.flatMap(({ days }) => days))
    const days = new Set([...indexed, ...summed.flatMap((its) => its.days)])
    for (const day of [...days].toSorted()) {
      budget--
      const isSummed = summed.some(({ first, last }) => first === day && last === day)
      const isTold = !isSummed && (await takeSums(singleDay(day), pieces))
      if (isTold && !indexed.has(day)) continue
      const piece = await pieceOf(day)
      if (piece === undefined) continue
      if (isSummed) await sumUp(piece, pieces)
      const kept = piece.isNew && days.size > 1 ? await hold(piece, held) : piece
      if (kept !== undefined) pieces.indexes.push(kept)
    }
    for (const its of due) if (await writeIndex(its, pieces)) shelved += its.days.length
    for (const its of summed) await writeRollup(its, pieces)
  }

  async function foldMonths({ quarter, months }: ReturnType<typeof quartersOf>[number]): Promise<void> {
    const pieces: Pieces<Rollup> = { indexes: [], sums: [], marks: knownMarks(log) }
    for (const month of months) if (!(await takeSums(month, pieces))) return
    await writeRollup(quarter, pieces)
  }

  /** Those that are on the shelf; false if there are none. */
  async function takeSums(group: ShelfGroup, { sums }: Pieces<Rollup>): Promise<boolean> {
    for (const entry of holdersOf('rollup', group)) {
      if (!saysAll(entry, group)) continue
      try {
        const rollup = options.makers.foldRollups([await shelf.openRollup(entry)])
        if (rollup === undefined) continue
        sums.push({ rollup, prints: entry.header!.days })
        return true
      } catch (error) {
        if (!(error instanceof ShelfLost)) throw error
      }
    }
    return false
  }

  async function sumUp(piece: Piece, { sums, marks }: Pieces<Rollup>): Promise<void> {
    const prints = printsOf([piece])
    const rollup = await options.makers.buildRollup(foldPieces([piece]), headerOf('rollup', prints, marks))
    if (rollup !== undefined) sums.push({ rollup, prints })
  }

  /** From another value if there is one: it has been read and put together once. */
  async function pieceOf(day: string): Promise<Piece | undefined> {
    const files = filesOf(day)
    const print = fingerprint(files)
    for (const entry of shelf.entries.values()) {
      if (entry.name.kind !== 'index' || shelf.isValid(entry, day) !== true) continue
      try {
        return { day, index: await shelf.openIndex(entry), print, isNew: false }
      } catch (error) {
        if (!(error instanceof ShelfLost)) throw error
      }
    }
    try {
      const index = (await check.isWhole(files)) ? await options.makers.buildIndex(day, files) : undefined
      if (index !== undefined) return { day, index, print, isNew: true }
    } catch (error) {
      if (!(error instanceof SegmentGone || error instanceof SegmentDamaged)) throw error
    }
    hopeless.set(print, log.version)
    return undefined
  }

  /** What an index was just made of takes many times as much memory as its bytes, and a month has many days. */
  async function hold(piece: Piece, shared: HeldValues): Promise<Piece | undefined> {
    const header = headerOf('index', printsOf([piece]), knownMarks(log))
    const index = await attempt(header, () => holdIndex(piece.index, shared))
    return index && { ...piece, index }
  }

  async function writeIndex(group: ShelfGroup, { indexes, marks }: Pieces<Rollup>): Promise<boolean> {
    const pieces = indexes.filter(({ day }) => group.days.includes(day))
    if (pieces.length === 0) return false
    const header = headerOf('index', printsOf(pieces), marks)
    return write('index', group, header, () => options.makers.encodeIndex(foldPieces(pieces), header))
  }

  async function writeRollup(group: ShelfGroup, { indexes, sums, marks }: Pieces<Rollup>): Promise<void> {
    const { first, last } = group
    const isInside = (day: string): boolean => first <= day && day <= last
    const told = sums.filter(({ prints }) => Object.keys(prints).every(isInside))
    const toldDays: NewHeader['days'] = Object.assign({}, ...told.map(({ prints }) => prints))
    const untold = indexes.filter(({ day }) => isInside(day) && !Object.hasOwn(toldDays, day))
    const header = headerOf('rollup', sortDays({ ...toldDays, ...printsOf(untold) }), marks)
    if (told.length + untold.length === 0 || isThere(header, first, last)) return
    const isWritten = await write('rollup', group, header, async () => {
      const made = untold.length === 0 ? [] : [await options.makers.buildRollup(foldPieces(untold), header)]
      const all = [...told.map(({ rollup }) => rollup), ...made.filter((each) => each !== undefined)]
      const rollup = all.length < told.length + made.length ? undefined : options.makers.foldRollups(all)
      return rollup && options.makers.encodeRollup(rollup)
    })
    if (!isWritten) hopeless.set(sumsName(group), log.version)
  }

  /** False if nothing was written. */
  async function write(kind: ShelfKind, { first, last }: ShelfGroup, header: NewHeader, encode: () => Promise<Uint8Array | undefined>): Promise<boolean> {
    const body = await attempt(header, encode)
    if (body === undefined || !(await stillStands(header))) return false
    const bytes = encodeShelfValue(header, body)
    const key = formatShelfKey({ site: log.site, kind, first, last, time: now(), bytes: bytes.length }, options.nonce())
    if (!(await createItem(options.storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
    // Whoever was erased meanwhile must not be found in a new place.
    if (!(await stillStands(header))) {
      await options.storage.removeItem(key)
      return false
    }
    shelf.add(key)
    await shelf.readHeaders(kind, first, last)
    return true
  }

  /** Of a day that nothing can be made of, it is tried in vain again and again; what is there of the others will do. */
  function isThere({ days }: NewHeader, first: string, last: string): boolean {
    const same = Object.keys(days)
    return holdersOf('rollup', { first, last, days: same }).some((entry) => saysAll(entry, { first, last, days: same }))
  }

  /** Undefined where it cannot be made. */
  async function attempt<T>(header: NewHeader, encode: () => Promise<T>): Promise<T | undefined> {
    try {
      return await encode()
    } catch (error) {
      // A value that it was to be made of was swept, next time from another; or sums are too large to be exact.
      if (error instanceof ShelfLost || error instanceof RangeError) return undefined
      if (!(error instanceof SegmentError)) throw error
      // A segment that was damaged before its checksum was made.
      for (const print of Object.values(header.days)) hopeless.set(print, log.version)
      return undefined
    }
  }

  async function stillStands({ days, marks }: NewHeader): Promise<boolean> {
    await log.refreshNow()
    if (knownMarks(log).erasures !== marks.erasures) return false
    return Object.entries(days).some(([day, print]) => print === fingerprint(filesOf(day)))
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

function headerOf(kind: ShelfKind, days: NewHeader['days'], marks: NewHeader['marks']): NewHeader {
  return { format: shelfFormats[kind], days, marks }
}

function printsOf(pieces: readonly Pick<Piece, 'day' | 'print'>[]): NewHeader['days'] {
  return Object.fromEntries(pieces.map(({ day, print }) => [day, print]))
}

function sortDays(days: NewHeader['days']): NewHeader['days'] {
  return Object.fromEntries(Object.entries(days).toSorted(([a], [b]) => compareText(a, b)))
}

/** One index of their days: of a value that holds several, no others. */
function foldPieces(pieces: readonly Piece[]): SessionIndex {
  const indexOf = new Map(pieces.map(({ day, index }) => [day, index]))
  return foldIndexes([...new Set(indexOf.values())], ({ day }, its) => indexOf.get(day) === its)
}

/** Whether some days are asked for together, and not told as fast without a rollup of theirs. */
export function isWorthSumming({ first, last }: Pick<ShelfGroup, 'first' | 'last'>, log: SiteLog, now: number): boolean {
  const isMonth = first.endsWith('-01') && last.slice(8) > '20'
  if (isMonth || last >= dayBefore(now, daysWithRollups)) return true
  let hits = 0
  for (const [day, files] of log.catalog.days) if (first <= day && day <= last) for (const file of files) hits += file.hits
  return hits >= fewHits
}
