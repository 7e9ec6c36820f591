import type { Marks } from './marks.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import type { SegmentColumns } from './segment/decodeSegment.ts'
import type { SiteLog } from './siteLog.ts'
import type { HitFilter } from './store.ts'

type Person = Pick<HitFilter, 'user' | 'session' | 'visitor'>
type PersonColumn = keyof Person

/** Whether a day may have a hit of the person that a filter names, if it names any. */
export async function mayHoldPerson(log: SiteLog, day: string, { user = '', session = '', visitor = '' }: Person): Promise<boolean> {
  if (user === '' && session === '' && visitor === '') return true
  return (await findPerson(log, day, { user, session, visitor }, log.marks))?.size !== 0
}

/**
 * The ids of the hits of a day of which any fact names the person, or a session that was linked to the user: tells from
 * a column or two what would otherwise take the whole day. Undefined if that cannot be told.
 */
export async function findPerson(log: SiteLog, day: string, person: Person, marks: Marks): Promise<Set<string> | undefined> {
  const files = log.catalog.days.get(day) ?? []
  const wanted = wantedValues(person, marks)
  const names = [...wanted.keys()]
  const ids = new Set<string>()
  for (const table of log.fresh.get(day) ?? []) {
    for (let row = 0; row < table.size; row++) {
      if (names.some((name) => wanted.get(name)!.has(table.text(name, row)!))) ids.add(table.text('id', row)!)
    }
  }
  for (const file of files) {
    try {
      const columns: Partial<SegmentColumns> = await log.segments.columns(file, names)
      if (!names.some((name) => columns[name]!.some((value) => wanted.get(name)!.has(value)))) continue
      const { id } = await log.segments.columns(file, ['id'])
      for (let row = 0; row < id.length; row++) if (names.some((name) => wanted.get(name)!.has(columns[name]![row]!))) ids.add(id[row]!)
    } catch (error) {
      if (error instanceof SegmentGone) return undefined
      if (!(error instanceof SegmentDamaged)) throw error
    }
  }
  // What was moved into segments meanwhile is in none of these.
  return files === (log.catalog.days.get(day) ?? files) ? ids : undefined
}

/** The values of each column that stand for the person. */
function wantedValues({ user = '', session = '', visitor = '' }: Person, marks: Marks): Map<PersonColumn, ReadonlySet<string>> {
  const wanted = new Map<PersonColumn, Set<string>>()
  if (user !== '') wanted.set('user', new Set([user]))
  if (visitor !== '') wanted.set('visitor', new Set([visitor]))
  const sessions = new Set([...(session === '' ? [] : [session]), ...(user === '' ? [] : marks.linkedSessions(user))])
  if (sessions.size > 0) wanted.set('session', sessions)
  return wanted
}
