import { byTime } from './byTime.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'

/** How long and how deep a view was read, as far as anybody told. */
export interface Engagement {
  /** ms with the page visible and focused. */
  engaged?: number
  /** Per cent. */
  scroll?: number
}

/** A view lasts no longer than its site day, which has 25 hours at most, ms: more was made up. */
export const longestView: number = 25 * 3_600_000

/**
 * The engagement of every pageview, by `pageviewKey`. Running totals of our tracker, on the pageview or on engagement
 * hits: the largest counts. Deltas of other protocols come on top, once per id. So a lost or repeated report costs
 * nothing.
 *
 * Where pageviews share a view, as one visitor's of one page do in protocols without ids of views, a report is about the
 * latest of them that was there before it; so nothing of it counts twice.
 */
export function deriveEngagement(hits: readonly StoredHit[]): Map<string, Engagement> {
  const views = groupBy(hits.filter((hit) => hit.type !== 'event'), viewKey)
  return new Map([...views.values()].flatMap(splitByPageview).map(([pageview, reports]) => [pageviewKey(pageview), sumUp(reports)]))
}

/** A view belongs to its home day like everything else: a report of another one is about nothing that is there. */
function viewKey({ day, view }: Pick<StoredHit, 'day' | 'view'>): string {
  return `${day} ${view}`
}

export function pageviewKey({ day, id }: Pick<StoredHit, 'day' | 'id'>): string {
  return `${day} ${id}`
}

function splitByPageview(hits: readonly StoredHit[]): [StoredHit, StoredHit[]][] {
  const pageviews = hits.filter(({ type }) => type === 'pageview')
  const [first, second] = pageviews
  if (first === undefined) return []
  if (second === undefined) return [[first, [...hits]]]
  // A pageview comes before what is told of it at the same moment.
  const rank = ({ type }: StoredHit): number => (type === 'pageview' ? 0 : 1)
  const ordered = hits.toSorted((a, b) => a.time - b.time || rank(a) - rank(b) || byTime(a, b))
  const parts = new Map<StoredHit, StoredHit[]>(pageviews.map((pageview) => [pageview, []]))
  let current = ordered.find(({ type }) => type === 'pageview')!
  for (const hit of ordered) {
    if (hit.type === 'pageview') current = hit
    parts.get(current)!.push(hit)
  }
  return [...parts]
}

function sumUp(reports: readonly StoredHit[]): Engagement {
  const totals = reports.flatMap((hit) => hit.engaged ?? [])
  const deltas = reports.flatMap((hit) => hit.engagedDelta ?? [])
  const scrolls = reports.flatMap((hit) => hit.scroll ?? [])
  const known = totals.length + deltas.length > 0
  return {
    ...(known && { engaged: Math.min(largest(totals) + deltas.reduce((sum, delta) => sum + delta, 0), longestView) }),
    ...(scrolls.length > 0 && { scroll: largest(scrolls) }),
  }
}

/** Not `Math.max(...values)`: that overflows the stack at some 125,000 of them, and anybody may send so many. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
