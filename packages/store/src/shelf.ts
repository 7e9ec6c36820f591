import { compareText } from './byTime.ts'
import type { ByteCache } from './byteCache.ts'
import { cacheColumns } from './cacheColumns.ts'
import type { DayCheck } from './dayCheck.ts'
import { fingerprint } from './fingerprint.ts'
import { parseShelfKey, type ShelfKey, type ShelfKind } from './keys.ts'
import { isLaterFormat } from './laterFormat.ts'
import type { IndexDay, SessionIndex } from './sessionIndex/sessionIndex.ts'
import { place, placeAll, spanOf, type ShelfEntry } from './shelfEntry.ts'
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

interface FoundIndex {
  index: SessionIndex
  /** The home day in it. */
  day: IndexDay
}

interface FoundRollup<Rollup> {
  rollup: Rollup
  /** What it sums up. */
  days: readonly string[]
}

/** A stored value has turned out to be gone or damaged; what it said can be told from others, or from hits. */
export class ShelfLost extends Error {}

/** The same with what upkeep needs of it. */
export interface KeptShelf<Rollup> extends Shelf<Rollup> {
  /** By key. */
  readonly entries: ReadonlyMap<string, ShelfEntry>
  /** Lists what is there. @param kind all by default */
  list(kind?: ShelfKind): Promise<void>
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
const shelfKinds: readonly ShelfKind[] = ['index', 'rollup']
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
  let judged: { state: readonly unknown[]; verdicts: Map<ShelfEntry, Map<string, boolean>> } = { state: [], verdicts: new Map() }
  const listedAt: Record<ShelfKind, number> = { index: -Infinity, rollup: -Infinity }
  const listing: Partial<Record<ShelfKind, Promise<void>>> = {}
  /** What several questions that come together wait for. */
  const preparing = new Map<string, Promise<void>>()

  async function listAnew(kind: ShelfKind): Promise<void> {
    const begun = now()
    const keys = new Set(await listKeys(storage, `${log.site}:${kind}:`))
    forget([...entries.values()].filter(({ key, name }) => name.kind === kind && !keys.has(key)).map(({ key }) => key))
    for (const key of keys) {
      const name = parseShelfKey(key)
      if (name !== undefined && !entries.has(key)) entries.set(key, { key, name, span: spanOf(name) })
    }
    byDay = undefined
    listedAt[kind] = begun
  }

  async function list(kind?: ShelfKind): Promise<void> {
    await Promise.all((kind === undefined ? shelfKinds : [kind]).map((each) => (listing[each] ??= listAnew(each).finally(() => delete listing[each]))))
  }

  function forget(keys: readonly string[]): void {
    for (const key of keys) {
      entries.delete(key)
      cache.forget(key)
    }
    byDay = undefined
  }

  function readHeaders(kind: ShelfKind, first: string, last: string): Promise<void> {
    const isUnread = ({ name, header, unfit }: ShelfEntry) => name.kind === kind && !header && !unfit && name.first <= last && name.last >= first
    return readAll([...entries.values()].filter(isUnread))
  }

  async function readAll(unread: readonly ShelfEntry[]): Promise<void> {
    for (let start = 0; start < unread.length; start += parallelReads) await Promise.all(unread.slice(start, start + parallelReads).map(readHeader))
  }

  function readHeader(entry: ShelfEntry): Promise<void> {
    entry.reading ??= takeHeader(entry).finally(() => delete entry.reading)
    return entry.reading
  }

  async function takeHeader(entry: ShelfEntry): Promise<void> {
    try {
      const read = await readShelfValue(openValue(storage, entry.key, entry.name.bytes, cache))
      if (read === undefined) return putAside(entry, 'damaged')
      const format = shelfFormats[entry.name.kind]
      if (read.header.format === format) {
        Object.assign(entry, read, { days: Object.keys(read.header.days) })
        if (byDay !== undefined) place(byDay[entry.name.kind], entry)
      } else putAside(entry, read.header.format < format ? 'earlier' : 'later')
    } catch (error) {
      takeError(entry, error)
    }
  }

