import type { AnyStore } from '../openStore.ts'
import type { TimeRange } from '../export/hitLines.ts'
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

/** Whose timeline: a user by id; a session by its id, by the key that reports show, or by the hash of its visitor. */
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
  const { site, interval, person, anonymize = false } = options
  const entries = entriesOf(store, options)
  if (name === 'timeline' && person !== undefined) return timelineTable(entriesOfPerson(entries, site, person), interval)
  const shown = anonymize ? anonymizeEntries(entries) : entries
  return name === 'time' ? timeTable(shown, interval) : pagetimerTable(shown)
}

/** The entries of a range: those of two ranges that touch are those of both together. */
export function entriesOf(store: AnyStore, { site, from, to, interval }: TimeRange & { site: string; interval: number }): AsyncIterable<Entry[]> {
  const hits = store.hits({ site, order: 'oldest', ...(from !== undefined && { from: from - reach }), ...(to !== undefined && { to: to + reach }) })
  return readEntries(hits, { interval, from, to })
}

/** Not by a filter of the store: what was engaged in a view is of whoever the view is of, also where its reports do not say so. */
async function* entriesOfPerson(batches: AsyncIterable<Entry[]>, site: string, person: Person): AsyncGenerator<Entry[]> {
  const isOf = 'user' in person ? isOfUser(person.user) : isOfSession(site, person.session)
  for await (const batch of batches) yield batch.filter(isOf)
}

function isOfUser(user: string): (entry: Entry) => boolean {
  return ({ username }) => username === user
}

function isOfSession(site: string, session: string): (entry: Entry) => boolean {
  const keys = [session, sessionKey({ site, session, visitor: '' }), sessionKey({ site, session: '', visitor: session })]
  return (entry) => keys.includes(entry.session)
}
