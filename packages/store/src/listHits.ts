import { idTime } from '@treadlight/protocol'
import type { StoredHit } from './hit.ts'
import type { HitFilter } from './store.ts'

type Position = Pick<StoredHit, 'time' | 'id'>

/**
 * The hits that meet a filter, by time and id, behind its cursor, up to its limit.
 *
 * @param cursor the hit that `filter.after` names, where `hits` may lack it
 */
export function listHits(hits: readonly StoredHit[], filter: HitFilter, cursor?: Position): StoredHit[] {
  const direction = filter.order === 'oldest' ? 1 : -1
  const after = filter.after === undefined ? undefined : (cursor ?? findPosition(hits, filter.after))
  const listed = hits.filter((hit) => meets(hit, filter) && (after === undefined || direction * byTime(hit, after) > 0))
  return takeFirst(listed, filter.limit ?? Infinity, (a, b) => direction * byTime(a, b))
}

/** The first `limit` in order: of many hits it sorts only what may still be among them. */
function takeFirst(hits: readonly StoredHit[], limit: number, order: (a: StoredHit, b: StoredHit) => number): StoredHit[] {
  let first: StoredHit[] = []
  let last: StoredHit | undefined
  for (const hit of hits) {
    if (last !== undefined && order(hit, last) > 0) continue
    first.push(hit)
    // Room for as many again, so that a sort is rare.
    if (first.length < 2 * limit + 100) continue
    first = first.toSorted(order).slice(0, limit)
    last = first.at(-1)
  }
  return first.toSorted(order).slice(0, limit)
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
