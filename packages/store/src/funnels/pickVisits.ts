import { compileFilters } from '../filters.ts'
import type { StoredHit } from '../hit.ts'
import type { Session } from '../sessions.ts'
import { visitsIn } from '../tallyRows.ts'
import { asksForTouches, createTouches } from '../touches.ts'
import { queryOf, type VisitQuestion } from './visitQuestion.ts'

/**
 * Makes what picks the visits that a question is about out of all hits of some home days; where filters name touches these
 * have to come in order.
 * @throws RangeError for a pattern that does not compile
 */
export function createVisitPicker(question: VisitQuestion): (hits: readonly StoredHit[]) => Session[] {
  const query = queryOf(question)
  const { range, filters = [], goals } = query
  const touches = asksForTouches(query) ? createTouches() : undefined
  const isWanted = compileFilters(filters, { goals, range })
  const inRange = (time: number) => time >= range.from && time < range.to
  const counts = (visit: Session) => inRange(visit.start) && visit.hits.some((hit) => inRange(hit.time) && isWanted(hit, visit))
  return (hits) => visitsIn(hits, query, touches).sessions.filter(counts)
}
