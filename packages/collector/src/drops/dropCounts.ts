import type { DropReason } from '@treadlight/protocol'
import { siteDay, type Values } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { addDays } from '../days.ts'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'
import type { Site } from '../sites/sites.ts'

/** How often something was left out, by name. */
export type Counts = Record<string, number>

/** What was left out on one site day. */
export interface DayOfDrops {
  /** `YYYY-MM-DD` */
  day: string
  /** Hits that were deliberately not stored. */
  reasons: Counts
  /** Hits that were not understood, by the field that was wrong. */
  refused: Counts
}

/**
 * Counts what is not stored, by reason and site day. The counts are in memory and are written once a minute and at the end:
 * a crash loses a minute of them at most, and never a hit.
 */
export interface DropCounts {
  drop(site: Site, reason: DropReason, time: number): void
  refuse(site: Site, field: string, time: number): void
  /** Writes what has changed since. */
  flush(): Promise<void>
  /** The days from `first` to `last` that have something, oldest first: of all collectors, and of this one up to now. */
  read(site: string, first: string, last: string): Promise<DayOfDrops[]>
}

export interface DropCountsOptions {
  values: Values
  /** Tells processes apart in keys, `[a-z0-9]+`. @default random */
  writer?: string
}

/** For so many days what was counted is kept. */
export const dropDaysKept = 90

/** One day of one site, as far as this process has counted it. */
interface Tally {
  site: string
  day: string
  reasons: Map<string, number>
  refused: Map<string, number>
  /** Of the last value that was begun: numbers are never used again, whatever became of the write. */
  seq: number
  /** What this process has written and not removed yet. */
  written: string[]
  changed: boolean
}

const keyPattern = /^([a-z0-9_-]{1,64}):drop:(\d{4}-\d\d-\d\d):([a-z0-9]+)-(\d+)$/

/**
 * `{site}:drop:{day}:{writer}-{seq}` holds all that a process has counted on that day so far. It is written once; the
 * next one replaces it, and a reader who meets both takes the one with the higher number.
 */
export function createDropCounts({ values, writer = randomBytes(6).toString('hex') }: DropCountsOptions): DropCounts {
  const tallies = new Map<string, Tally>()
  let flushing: Promise<void> = Promise.resolve()

  return {
    drop: (site, reason, time) => add(tallyOf(site, time), 'reasons', reason),
    refuse: (site, field, time) => add(tallyOf(site, time), 'refused', field),
    flush() {
      const flushed = flushing.then(writeAll)
      flushing = flushed.catch(() => undefined)
      return flushed
    },
    async read(site, first, last) {
      const days = await readDrops(values, site, first, last, writer)
      for (const tally of tallies.values()) {
        if (tally.site === site && tally.day >= first && tally.day <= last) addTo(days, tally.day, Object.fromEntries(tally.reasons), Object.fromEntries(tally.refused))
      }
      return [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1))
    },
  }

  function tallyOf(site: Site, time: number): Tally {
    const day = siteDay(site.timezone, time)
    const key = `${site.id}:${day}`
    let tally = tallies.get(key)
    if (!tally) tallies.set(key, (tally = { site: site.id, day, reasons: new Map(), refused: new Map(), seq: 0, written: [], changed: false }))
    return tally
  }

  async function writeAll(): Promise<void> {
    for (const tally of tallies.values()) if (tally.changed) await write(tally)
    forgetPast()
  }

  async function write(tally: Tally): Promise<void> {
    const key = `${tally.site}:drop:${tally.day}:${writer}-${++tally.seq}`
    const older = tally.written
    tally.written = [...older, key]
    tally.changed = false
    try {
      await values.create(key, JSON.stringify({ reasons: Object.fromEntries(tally.reasons), refused: Object.fromEntries(tally.refused) }))
    } catch (error) {
      tally.changed = true
      throw error
    }
    for (const old of older) {
      await values.remove(old)
      tally.written = tally.written.filter((written) => written !== old)
    }
  }

  /** Of each site only the two newest days are kept in memory. What arrives is of today: the day before is for clocks set back. */
  function forgetPast(): void {
    const newest = new Map<string, string>()
    for (const { site, day } of tallies.values()) if (day > (newest.get(site) ?? '')) newest.set(site, day)
    for (const [key, { site, day, changed }] of tallies) if (!changed && day < addDays(newest.get(site)!, -1)) tallies.delete(key)
  }
}

/** What all processes have written of a site's days, by day. @param except a writer whose own counts are newer */
export async function readDrops(values: Values, site: string, first: string, last: string, except?: string): Promise<Map<string, DayOfDrops>> {
  const newest = new Map<string, { key: string; day: string; seq: number }>()
  for (const key of await values.list(`${site}:drop:`)) {
    const [, , day, writer, seq] = keyPattern.exec(key) ?? []
    if (day === undefined || day < first || day > last || writer === except) continue
    const before = newest.get(`${day} ${writer}`)
    if (!before || before.seq < Number(seq)) newest.set(`${day} ${writer}`, { key, day, seq: Number(seq) })
  }
  const days = new Map<string, DayOfDrops>()
  for (const { key, day } of newest.values()) {
    const { reasons = {}, refused = {} } = (parseObject(await readText(values, key)) ?? {}) as Partial<DayOfDrops>
    addTo(days, day, reasons, refused)
  }
  return days
}

/** The day of a key of ours; undefined for another's. */
export function dropDayOf(key: string): string | undefined {
  return keyPattern.exec(key)?.[2]
}

function addTo(days: Map<string, DayOfDrops>, day: string, reasons: Counts, refused: Counts): void {
  const known = days.get(day) ?? { day, reasons: {}, refused: {} }
  days.set(day, known)
  for (const [name, count] of Object.entries(reasons)) known.reasons[name] = (known.reasons[name] ?? 0) + count
  for (const [name, count] of Object.entries(refused)) known.refused[name] = (known.refused[name] ?? 0) + count
}

function add(tally: Tally, kind: 'reasons' | 'refused', name: string): void {
  tally[kind].set(name, (tally[kind].get(name) ?? 0) + 1)
  tally.changed = true
}
