import type { DayFacts } from '../factSet.ts'
import { nameHit } from '../erasure.ts'
import type { StoredHit } from '../hit.ts'
import type { Marks } from '../marks.ts'
import { addFact } from '../merge.ts'
import type { DayOfFacts } from './portable.ts'

/** What counts of a day's facts, and what of them was erased. */
export function portableFacts(day: string, all: Pick<DayFacts, 'values'>, marks: Marks): DayOfFacts {
  const facts: StoredHit[] = []
  const erased: string[] = []
  for (const its of all.values()) {
    const kept = marks.keep(its)
    if (kept.length > 0) facts.push(...kept.reduce<StoredHit[]>(addFact, []))
    else if (marks.hasErasures && marks.isErased(its) && !marks.hasErased(its[0]!)) erased.push(nameHit(its[0]!))
  }
  return { day, facts, ...(erased.length > 0 && { erased }) }
}
