import { byTime, compareText } from '../byTime.ts'
import type { StoredHit } from '../hit.ts'
import { pickHits } from '../listHits.ts'
import type { HitPage, HitPageFilter } from '../store.ts'

/** Hits of a page where nothing is said of it (PV24). */
const defaultLimit = 20

/**
 * A page of the hits that meet a filter: what `HitStore.page` means.
 * @param hits those of whole home days: filters on visits need the hits around
 * @throws RangeError for a filter by touches, and for a place or length that is no whole number from 0 on
 */
export function pageHits(hits: readonly StoredHit[], filter: HitPageFilter): HitPage {
  const { offset, limit } = placeOf(filter)
  const found = pickHits(hits, filter).filter((hit) => hasFields(hit, filter))
  const page = found.toSorted(pageOrder(filter)).slice(offset, offset + limit)
  // Copies, so that nobody changes the store's own.
  return { hits: Array.from(page, (hit) => ({ ...hit })), total: found.length }
}

/** Where the page is. @throws RangeError */
export function placeOf({ offset = 0, limit = defaultLimit }: HitPageFilter): { offset: number; limit: number } {
  for (const [name, value] of Object.entries({ offset, limit })) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`[treadlight store] ${name}: ${value} is no whole number from 0 on`)
  }
  return { offset, limit }
}

/** What a page asks for beyond a listing. */
function hasFields(hit: StoredHit, { source, medium, path, name, known }: HitPageFilter): boolean {
  return (
    (source === undefined || hit.source === source) &&
    (medium === undefined || hit.medium === medium) &&
    (path === undefined || hit.path === path) &&
    (name === undefined || (hit.name ?? '') === name) &&
    (known === undefined || (hit.user !== '') === known)
  )
}

/** The order of a page. */
function pageOrder({ orderBy = 'time', descending = true }: HitPageFilter): (a: StoredHit, b: StoredHit) => number {
  if (orderBy === 'time') return descending ? byAge : (a, b) => byAge(b, a)
  return (a, b) => (descending ? compareText(b[orderBy], a[orderBy]) : compareText(a[orderBy], b[orderBy])) || byAge(a, b)
}

/** The newest first. Two days may have a hit of one id. */
export function byAge(a: Pick<StoredHit, 'time' | 'id' | 'day'>, b: Pick<StoredHit, 'time' | 'id' | 'day'>): number {
  return byTime(b, a) || compareText(b.day, a.day)
}
