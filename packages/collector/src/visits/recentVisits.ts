import { entryFields, visitAt, type EntryField, type PackedEntries, type Visit } from './packedEntries.ts'
import type { EntryRange, VisitDays } from './visitDays.ts'

/** What of the table to show. */
export interface VisitQuestion extends EntryRange {
  /** Exact, all of them at once (PT11). */
  filters: Readonly<Partial<Record<EntryField, string>>>
  /** From 1 on; past the end it is the last one (PT12). */
  page: number
}

/** django-pagetimer's seven figures, of everything that the filters let through (PT09, PT10). */
export interface VisitSummary {
  /** Seconds. */
  interval: number
  count: number
  /** ms since 1970; null without data. */
  earliest: number | null
  latest: number | null
  /** How many different ones there are; `anonymous` is one, and so is what has no session or no address. */
  distinct: Record<EntryField, number>
}

export interface VisitPage {
  summary: VisitSummary
  /** Newest first. */
  visits: Visit[]
  page: number
  pages: number
}

/** Visits on a page, as there. */
export const visitsPerPage = 100

/** A page of the table, and the figures above it: one way through the entries, whatever page it is. */
export async function listVisits(days: VisitDays, question: VisitQuestion): Promise<VisitPage> {
  const { filters, page, interval } = question
  const distinct = { username: new Set<string>(), session: new Set<string>(), address: new Set<string>(), path: new Set<string>() }
  const start = (page - 1) * visitsPerPage
  let count = 0
  let earliest: number | null = null
  let latest: number | null = null
  let visits: Visit[] = []
  // Nobody knows before the end which page is the last one.
  let last: Visit[] = []
  for await (const entries of days.read(question)) {
    const found = findVisits(entries, question)
    if (found.length === 0) continue
    for (const field of entryFields) addTexts(distinct[field], entries, field, found)
    latest ??= entries.times[found[0]!]!
    earliest = entries.times[found.at(-1)!]!
    const shown = found.subarray(Math.max(0, start - count), Math.max(0, start + visitsPerPage - count))
    visits = [...visits, ...visitsAt(entries, shown)]
    last = [...last, ...visitsAt(entries, found.subarray(-visitsPerPage))].slice(-visitsPerPage)
    count += found.length
  }
  const pages = Math.max(1, Math.ceil(count / visitsPerPage))
  return {
    summary: { interval: interval / 1000, count, earliest, latest, distinct: sizesOf(distinct) },
    visits: page <= pages ? visits : last.slice(last.length - (count - (pages - 1) * visitsPerPage)),
    page: Math.min(page, pages),
    pages,
  }

  function findVisits({ times, columns }: PackedEntries, { from = -Infinity, to = Infinity }: VisitQuestion): Uint32Array {
    const wanted = entryFields.flatMap((field) => {
      const text = filters[field]
      return text === undefined ? [] : [{ places: columns[field].places, place: columns[field].texts.indexOf(text) }]
    })
    const found = new Uint32Array(times.length)
    let size = 0
    if (wanted.some(({ place }) => place === -1)) return found.subarray(0, 0)
    for (let index = times.length - 1; index >= 0; index--) {
      const time = times[index]!
      if (time >= from && time < to && wanted.every(({ places, place }) => places[index] === place)) found[size++] = index
    }
    return found.subarray(0, size)
  }
}

function visitsAt(entries: PackedEntries, places: Uint32Array): Visit[] {
  return Array.from(places, (place) => visitAt(entries, place))
}

/** Each text is looked at once, however often it is there. */
function addTexts(texts: Set<string>, { columns }: PackedEntries, field: EntryField, found: Uint32Array): void {
  const column = columns[field]
  const isSeen = new Uint8Array(column.texts.length)
  for (const index of found) {
    const place = column.places[index]!
    if (isSeen[place] === 1) continue
    isSeen[place] = 1
    texts.add(column.texts[place]!)
  }
}

function sizesOf(distinct: Record<EntryField, Set<string>>): Record<EntryField, number> {
  return { username: distinct.username.size, session: distinct.session.size, address: distinct.address.size, path: distinct.path.size }
}
