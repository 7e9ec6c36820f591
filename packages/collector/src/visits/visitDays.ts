import { createByteCache, type DayState, type DayStates } from '@treadlight/store'
import { setImmediate as turn } from 'node:timers/promises'
import type { TimeRange } from '../export/hitLines.ts'
import type { AnyStore } from '../openStore.ts'
import { collectEntries, type Entry } from '../reports/entries.ts'
import { entriesOf } from '../reports/report.ts'
import { sessionKey } from '../reports/sessionKey.ts'
import { joinEntries, packEntries, type PackedEntries } from './packedEntries.ts'

/** Which entries. */
export interface EntryRange extends TimeRange {
  site: string
  /** ms between beats. */
  interval: number
}

/** The entries of sites by the day, kept as long as the store says that they are still so. */
export interface VisitDays {
  /**
   * The entries of a range and perhaps some around it, the newest part first. No entry of a part is older than one of a later
   * part.
   */
  read(range: EntryRange): AsyncIterable<PackedEntries>
  /** How many hits would have to be read, about; 0 where the store does not say. */
  countAbout(range: EntryRange): Promise<number>
}

/** Of all sites together: some 1.5 M entries. */
const maxBytes = 48 * 1024 * 1024
/** Entries of a day: beyond that they are no table that anybody reads, but memory that a stranger fills with reports of a day each. */
const mostOfDay = 500_000
/** Hits, and entries of them, between two turns of others. */
const hitsPerTurn = 5000
const entriesPerTurn = 20_000

/** The entries of a home day. */
interface VisitDay {
  entries: PackedEntries
  /** The store's log-ins that it was held against, and how many of them. */
  linked: DayStates['linked']
  heard: number
}

/** Reads a day once, and again when it has changed: all that is told of a view is of one home day, so days stand by themselves. */
export function createVisitDays(store: AnyStore, most: number = maxBytes): VisitDays {
  const cache = createByteCache(most)
  let making: Promise<unknown> = Promise.resolve()

  return {
    async *read(range) {
      const states = await store.dayStates?.(withSlack(range))
      if (states === undefined) return yield packEntries((await listAll(entriesOf(store, range))).flat())
      let group: { parts: PackedEntries[]; first: number } | undefined
      for (const day of states.days.toSorted((a, b) => b.to - a.to)) {
        const entries = await readDay(range, day, states.linked)
        const [first] = entries.times
        if (first === undefined) continue
        if (group !== undefined && day.to < group.first) {
          yield joinEntries(group.parts)
          group = undefined
        }
        group = { parts: [entries, ...(group?.parts ?? [])], first: Math.min(first, group?.first ?? first) }
      }
      if (group !== undefined) yield joinEntries(group.parts)
    },
    async countAbout(range) {
      const states = await store.dayStates?.(withSlack(range))
      return states?.days.reduce((sum, { hits }) => sum + hits, 0) ?? 0
    },
  }

  async function readDay({ site, interval }: EntryRange, day: DayState, linked: DayStates['linked']): Promise<PackedEntries> {
    const prefix = `${site} ${interval} ${day.day} `
    const key = prefix + day.state
    const heard = linked.length
    if (!cache.has(key)) cache.forget(prefix)
    const make = () => cache.get(key, async () => ({ entries: await inTurn(() => makeDay(site, interval, day)), linked, heard }), ({ entries }: VisitDay) => entries.bytes)
    const known = await make()
    const news = linked.slice(known.linked === linked ? known.heard : 0, heard)
    if (hasSession(site, known.entries, news)) {
      cache.forget(key)
      return (await make()).entries
    }
    Object.assign(known, { linked, heard: known.linked === linked ? Math.max(known.heard, heard) : heard })
    return known.entries
  }

  /** One at a time, whoever asks: a day that is made holds each of its entries as an object. */
  function inTurn<T>(make: () => Promise<T>): Promise<T> {
    const made = making.then(make)
    making = made.catch(() => undefined)
    return made
  }

  /** @throws TooManyEntries */
  async function makeDay(site: string, interval: number, { day, from, to }: DayState): Promise<PackedEntries> {
    const collection = collectEntries(interval, mostOfDay)
    let read = 0
    let seen = 0
    for await (const hit of store.hits({ site, from, to: to + 1, order: 'oldest' })) {
      if (++read % hitsPerTurn === 0 || collection.held() - seen > entriesPerTurn) {
        seen = collection.held()
        await turn()
      }
      if (hit.day === day) collection.add(hit)
    }
    return packEntries(collection.takeBefore(Infinity))
  }
}

/** Whether any of the sessions has an entry: somebody said whose they are. */
function hasSession(site: string, { columns }: PackedEntries, sessions: readonly string[]): boolean {
  if (sessions.length === 0) return false
  const keys = new Set(columns.session.texts)
  return sessions.some((session) => keys.has(sessionKey({ site, session, visitor: '' })))
}

/** What is read after its report was made lies before that, at most a day of 25 hours. */
function withSlack({ site, from, to }: EntryRange): { site: string; from?: number; to?: number } {
  return { site, ...(from !== undefined && { from }), ...(to !== undefined && { to: to + 25 * 3_600_000 }) }
}

async function listAll(batches: AsyncIterable<Entry[]>): Promise<Entry[][]> {
  const all: Entry[][] = []
  for await (const batch of batches) all.push(batch)
  return all
}
