import type { ByteCache } from './byteCache.ts'
import { cacheColumns } from './cacheColumns.ts'
import type { DayCheck } from './dayCheck.ts'
import { fingerprint } from './fingerprint.ts'
import { parseShelfKey, type ShelfKey, type ShelfKind } from './keys.ts'
import { isLaterFormat } from './laterFormat.ts'
import type { IndexDay, SessionIndex } from './sessionIndex/sessionIndex.ts'
import { readShelfValue, shelfFormats, type ShelfHeader } from './shelfValue.ts'
import type { SiteLog } from './siteLog.ts'
import type { ResolvedStoreOptions } from './storeOptions.ts'
import { isReadError, openValue, ValueGone, ValueTorn, type ValueSource } from './valueSource.ts'
import { listKeys } from './values.ts'

/**
 * What the storage has of a site beside the hits and made of them: session indexes and rollups. Nothing here is
 * trusted further than it can be told from the segments that it was made of; whatever is not here is answered from hits.
 *
 * @typeParam Rollup what a stored rollup is when it is opened
 */
export interface Shelf<Rollup> {
  /**
   * Stored session indexes for those of these home days for which one says what the hits would: it was made of the
   * segments that count now, nothing of the day is outside of segments, and no erasure or pruning that it does not know of
   * has taken anything from them. A value that holds several days is the same object for all of them.
   *
   * What is said is true of one moment, behind the call: ask after `log.refresh()`, and once for all days. `load` of an
   * index throws `ShelfLost` where its value is not there any more, or damaged: it is not answered again, so ask anew.
   */
  findIndexes(days: readonly string[]): Promise<ReadonlyMap<string, FoundIndex>>
  /**
   * The same of rollups, as few as do it: no day is in two of them, each has days out of `days` only, and `suits`. A day
   * that is in none is answered from elsewhere.
   *
   * @param suits whether it can answer what is asked
   */
  findRollups(days: readonly string[], suits: (rollup: Rollup) => boolean): Promise<readonly FoundRollup<Rollup>[]>
  /**
   * Says that a rollup could not be read: one that is damaged is reported, and not answered again.
   * @throws the error where it is the storage that does not answer
   */
  lose(rollup: Rollup, error: unknown): void
}

export interface FoundIndex {
  index: SessionIndex
  /** The home day in it. */
  day: IndexDay
}

export interface FoundRollup<Rollup> {
  rollup: Rollup
  /** What it sums up. */
  days: readonly string[]
}

/** A stored value has turned out to be gone or damaged; what it said can be told from others, or from hits. */
export class ShelfLost extends Error {}

/** A value on the shelf. */
export interface ShelfEntry {
  readonly key: string
  readonly name: ShelfKey
  /** Undefined until it was read. */
  header?: ShelfHeader
  /** Why nothing can be had of it. `earlier` and `later`: such a version has written it. */
  unfit?: 'torn' | 'damaged' | 'earlier' | 'later'
  body?: ValueSource
  index?: Promise<SessionIndex>
}

/** The same with what upkeep needs of it. */
export interface KeptShelf<Rollup> extends Shelf<Rollup> {
  /** By key. */
  readonly entries: ReadonlyMap<string, ShelfEntry>
  /** Lists what is there. */
  list(): Promise<void>
  /** Reads the headers of those that may have days between these, both inclusive. */
  readHeaders(kind: ShelfKind, first: string, last: string): Promise<void>
  /** Whether it says what the hits of the day would; undefined where nobody has looked: see `DayCheck.look`. */
  isValid(entry: ShelfEntry, day: string): boolean | undefined
  /** @throws ShelfLost */
  openIndex(entry: ShelfEntry): Promise<SessionIndex>
  openRollup(entry: ShelfEntry): Promise<Rollup>
  /** Takes up what this process has written. */
  add(key: string): void
  forget(keys: readonly string[]): void
}

export interface ShelfOptions<Rollup> extends Pick<ResolvedStoreOptions, 'storage' | 'now'> {
  log: SiteLog
  check: DayCheck
  /** Of what is decoded, for all sites. */
  cache: ByteCache
  openIndex(source: ValueSource): Promise<SessionIndex>
  openRollup(source: ValueSource): Promise<Rollup>
}

/** How long what others have written may stay unknown, ms: it only saves work. */
const listingRest = 60_000
/** Of a rollup in memory, for each byte of its value. */
const decodedBytes = 6
/** Values read at once. */
const parallelReads = 32
/** How often what was found may have to be looked at or opened anew. */
const maxRounds = 8

