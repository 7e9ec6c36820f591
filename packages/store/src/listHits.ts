import { idTime } from '@treadlight/protocol'
import type { StoredHit } from './hit.ts'
import type { HitFilter } from './store.ts'

type Position = Pick<StoredHit, 'time' | 'id'>

/** The hits that meet a filter, by time and id, behind its cursor, up to its limit. */
export function listHits(hits: readonly StoredHit[], filter: HitFilter): StoredHit[] {
  const direction = filter.order === 'oldest' ? 1 : -1
  const cursor = filter.after === undefined ? undefined : findPosition(hits, filter.after)
  return hits
    .filter((hit) => meets(hit, filter) && (cursor === undefined || direction * byTime(hit, cursor) > 0))
    .toSorted((a, b) => direction * byTime(a, b))
    .slice(0, filter.limit)
}

/** By time, then id: the order of every listing, and of the hits of a session. */
export function byTime(a: Position, b: Position): number {
  return a.time - b.time || compareText(a.id, b.id)
}

/** By code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A hit that was deleted between two pages is taken to have stood at the time in its id, so that the listing goes on. */
function findPosition(hits: readonly StoredHit[], id: string): Position {
  return hits.find((hit) => hit.id === id) ?? { id, time: idTime(id) }
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
