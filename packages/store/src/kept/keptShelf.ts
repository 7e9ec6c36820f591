import type { Buffer } from 'node:buffer'
import type { ByteCache } from '../byteCache.ts'
import { compareText } from '../byTime.ts'
import { stateOf } from '../dayIndexes.ts'
import { readDay } from '../factSet.ts'
import { hashNames } from '../fingerprint.ts'
import type { StoredHit } from '../hit.ts'
import { formatKeptKey, parseStamp, stampTime, type KeptKey } from '../keys.ts'
import { clockDifference, type SegmentFile } from '../manifest.ts'
import type { MarkLog } from '../markLog.ts'
import type { Query } from '../query.ts'
import type { Rollup } from '../rollup/rollup.ts'
import { SegmentDamaged, SegmentGone } from '../segmentReader.ts'
import type { SiteLog } from '../siteLog.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { createItem, readBytes } from '../values.ts'
import { hasLater, knownLeft } from './hitsLeft.ts'
import { makeKept, rollupOf, type KeptSpan } from './keptSums.ts'
import { decodeKept, encodeKept, type KeptHeader } from './keptValue.ts'
import { isInRange } from './tellsKept.ts'

/** What pruning leaves of a site: the sums of home days as they were before the first of their hits went. */
export interface KeptShelf {
  /** Whether the sums of a day are kept already. */
  has(day: string): boolean
  /** Keeps the sums of a day as it stands, durably. @param stamp of the pruning that is about to be written, `at` its moment */
  keep(day: string, stamp: string, at: number): Promise<void>
  /** The days with sums that count in a range. */
  find(range: Query['range']): Promise<KeptDay[]>
}

export interface KeptDay {
  whole: KeptSpan
  /** What its figures are the sum of; undefined where a value cannot be read. */
  halves(): Promise<KeptHalf[] | undefined>
}

/** Hits stand for themselves where their sums cannot be told exactly. */
export type KeptHalf = Rollup | readonly StoredHit[]

interface Kept {
  key: string
  name: KeptKey
}

/** A home day's key lies at most so far from its hits in UTC, ms. */
const slack = 2 * 86_400_000
/** After this, ms, a pruning may have been forgotten: what was kept before it counts by itself. See `forgetPrunings`. */
export const keptForGood: number = 9 * 86_400_000
const parallel = 16

/** What stands for the persons that were erased: sums that were kept before another was do not count for known users. */
export function hashErasures({ erasures }: Pick<MarkLog, 'erasures'>): string {
  // Those that name hits come with one that names the person.
  return hashNames([...erasures.keys()].filter((key) => !key.endsWith('-hits'))) || '0'
}