export function createShelf<Rollup extends object>(options: ShelfOptions<Rollup>): KeptShelf<Rollup> {
  const { log, storage, now, check, cache } = options
  const entries = new Map<string, ShelfEntry>()
  /** Those whose header was read, by kind and home day, the ones to ask first in front. */
  let byDay: Record<ShelfKind, Map<string, ShelfEntry[]>> | undefined
  const entryOf = new WeakMap<object, ShelfEntry>()
  let listedAt = -Infinity
  let listing: Promise<void> | undefined

  async function listAll(): Promise<void> {
    const begun = now()
    const keys = new Set([...(await listKeys(storage, `${log.site}:index:`)), ...(await listKeys(storage, `${log.site}:rollup:`))])
    forget([...entries.keys()].filter((key) => !keys.has(key)))
    for (const key of keys) {
      const name = parseShelfKey(key)
      if (name !== undefined && !entries.has(key)) entries.set(key, { key, name })
    }
    byDay = undefined
    listedAt = begun
  }

  function list(): Promise<void> {
    listing ??= listAll().finally(() => (listing = undefined))
    return listing
  }

  function forget(keys: readonly string[]): void {
    for (const key of keys) {
      entries.delete(key)
      cache.forget(key)
    }
    byDay = undefined
  }

  async function readHeaders(kind: ShelfKind, first: string, last: string): Promise<void> {
    const unread = [...entries.values()].filter(({ name, header, unfit }) => name.kind === kind && !header && !unfit && name.first <= last && name.last >= first)
    for (let start = 0; start < unread.length; start += parallelReads) await Promise.all(unread.slice(start, start + parallelReads).map(readHeader))
    if (unread.length > 0) byDay = undefined
  }

  async function readHeader(entry: ShelfEntry): Promise<void> {
    try {
      const read = await readShelfValue(openValue(storage, entry.key, entry.name.bytes, cache))
      if (read === undefined) return putAside(entry, 'damaged')
      const format = shelfFormats[entry.name.kind]
      if (read.header.format === format) Object.assign(entry, read)
      else putAside(entry, read.header.format < format ? 'earlier' : 'later')
    } catch (error) {
      takeError(entry, error)
    }
  }

  /** @throws what is not of the value, such as that the storage does not answer */
  function takeError(entry: ShelfEntry, error: unknown): void {
    if (error instanceof ValueGone) {
      forget([entry.key])
      listedAt = -Infinity
    } else if (error instanceof ValueTorn) putAside(entry, 'torn')
    else if (isLaterFormat(error)) putAside(entry, 'later')
    else if (isReadError(error)) throw error
    else putAside(entry, 'damaged')
  }

  function putAside(entry: ShelfEntry, reason: NonNullable<ShelfEntry['unfit']>): void {
    entry.unfit = reason
    cache.forget(entry.key)
    byDay = undefined
    // Torn is what a process leaves that was killed, or is at it: nothing is lost with it.
    if (reason === 'damaged') log.report({ key: entry.key, offset: 0, reason: 'checksum' })
  }

  function candidates(kind: ShelfKind, day: string): readonly ShelfEntry[] {
    byDay ??= sortEntries(entries.values())
    return byDay[kind].get(day) ?? []
  }

  function isValid({ name, header, unfit }: ShelfEntry, day: string): boolean | undefined {
    const files = log.catalog.days.get(day)
    if (files === undefined || header === undefined || unfit !== undefined || log.fresh.has(day)) return false
    if (!Object.hasOwn(header.days, day) || header.days[day] !== fingerprint(files)) return false
    if (check.mayBePruned(files, header.marks, name.time)) return false
    const isErased = check.isErased(files, header.marks)
    return isErased === undefined ? undefined : !isErased
  }

  /** Brings what is known up to date, as far as these days are concerned. */
  async function prepare(kind: ShelfKind, days: readonly string[]): Promise<void> {
    if (Math.abs(now() - listedAt) > listingRest) await list()
    const [first, last] = [days.reduce(earlier), days.reduce(later)]
    for (let round = 0; round < maxRounds; round++) {
      await readHeaders(kind, first, last)
      const unknown = days.filter((day) => candidates(kind, day).some((entry) => isValid(entry, day) === undefined))
      if (unknown.length === 0) return
      for (const day of unknown) await check.look(log.catalog.days.get(day) ?? [])
    }
  }

  /** Of one that cannot be opened the next one has to do. */
  async function open<T>(entry: ShelfEntry, begin: () => Promise<T>): Promise<T> {
    try {
      return await begin()
    } catch (error) {
      takeError(entry, error)
      throw new ShelfLost(`[treadlight store] ${entry.key} cannot be used`, { cause: error })
    }
  }

  function openIndex(entry: ShelfEntry): Promise<SessionIndex> {
    const wrap = (index: SessionIndex) => cacheColumns(index, entry.key, cache, (load) => open(entry, load))
    entry.index ??= open(entry, async () => wrap(await options.openIndex(entry.body!)))
    entry.index.catch(() => delete entry.index)
    return entry.index
  }

  function openRollup(entry: ShelfEntry): Promise<Rollup> {
    // It keeps what it has decoded of its body.
    return cache.get(`${entry.key} rollup`, () => open(entry, () => options.openRollup(entry.body!)), () => decodedBytes * entry.name.bytes)
  }

  /** False if some could not be opened. */
  async function openAll<T extends object>(chosen: Iterable<ShelfEntry>, begin: (entry: ShelfEntry) => Promise<T>, opened: Map<ShelfEntry, T>): Promise<boolean> {
    const results = await Promise.all(
      [...new Set(chosen)].map(async (entry) => {
        try {
          const value = opened.get(entry) ?? (await begin(entry))
          opened.set(entry, value)
          entryOf.set(value, entry)
          return true
        } catch (error) {
          if (!(error instanceof ShelfLost)) throw error
          return false
        }
      }),
    )
    return results.every(Boolean)
  }

  async function findIndexes(days: readonly string[]): Promise<ReadonlyMap<string, FoundIndex>> {
    const opened = new Map<ShelfEntry, SessionIndex>()
    for (let round = 0; days.length > 0 && round < maxRounds; round++) {
      await prepare('index', days)
      const chosen = new Map<string, ShelfEntry>()
      for (const day of days) {
        const entry = candidates('index', day).find((each) => isValid(each, day) === true)
        if (entry !== undefined) chosen.set(day, entry)
      }
      // From here to the answer nothing is waited for, once all of them are open.
      if ([...chosen.values()].every((entry) => opened.has(entry))) return describe(chosen, opened)
      await openAll(chosen.values(), openIndex, opened)
    }
    return new Map()
  }

  function describe(chosen: ReadonlyMap<string, ShelfEntry>, opened: ReadonlyMap<ShelfEntry, SessionIndex>): Map<string, FoundIndex> {
    const found = new Map<string, FoundIndex>()
    for (const [day, entry] of chosen) {
      const index = opened.get(entry)!
      const its = index.days.find((each) => each.day === day)
      if (its !== undefined) found.set(day, { index, day: its })
    }
    return found
  }

  async function findRollups(days: readonly string[], suits: (rollup: Rollup) => boolean): Promise<readonly FoundRollup<Rollup>[]> {
    const opened = new Map<ShelfEntry, Rollup>()
    for (let round = 0; days.length > 0 && round < maxRounds; round++) {
      await prepare('rollup', days)
      const chosen = chooseRollups(days, (entry) => !opened.has(entry) || suits(opened.get(entry)!))
      if (chosen.every((entry) => opened.has(entry))) return chosen.map((entry) => ({ rollup: opened.get(entry)!, days: Object.keys(entry.header!.days) }))
      await openAll(chosen, openRollup, opened)
    }
    return []
  }

  /** The largest first. */
  function chooseRollups(days: readonly string[], maySuit: (entry: ShelfEntry) => boolean): ShelfEntry[] {
    const left = new Set(days)
    const chosen: ShelfEntry[] = []
    for (const day of days) {
      if (!left.has(day)) continue
      const isFit = (entry: ShelfEntry) => Object.keys(entry.header!.days).every((each) => left.has(each) && isValid(entry, each) === true) && maySuit(entry)
      const entry = candidates('rollup', day).find(isFit)
      if (entry === undefined) continue
      chosen.push(entry)
      for (const each of Object.keys(entry.header!.days)) left.delete(each)
    }
    return chosen
  }

  return {
    entries,
    list,
    readHeaders,
    isValid,
    openIndex,
    openRollup,
    findIndexes,
    findRollups,
    lose(rollup, error) {
      const entry = entryOf.get(rollup)
      if (entry !== undefined && entry.unfit === undefined) takeError(entry, error)
    },
    add(key) {
      const name = parseShelfKey(key)
      if (name !== undefined) entries.set(key, { key, name })
      byDay = undefined
    },
    forget,
  }
}

/** Those with most days first, then the newest ones. */
function sortEntries(all: Iterable<ShelfEntry>): Record<ShelfKind, Map<string, ShelfEntry[]>> {
  const sorted: Record<ShelfKind, Map<string, ShelfEntry[]>> = { index: new Map(), rollup: new Map() }
  for (const entry of [...all].toSorted((a, b) => countDays(b) - countDays(a) || b.name.time - a.name.time)) {
    if (entry.header === undefined || entry.unfit !== undefined) continue
    for (const day of Object.keys(entry.header.days)) {
      const list = sorted[entry.name.kind].get(day)
      if (list === undefined) sorted[entry.name.kind].set(day, [entry])
      else list.push(entry)
    }
  }
  return sorted
}

function countDays({ header }: ShelfEntry): number {
  return header === undefined ? 0 : Object.keys(header.days).length
}

const earlier = (a: string, b: string): string => (a < b ? a : b)
const later = (a: string, b: string): string => (a > b ? a : b)
