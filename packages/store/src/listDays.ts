import type { StoredHit } from './hit.ts'
import { orderOf, pickHits } from './listHits.ts'
import type { HitFilter } from './store.ts'

/** A home day, and when the hits that it has can be at most. */
export interface DaySpan {
  day: string
  /** ms since 1970, both inclusive. */
  from: number
  to: number
}

/**
 * Lists hits day by day, so that a year never has to be in memory at once. Days overlap where a report came after
 * midnight, or the site changed its time zone: what a later day may still precede waits for it.
 *
 * @param read the hits of a day that may be shown
 */
export async function* listDays(
  days: readonly DaySpan[],
  filter: HitFilter,
  read: (day: string) => Promise<readonly StoredHit[]>,
): AsyncGenerator<StoredHit> {
  const { order = 'newest', from = -Infinity, to = Infinity, after, limit = Infinity } = filter
  const isOldest = order === 'oldest'
  const inOrder = orderOf(filter)
  const spans = days
    .filter((span) => span.to >= from && span.from < to && (after === undefined || (isOldest ? span.to >= after.time : span.from <= after.time)))
    .toSorted((a, b) => (isOldest ? a.from - b.from : b.to - a.to))
  let listed = 0
  let waiting: StoredHit[] = []
  for (const [index, { day }] of spans.entries()) {
    if (listed >= limit) return
    waiting = [...waiting, ...pickHits(await read(day), filter)].toSorted(inOrder)
    const next = spans[index + 1]
    let count = 0
    for (const hit of waiting) {
      const mayWait = next !== undefined && (isOldest ? hit.time >= next.from : hit.time <= next.to)
      if (mayWait || listed >= limit) break
      count++
      listed++
      yield hit
    }
    waiting = waiting.slice(count)
  }
}
