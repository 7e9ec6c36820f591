import { byTime } from './byTime.ts'
import { compileFilters } from './filters.ts'
import type { StoredHit } from './hit.ts'
import { deriveSessions, type Session } from './sessions.ts'
import type { HitFilter, HitPosition } from './store.ts'
import { namesTouch } from './touches.ts'

/** The order of a listing. */
export type HitOrder = (a: HitPosition, b: HitPosition) => number

/**
 * The hits that meet a filter, by time and id, behind its cursor, up to its limit.
 * @param hits those of whole home days: filters on visits need the hits around
 */
export function listHits(hits: readonly StoredHit[], filter: HitFilter): StoredHit[] {
  return pickHits(hits, filter).toSorted(orderOf(filter)).slice(0, filter.limit ?? Infinity)
}

/** The hits that meet a filter and stand behind its cursor, in no order. */
export function pickHits(hits: readonly StoredHit[], filter: HitFilter): StoredHit[] {
  const order = orderOf(filter)
  const { after, filters = [] } = filter
  if (filters.some(namesTouch)) throw new RangeError('[treadlight store] first: and last: are for queries: a listing reads each day alone')
  const picked = hits.filter((hit) => meets(hit, filter) && (after === undefined || order(hit, after) > 0))
  const search = filter.search?.toLowerCase() ?? ''
  const found = search === '' ? picked : picked.filter((hit) => contains(hit, search))
  if (filters.length === 0 || found.length === 0) return found
  const sessions = sessionOfEach(hits)
  const { from = -Infinity, to = Infinity } = filter
  const matches = compileFilters(filters, { goals: filter.goals, range: { from, to } })
  return found.filter((hit) => {
    const session = sessions.get(hit)
    return session !== undefined && matches(hit, session)
  })
}

export function orderOf({ order }: HitFilter): HitOrder {
  return order === 'oldest' ? byTime : (a, b) => byTime(b, a)
}

function meets(hit: StoredHit, filter: HitFilter): boolean {
  return (
    hit.time >= (filter.from ?? -Infinity) &&
    hit.time < (filter.to ?? Infinity) &&
    hit.type === (filter.type ?? hit.type) &&
    hit.user === (filter.user ?? hit.user) &&
    hit.session === (filter.session ?? hit.session) &&
    hit.visitor === (filter.visitor ?? hit.visitor)
  )
}

/** PV25 */
const searched = ['id', 'user', 'url', 'session', 'source', 'medium'] as const

function contains(hit: StoredHit, search: string): boolean {
  return searched.some((field) => hit[field].toLowerCase().includes(search))
}

function sessionOfEach(hits: readonly StoredHit[]): Map<StoredHit, Session> {
  return new Map(deriveSessions(hits).flatMap((session) => session.members.map((hit) => [hit, session] as const)))
}
