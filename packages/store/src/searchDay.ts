import type { Marks } from './marks.ts'
import { SegmentDamaged, SegmentGone, type PersonColumns } from './segmentReader.ts'
import type { SiteLog } from './siteLog.ts'
import type { HitFilter } from './store.ts'

type Person = Pick<HitFilter, 'user' | 'session' | 'visitor'>

/**
 * Whether a day may have a hit of the person that a filter names: tells from three columns what would otherwise take
 * the whole day.
 */
export async function mayHoldPerson(log: SiteLog, day: string, { user = '', session = '', visitor = '' }: Person, marks: Marks = log.marks): Promise<boolean> {
  if (user === '' && session === '' && visitor === '') return true
  const files = log.catalog.days.get(day) ?? []
  if (log.fresh.has(day)) return true
  const linked = new Set(user === '' ? [] : marks.linkedSessions(user))
  for (const file of files) {
    try {
      if (holds(await log.segments.persons(file))) return true
    } catch (error) {
      if (error instanceof SegmentGone) return true
      if (!(error instanceof SegmentDamaged)) throw error
    }
  }
  // What was moved into segments meanwhile is in none of these.
  return files !== (log.catalog.days.get(day) ?? files)

  function holds({ user: users, session: sessions, visitor: visitors }: PersonColumns): boolean {
    if (visitor !== '' && visitors.includes(visitor)) return true
    if (session !== '' && sessions.includes(session)) return true
    return user !== '' && (users.includes(user) || (linked.size > 0 && sessions.some((each) => linked.has(each))))
  }
}
