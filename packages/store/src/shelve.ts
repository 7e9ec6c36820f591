import { compareText } from './byTime.ts'
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
import { createShelfDues } from './shelfDues.ts'
import { singleDay, type Quarter, type ShelfGroup } from './shelfGroups.ts'
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
  const dues = createShelfDues(options, force ? Infinity : looksPerRound)
  const { filesOf, holdersOf, saysAll } = dues
  let budget = force ? Infinity : daysPerRound
  let shelved = 0
  if (!(await dues.isAnythingDue())) return 0
  // Another process may have done it.
  await shelf.list()
  await dues.isAnythingDue()
  for (const group of dues.groups()) {
    if (budget <= 0) break
    await shelveGroup(group)
  }
  for (const due of dues.quarters()) if (budget > 0) await foldMonths(due)
  return shelved

  async function shelveGroup(group: ShelfGroup): Promise<void> {
    const due = dues.indexes(group)
    const summed = dues.rollups(group)
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

  async function foldMonths({ quarter, months }: Quarter): Promise<void> {
    const pieces: Pieces<Rollup> = { indexes: [], sums: [], marks: knownMarks(log) }
    for (const month of months) if (!(await takeSums(month, pieces))) return dues.giveUp(quarter)
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
    if (!isWritten) dues.giveUp(group)
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