export function createKeptShelf({ log, storage, now, cache }: Pick<ResolvedStoreOptions, 'storage' | 'now'> & { log: SiteLog; cache: ByteCache }): KeptShelf {
  const { site } = log

  function counts({ stamp }: KeptKey): boolean {
    return log.prunings.has(`${site}:pruning:${stamp}`) || stampTime(stamp) < now() - keptForGood
  }

  /** By day; of several the first. */
  function listDays(from = '', to = '~'): Map<string, Kept> {
    const found = new Map<string, Kept>()
    for (const [key, name] of log.kept) {
      if (name.erasures !== undefined || name.day < from || name.day > to || !counts(name)) continue
      const other = found.get(name.day)
      if (other === undefined || name.stamp < other.name.stamp) found.set(name.day, { key, name })
    }
    return found
  }

  async function open({ key, name }: Kept): Promise<{ header: KeptHeader; rollup: Rollup } | undefined> {
    const read = async (): Promise<{ opened: Awaited<ReturnType<typeof decodeKept>>; bytes: number }> => {
      const bytes = await readBytes(storage, key)
      if (bytes === undefined) throw new KeptGone(key)
      return { opened: bytes.length === name.bytes ? await decode(key, bytes) : report(key, 'torn'), bytes: bytes.length }
    }
    try {
      // Its sections are kept as they are asked for, several times as large.
      return (await cache.get(key, read, ({ bytes }) => 8 * bytes)).opened
    } catch (error) {
      if (error instanceof KeptGone) return undefined
      throw error
    }
  }

  async function decode(key: string, bytes: Buffer): Promise<Awaited<ReturnType<typeof decodeKept>>> {
    try {
      return (await decodeKept(bytes)) ?? report(key, 'checksum')
    } catch {
      return report(key, 'checksum')
    }
  }

  function report(key: string, reason: 'torn' | 'checksum'): undefined {
    log.report({ key, offset: 0, reason })
  }

  /** @returns undefined where hits that came later count alone */
  async function findDay(kept: Kept, range: Query['range']): Promise<KeptDay | undefined> {
    const opened = await open(kept)
    if (opened === undefined) return undefined
    const { day } = kept.name
    const { first, last, hasRevenue, hasKnown, at } = opened.header
    const whole: KeptSpan = { day, first, last, hasRevenue }
    if (!isInRange(whole, range) || (await isImported(day, at))) return undefined
    return {
      whole,
      async halves() {
        if (!hasKnown) return [opened.rollup]
        return [opened.rollup, (await openKnown(kept.name)) ?? (await findLeft(day, at))]
      },
    }
  }

  async function openKnown({ day, stamp }: KeptKey): Promise<Rollup | undefined> {
    const erasures = hashErasures(log)
    for (const [key, name] of log.kept) {
      if (name.day === day && name.stamp === stamp && name.erasures === erasures) return (await open({ key, name }))?.rollup
    }
    return undefined
  }

  function isRaw(day: string): boolean {
    return log.catalog.days.has(day) || log.fresh.has(day)
  }

  async function findLeft(day: string, at: number): Promise<KeptHalf> {
    if (!isRaw(day)) return []
    const load = async (): Promise<KeptHalf> => {
      const hits = knownLeft(await log.readDay(day), log.marks, at)
      return (await rollupOf(day, hits)) ?? hits
    }
    return cache.get(`${site} left ${stateNow(day)}`, load, (half) => ('days' in half ? 20_000 : 1000 * half.length))
  }

  async function isImported(day: string, at: number): Promise<boolean> {
    if (!isRaw(day) || !(await mayBeImported(day, at))) return false
    return cache.get(`${site} imported ${stateNow(day)}`, async () => hasLater(await log.readDay(day), log.marks, at), () => 1000)
  }

  /** As far as facts tell that may be hidden. */
  async function mayBeImported(day: string, at: number): Promise<boolean> {
    for (const table of log.fresh.get(day) ?? []) {
      for (let row = 0; row < table.size; row++) if (table.fact(row).received > at) return true
    }
    for (const file of log.catalog.days.get(day) ?? []) {
      const written = parseStamp(file.key)?.time ?? Infinity
      if (written + clockDifference >= at && (await lastReceived(file)) > at) return true
    }
    return false
  }

  async function lastReceived(file: SegmentFile): Promise<number> {
    const load = async (): Promise<number> => {
      const { received } = await log.segments.columns(file, ['received'])
      return received.reduce((last, each) => Math.max(last, each), -Infinity)
    }
    try {
      return await cache.get(`received ${file.key}`, load, () => 200)
    } catch (error) {
      // Reading the day finds out.
      if (error instanceof SegmentGone || error instanceof SegmentDamaged) return Infinity
      throw error
    }
  }

  /** What the visible hits of a day follow from, and whose they are. */
  function stateNow(day: string): string {
    return `${day} ${stateOf(log, day)} ${log.linkVersion}`
  }

  return {
    has: (day) => listDays(day, day).size > 0,
    async keep(day, stamp, at) {
      const made = await makeKept(day, readDay(await log.readDay(day), log.marks))
      if (made === undefined) return
      const { whole, anonymous, known } = made
      const header = { at, first: whole.first, last: whole.last, hasRevenue: whole.hasRevenue, hasKnown: known !== undefined }
      // Those of anonymous hits last: without them nothing counts.
      if (known !== undefined) await write(day, stamp, await encodeKept(header, known, site), hashErasures(log))
      await write(day, stamp, await encodeKept(header, anonymous, site))
    },
    async find({ from, to }) {
      const candidates = [...listDays(utcDay(from - slack), utcDay(to + slack)).values()].toSorted((a, b) => compareText(a.name.day, b.name.day))
      const found: KeptDay[] = []
      for (let start = 0; start < candidates.length; start += parallel) {
        const its = await Promise.all(candidates.slice(start, start + parallel).map((kept) => findDay(kept, { from, to })))
        found.push(...its.filter((each) => each !== undefined))
      }
      return found
    },
  }

  async function write(day: string, stamp: string, bytes: Buffer, erasures?: string): Promise<void> {
    const key = formatKeptKey({ site, day, stamp, bytes: bytes.length, ...(erasures !== undefined && { erasures }) })
    if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)
    log.addKept(key)
  }
}

class KeptGone extends Error {}

/** `YYYY-MM-DD`, or what sorts before or behind all of these. @param time ms since 1970 */
function utcDay(time: number): string {
  if (time < 0) return ''
  return time < Date.UTC(9999, 0) ? new Date(time).toISOString().slice(0, 10) : '~'
}