  /** @throws what is not of the value, such as that the storage does not answer */
  function takeError(entry: ShelfEntry, error: unknown): void {
    if (error instanceof ValueGone) {
      forget([entry.key])
      listedAt[entry.name.kind] = -Infinity
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
    byDay ??= placeAll(entries.values())
    return byDay[kind].get(day) ?? []
  }

  function isValid(entry: ShelfEntry, day: string): boolean | undefined {
    renewVerdicts()
    return verdictOf(entry, day)
  }

  /** Forgets what was said of entries where things may have changed since. Called once for many questions: it costs as much as they do. */
  function renewVerdicts(): void {
    const { catalog, fresh, version, prunings, erasures, marks } = log
    const state = [catalog.days, fresh, fresh.size, version, prunings.size, erasures.size, marks, marks.disownings]
    if (state.some((each, at) => judged.state[at] !== each)) judged = { state, verdicts: new Map() }
  }

  function verdictOf(entry: ShelfEntry, day: string): boolean | undefined {
    if (entry.header === undefined || entry.unfit !== undefined) return false
    const verdicts = judged.verdicts.get(entry) ?? new Map<string, boolean>()
    judged.verdicts.set(entry, verdicts)
    const known = verdicts.get(day)
    if (known !== undefined) return known
    const verdict = judge(entry, entry.header, day)
    // What nobody has looked at may be looked at next.
    if (verdict !== undefined) verdicts.set(day, verdict)
    return verdict
  }

  function judge({ name }: ShelfEntry, { days, marks }: ShelfHeader, day: string): boolean | undefined {
    const files = log.catalog.days.get(day)
    if (files === undefined || log.fresh.has(day)) return false
    if (!Object.hasOwn(days, day) || days[day] !== fingerprint(files)) return false
    if (check.mayBePruned(files, marks, name.time)) return false
    const isErased = check.isErased(files, marks)
    return isErased === undefined ? undefined : !isErased
  }

  /**
   * Brings what is known up to date, as far as these days are concerned: of those that may tell them by their names those
   * with many days first, since what they tell needs no other.
   *
   * @param maySuit whether it may be of use; all are without
   */
  function prepare(kind: ShelfKind, days: readonly string[], maySuit?: (entry: ShelfEntry) => boolean): Promise<void> {
    if (maySuit !== undefined) return prepareAnew(kind, days, maySuit)
    const name = `${kind} ${log.version} ${days.join(' ')}`
    const known = preparing.get(name)
    if (known !== undefined) return known
    const begun = prepareAnew(kind, days, () => true).finally(() => preparing.delete(name))
    preparing.set(name, begun)
    return begun
  }

  async function prepareAnew(kind: ShelfKind, days: readonly string[], maySuit: (entry: ShelfEntry) => boolean): Promise<void> {
    if (Math.abs(now() - listedAt[kind]) > listingRest) await list(kind)
    await lookAt(kind, days)
    for (;;) {
      const chosen = unreadThatTell(kind, leftOf(kind, days, maySuit))
      if (chosen.length === 0) return
      await readAll(chosen)
      await lookAt(kind, days)
    }
  }

  /** Of those that nobody has read as few as tell these days, by their names. A rollup only tells all of its days together. */
  function unreadThatTell(kind: ShelfKind, left: readonly string[]): ShelfEntry[] {
    if (left.length === 0) return []
    const days = left.toSorted(compareText)
    const all = kind === 'index' ? days : [...log.catalog.days.keys()].toSorted(compareText)
    const places = new Map<ShelfEntry, { start: number; end: number }>()
    for (const entry of entries.values()) {
      if (entry.name.kind !== kind || entry.header || entry.unfit) continue
      const { start, end } = placeAmong(days, entry.name)
      if (end > start && (kind === 'index' || isSameLength(placeAmong(all, entry.name), end - start))) places.set(entry, { start, end })
    }
    const isTold = new Uint8Array(days.length)
    return [...places.keys()].toSorted((a, b) => b.span - a.span || b.name.time - a.name.time).filter((entry) => {
      const { start, end } = places.get(entry)!
      const told = isTold.subarray(start, end)
      const isNeeded = kind === 'index' ? told.includes(0) : !told.includes(1)
      if (isNeeded) told.fill(1)
      return isNeeded
    })
  }

  async function lookAt(kind: ShelfKind, days: readonly string[]): Promise<void> {
    for (let round = 0; round < maxRounds; round++) {
      renewVerdicts()
      const unknown = days.filter((day) => candidates(kind, day).some((entry) => verdictOf(entry, day) === undefined))
      if (unknown.length === 0) return
      for (const day of unknown) await check.look(log.catalog.days.get(day) ?? [])
    }
  }

  /** Those that nothing that was read tells. */
  function leftOf(kind: ShelfKind, days: readonly string[], maySuit: (entry: ShelfEntry) => boolean): readonly string[] {
    renewVerdicts()
    if (kind === 'index') return days.filter((day) => !candidates(kind, day).some((entry) => verdictOf(entry, day) === true))
    const told = new Set(chooseRollups(days, maySuit).flatMap((entry) => entry.days!))
    return days.filter((day) => !told.has(day))
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
      renewVerdicts()
      for (const day of days) {
        const entry = candidates('index', day).find((each) => verdictOf(each, day) === true)
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
      const maySuit = (entry: ShelfEntry): boolean => !opened.has(entry) || suits(opened.get(entry)!)
      await prepare('rollup', days, opened.size === 0 ? undefined : maySuit)
      const chosen = chooseRollups(days, maySuit)
      if (chosen.every((entry) => opened.has(entry))) return chosen.map((entry) => ({ rollup: opened.get(entry)!, days: entry.days! }))
      await openAll(chosen, openRollup, opened)
    }
    return []
  }

  /** The largest first. */
  function chooseRollups(days: readonly string[], maySuit: (entry: ShelfEntry) => boolean): ShelfEntry[] {
    renewVerdicts()
    const left = new Set(days)
    const chosen: ShelfEntry[] = []
    // Days only become fewer, so what does not fit once never does.
    const unfit = new Set<ShelfEntry>()
    const isFit = (entry: ShelfEntry): boolean => {
      if (unfit.has(entry)) return false
      const fits = entry.days!.every((each) => left.has(each) && verdictOf(entry, each) === true) && maySuit(entry)
      if (!fits) unfit.add(entry)
      return fits
    }
    for (const day of days) {
      if (!left.has(day)) continue
      const entry = candidates('rollup', day).find(isFit)
      if (entry === undefined) continue
      chosen.push(entry)
      for (const each of entry.days!) left.delete(each)
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
      if (name !== undefined) entries.set(key, { key, name, span: spanOf(name) })
      byDay = undefined
    },
    forget,
  }
}

/** Where those lie among days that are between the first and the last. @param days in order */
function placeAmong(days: readonly string[], { first, last }: Pick<ShelfKey, 'first' | 'last'>): { start: number; end: number } {
  const start = countUntil(days, (day) => day >= first)
  return { start, end: countUntil(days, (day) => day > last) }
}

function isSameLength({ start, end }: { start: number; end: number }, length: number): boolean {
  return end - start === length
}

/** How many come before the first that is beyond. */
function countUntil(days: readonly string[], isBeyond: (day: string) => boolean): number {
  let [from, to] = [0, days.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isBeyond(days[middle]!)) to = middle
    else from = middle + 1
  }
  return from
}
