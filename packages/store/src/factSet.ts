import type { StoredHit } from './hit.ts'
import type { Marks } from './marks.ts'

/** The facts of one home day by their id. */
export type DayFacts = Map<string, readonly StoredHit[]>

/**
 * A grow-only set of facts by home day and id. Whatever arrives when and however often, it ends up the same. Of one
 * origin there may be several, as a hit that is sent again: which one counts is found out when they are merged, since the
 * first may have been pruned before the second came.
 */
export type FactSet = Map<string, DayFacts>

/** Takes a fact; answers the one that is there instead, if it is the very same. */
export function addToSet(set: FactSet, fact: StoredHit): StoredHit {
  let day = set.get(fact.day)
  if (day === undefined) set.set(fact.day, (day = new Map()))
  return addToDay(day, fact)
}

/** The same for a fact of the day. */
export function addToDay(day: DayFacts, fact: StoredHit): StoredHit {
  const known = day.get(fact.id)
  if (known === undefined) {
    day.set(fact.id, [fact])
    return fact
  }
  const same = known.find((each) => each === fact || isSame(each, fact))
  if (same !== undefined) return same
  day.set(fact.id, [...known, fact])
  return fact
}

function isSame(a: StoredHit, b: StoredHit): boolean {
  return a.origin === b.origin && a.received === b.received && JSON.stringify(a) === JSON.stringify(b)
}

/** The hits of a day that may be shown: merged, linked, neither erased nor pruned. In no order. */
export function readDay(day: ReadonlyMap<string, readonly StoredHit[]>, marks: Marks): StoredHit[] {
  const hits: StoredHit[] = []
  for (const facts of day.values()) {
    const hit = marks.read(facts)
    if (hit !== undefined) hits.push(hit)
  }
  return hits
}
