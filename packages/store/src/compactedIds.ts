import { createIdTable, type IdTable } from './idTable.ts'
import type { Origin, StoredHit } from './hit.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import type { PersonalFields } from './marks.ts'
import type { SiteLog } from './siteLog.ts'

/** Which facts are in segments: so that a hit that comes again is known for one, and takes no room. */
export interface CompactedIds {
  /** Gets ready to answer for the day. */
  prepare(day: string): Promise<void>
  /** Whether any fact of this id is in a segment, as far as the day was prepared. */
  has(hit: StoredHit): boolean
  /** Whether one of its origin is that was received earlier: then the hit would change nothing. */
  holds(hit: StoredHit): boolean
}

interface DayIds {
  facts: IdTable
  /** When the last of them was received, ms since 1970. */
  latest: number
  files: Set<string>
}

/** Hits are at most eight days late, imports come day by day. */
const maxDays = 12
const origins: readonly Origin[] = ['browser', 'server', 'import']
/** So many rows are taken up in one go: a millisecond's work. */
const stepSize = 2048
const rowNames = ['id', 'origin', 'user', 'session', 'visitor'] as const

export function createCompactedIds(log: SiteLog): CompactedIds {
  const days = new Map<string, DayIds>()
  let version = log.version

  /** What was erased or pruned may come again and is to be stored, or refused, as new. */
  function ofDay(day: string): DayIds {
    if (version !== log.version) days.clear()
    version = log.version
    const known = days.get(day) ?? { facts: createIdTable(), latest: -Infinity, files: new Set() }
    days.delete(day)
    days.set(day, known)
    for (const oldest of days.keys()) if (days.size > maxDays) days.delete(oldest)
    return known
  }

  // What this process has written itself need not be read for it, as long as hits of the day still come.
  log.whenCompacted(function* ({ file, table, rows }) {
    if (!days.has(file.day) && !log.fresh.has(file.day)) return
    const known = ofDay(file.day)
    // What comes again before it is through is stored once more, and united when it is read.
    known.files.add(file.key)
    const { hasErasures, pruningEnds } = log.marks
    const mayBeGone = hasErasures || pruningEnds.anonymous > table.from || pruningEnds.authenticated > table.from
    for (const [index, row] of rows.entries()) {
      if (index % stepSize === stepSize - 1) yield
      const origin = table.text('origin', row) as Origin
      if (mayBeGone || table.isOdd(row)) add(known, table.person(row), origin, table.received(row))
      else {
        known.latest = Math.max(known.latest, table.received(row))
        known.facts.addWords(table.ids.words, 4 * row, origins.indexOf(origin))
      }
    }
  })

  return {
    async prepare(day) {
      const files = log.catalog.days.get(day) ?? []
      if (files.length === 0) return
      const known = ofDay(day)
      for (const file of files) {
        if (known.files.has(file.key)) continue
        known.files.add(file.key)
        try {
          const { id, origin, time, user, session, visitor, received } = await log.segments.columns(file, [...rowNames, 'time', 'received'])
          for (let row = 0; row < id.length; row++) {
            const fact = { day: file.day, id: id[row]!, time: time[row]!, user: user[row]!, session: session[row]!, visitor: visitor[row]! }
            add(known, fact, origin[row]!, received[row]!)
          }
        } catch (error) {
          // Then what comes again is stored again, and united when it is read.
          if (!(error instanceof SegmentGone || error instanceof SegmentDamaged)) throw error
        }
      }
    },
    has: ({ day, id }) => knownOf(day)?.facts.hasAny(id) === true,
    holds({ day, id, origin, received }) {
      const known = knownOf(day)
      return known !== undefined && received >= known.latest && known.facts.has(id, origins.indexOf(origin))
    },
  }

  function add(known: DayIds, fact: PersonalFields, origin: Origin, received: number): void {
    if (received > known.latest) known.latest = received
    if (!log.marks.mayBePruned(fact) && !log.marks.erases(fact)) known.facts.add(fact.id, origins.indexOf(origin))
  }

  function knownOf(day: string): DayIds | undefined {
    return version === log.version ? days.get(day) : undefined
  }
}
