import { addToDay, type DayFacts } from './factSet.ts'
import type { FactTable } from './factTable.ts'
import { commitOf, type SegmentFile } from './manifest.ts'
import type { DaySpan } from './listDays.ts'
import type { Marks } from './marks.ts'
import { hashesOf, mayHold } from './persons/personFilter.ts'
import type { PersonColumn, PersonValues } from './segment/findRows.ts'
import { SegmentDamaged, SegmentGone } from './segmentReader.ts'
import type { SiteLog } from './siteLog.ts'
import type { HitFilter } from './store.ts'

type Person = Pick<HitFilter, PersonColumn>

/** The values of each column that stand for the person that a filter names; undefined if it names none. */
export function personValues({ user = '', session = '', visitor = '' }: Person, marks: Marks): PersonValues | undefined {
  const values = new Map<PersonColumn, Set<string>>()
  if (user !== '') values.set('user', new Set([user]))
  if (visitor !== '') values.set('visitor', new Set([visitor]))
  // An anonymous hit counts as the user's if its session was linked to the user.
  const sessions = new Set([...(session === '' ? [] : [session]), ...(user === '' ? [] : marks.linkedSessions(user))])
  if (sessions.size > 0) values.set('session', sessions)
  return values.size === 0 ? undefined : values
}

/** Those of the days that may have hits of the person, as far as that is known without reading a segment. */
export async function daysOfPerson(log: SiteLog, days: readonly DaySpan[], person: PersonValues): Promise<DaySpan[]> {
  await log.persons.prepare()
  const hashes = hashesOf(person)
  const mayName = (file: SegmentFile) => {
    const filter = log.persons.knownFilter(file)
    return filter === undefined || mayHold(filter, hashes)
  }
  return days.filter(({ day }) => log.fresh.has(day) || log.catalog.days.get(day)?.some(mayName) === true)
}

/**
 * The facts of a day's hits of which any fact names the person: all facts of each such hit, as `readDay` answers them for
 * their ids, without what it costs to read the others. Undefined if that cannot be told.
 */
export async function readPerson(log: SiteLog, day: string, person: PersonValues): Promise<DayFacts | undefined> {
  const files = log.catalog.days.get(day) ?? []
  // Of the same moment: what is compacted meanwhile is in neither afterwards.
  const tables = log.fresh.get(day) ?? []
  const facts: DayFacts = new Map()
  const hashes = hashesOf(person)
  /** Which ids each commit's segments told of; of the facts in no segment yet ''. */
  const found = new Map<string, Set<string>>([['', findFresh(tables, person)]])
  try {
    for (const file of files) {
      const its = await unlessDamaged(async () => (mayHold(await log.persons.filterOf(file), hashes) ? log.segments.personFacts(file, person) : []))
      if (its.length === 0) continue
      for (const fact of its) addToDay(facts, fact)
      const ids = found.get(commitOf(file)) ?? new Set()
      for (const { id } of its) ids.add(id)
      found.set(commitOf(file), ids)
    }
    for (const file of files) {
      const ids = idsToSeek(file, found)
      if (ids.size > 0) for (const fact of await unlessDamaged(() => log.segments.factsOf(file, ids))) addToDay(facts, fact)
    }
  } catch (error) {
    if (error instanceof SegmentGone) return undefined
    throw error
  }
  const all = new Set([...found.values()].flatMap((ids) => [...ids]))
  for (const table of tables) for (const id of all) for (const fact of table.factsOf(id)) addToDay(facts, fact)
  // What was moved into segments meanwhile is in none of these.
  return files === (log.catalog.days.get(day) ?? files) ? facts : undefined
}

function findFresh(tables: readonly FactTable[], person: PersonValues): Set<string> {
  const ids = new Set<string>()
  for (const table of tables) {
    for (const [name, values] of person) {
      for (let row = 0; row < table.size; row++) if (values.has(table.text(name, row)!)) ids.add(table.text('id', row)!)
    }
  }
  return ids
}

/**
 * The ids of hits that a segment may have more facts of than were found in it: those that others told of, and its own where
 * some of its hits have several facts. The segments of one commit share no hit: see `compact`.
 */
function idsToSeek(file: SegmentFile, found: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const hasShared = file.facts !== file.hits
  return new Set([...found].flatMap(([commit, ids]) => (hasShared || commit !== commitOf(file) ? [...ids] : [])))
}

/** What is damaged was reported, and is left out. */
async function unlessDamaged<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof SegmentDamaged) return []
    throw error
  }
}
