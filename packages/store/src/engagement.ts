import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'

/** How long and how deep a view was read, as far as anybody told. */
export interface Engagement {
  /** ms with the page visible and focused. */
  engaged?: number
  /** Per cent. */
  scroll?: number
}

/**
 * The engagement of every view, by `viewKey`. Running totals of our tracker, on the pageview or on engagement
 * hits: the largest counts. Deltas of other protocols come on top, once per id. So a lost or repeated report costs
 * nothing.
 */
export function deriveEngagement(hits: readonly StoredHit[]): Map<string, Engagement> {
  const reports = groupBy(hits.filter((hit) => hit.type !== 'event'), viewKey)
  return new Map([...reports].map(([view, group]) => [view, sumUp(group)]))
}

/** A view belongs to its home day like everything else: a report of another one is about nothing that is there. */
export function viewKey({ day, view }: Pick<StoredHit, 'day' | 'view'>): string {
  return `${day} ${view}`
}

function sumUp(reports: readonly StoredHit[]): Engagement {
  const totals = reports.flatMap((hit) => hit.engaged ?? [])
  const deltas = reports.flatMap((hit) => hit.engagedDelta ?? [])
  const scrolls = reports.flatMap((hit) => hit.scroll ?? [])
  const known = totals.length + deltas.length > 0
  return {
    ...(known && { engaged: largest(totals) + deltas.reduce((sum, delta) => sum + delta, 0) }),
    ...(scrolls.length > 0 && { scroll: largest(scrolls) }),
  }
}

/** Not `Math.max(...values)`: that overflows the stack at some 125,000 of them, and anybody may send so many. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
