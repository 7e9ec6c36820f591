import { readDay, type DayFacts } from '../factSet.ts'
import type { StoredHit } from '../hit.ts'
import type { Marks } from '../marks.ts'
import type { Pruning } from '../pruning.ts'
import { splitKnown } from './splitKnown.ts'

type Facts = ReadonlyMap<string, readonly StoredHit[]> | DayFacts

/** Whether a pruning would take hits of a day that can be seen. */
export function takesVisible(facts: Facts, marks: Marks, pruning: Pruning): boolean {
  return [...facts.values()].some((its) => marks.read(its) !== undefined && marks.isTaken(its, pruning))
}

/**
 * Whether a day has hits that came after its sums were kept: an owner has imported them anew. Then they alone count,
 * so that nothing counts twice.
 * @param at ms since 1970
 */
export function hasLater(facts: Facts, marks: Marks, at: number): boolean {
  return readDay(facts, marks).some(({ received }) => received > at)
}

/**
 * What is left of a day's known users: they are known by what had been said when its sums were kept, since who was
 * anonymous then counts among these.
 * @param at ms since 1970
 */
export function knownLeft(facts: Facts, marks: Marks, at: number): StoredHit[] {
  const users = new Map<StoredHit, string>()
  for (const its of facts.values()) {
    const hit = marks.read(its)
    if (hit !== undefined) users.set(hit, marks.userOf(marks.keep(its), at))
  }
  return splitKnown([...users.keys()], (hit) => users.get(hit) !== '').known
}
