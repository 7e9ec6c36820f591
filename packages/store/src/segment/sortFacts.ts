import type { StoredHit } from '../hit.ts'
import type { Steps } from '../steps.ts'

/** So many facts are put in order at a time. */
const stepSize = 1024

/**
 * The facts by visitor, session, time, id and origin, so that a session is read in one go and what its hits share
 * compresses. Visitors are told apart by a map and only the distinct ones are compared: a fifth of the time of a sort
 * that compares the hits.
 */
export function* sortFacts(facts: readonly StoredHit[]): Steps<StoredHit[]> {
  const byVisitor = new Map<string, StoredHit[]>()
  for (const [index, fact] of facts.entries()) {
    const its = byVisitor.get(fact.visitor)
    if (its === undefined) byVisitor.set(fact.visitor, [fact])
    else its.push(fact)
    if (index % stepSize === stepSize - 1) yield
  }
  const sorted: StoredHit[] = []
  let next = stepSize
  for (const visitor of [...byVisitor.keys()].sort()) {
    if (sorted.length >= next) {
      next += stepSize
      yield
    }
    for (const fact of sortVisitor(byVisitor.get(visitor)!)) sorted.push(fact)
  }
  return sorted
}

/** A visitor's hits mostly arrive in order. */
function sortVisitor(facts: StoredHit[]): StoredHit[] {
  for (let index = 1; index < facts.length; index++) {
    if (compareFacts(facts[index - 1]!, facts[index]!) > 0) return facts.sort(compareFacts)
  }
  return facts
}

function compareFacts(a: StoredHit, b: StoredHit): number {
  return compare(a.session, b.session) || a.time - b.time || compare(a.id, b.id) || compare(a.origin, b.origin)
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
