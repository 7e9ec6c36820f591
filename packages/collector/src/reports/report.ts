import type { StoredHit } from '@treadlight/store'
import type { AnyStore } from '../openStore.ts'
import type { TimeRange } from '../hitLines.ts'
import { reach, readEntries, type Entry } from './entries.ts'
import { pagetimerTable } from './pagetimerTable.ts'
import { anonymizeEntries } from './pseudonyms.ts'
import { sessionKey } from './sessionKey.ts'
import type { Table } from './table.ts'
import { timelineTable } from './timelineTable.ts'
import { timeTable } from './timeTable.ts'

/** What there is to tell of time on page. */
export const reportNames = ['pagetimer', 'time', 'timeline'] as const
export type ReportName = (typeof reportNames)[number]

/** Whose timeline: a user by id, or a session by its id or by the key that reports show. */
export type Person = { user: string } | { session: string }

export interface ReportOptions extends TimeRange {
  site: string
  /** ms between beats. */
  interval: number
  /** For a timeline, whose. */
  person?: Person | undefined
  anonymize?: boolean
}

/** A report as it is read from the store. */
export function createReport(store: AnyStore, name: ReportName, options: ReportOptions): Table {
  const entries = entriesOf(store, options)
  const shown = options.anonymize === true ? anonymizeEntries(entries) : entries
  if (name === 'pagetimer') return pagetimerTable(shown)
  return name === 'time' ? timeTable(shown, options.interval) : timelineTable(shown, options.interval)
}

/** The entries of a range: those of two ranges that touch are those of both together. */
export function entriesOf(store: AnyStore, { site, from, to, interval, person }: Omit<ReportOptions, 'anonymize'>): AsyncIterable<Entry[]> {
  const hits = store.hits({
    site,
    order: 'oldest',
    ...(from !== undefined && { from: from - reach }),
    ...(to !== undefined && { to: to + reach }),
    ...(person !== undefined && 'user' in person && person),
  })
  return readEntries(hits, { interval, from, to, ...(person !== undefined && 'session' in person && { takes: isOf(person.session) }) })
}

function isOf(session: string): (hit: StoredHit) => boolean {
  return (hit) => hit.session === session || sessionKey(hit) === session
}
