import { compileFilters } from '../filters.ts'
import type { StoredHit } from '../hit.ts'
import type { Session } from '../sessions.ts'
import { visitsIn } from '../tallyRows.ts'
import { asksForTouches, createTouches } from '../touches.ts'
import type { VisitCounter } from './visitCounter.ts'
import { queryOf, type VisitQuestion } from './visitQuestion.ts'

type Parts = AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>

/**
 * Counts the visits that a question is about from all visible hits of its site, handed over in parts: the hits of a home
 * day are in one, and where filters name touches the days come in order (`rangeToRead` says from when on).
 *
 * @throws RangeError for a pattern that does not compile
 */
export async function runVisits<Result>(parts: Parts, question: VisitQuestion, counter: VisitCounter<Result>): Promise<Result> {
  const pick = createVisitPicker(question)
  for await (const hits of parts) counter.addVisits(pick(hits))
  return counter.result()
}

/** Makes what picks the visits that a question is about out of all hits of some home days. */
export function createVisitPicker(question: VisitQuestion): (hits: readonly StoredHit[]) => Session[] {
  const query = queryOf(question)
  const { range, filters = [], goals } = query
  const touches = asksForTouches(query) ? createTouches() : undefined
  const isWanted = compileFilters(filters, { goals, range })
  const inRange = (time: number) => time >= range.from && time < range.to
  const counts = (visit: Session) => inRange(visit.start) && visit.hits.some((hit) => inRange(hit.time) && isWanted(hit, visit))
  return (hits) => visitsIn(hits, query, touches).sessions.filter(counts)
}
