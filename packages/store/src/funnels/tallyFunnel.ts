import { createHitBatch, fillHits, room, type HitBatch, type VisitBatch } from '../sessionIndex/hitBatch.ts'
import { lookUp } from '../sessionIndex/lookUp.ts'
import { createSeenPairs } from '../sessionIndex/seenPairs.ts'
import type { IndexColumns } from '../sessionIndex/sessionIndex.ts'
import type { VisitCount } from './funnel.ts'
import { findStepMasks, isView, type StepTest } from './stepTests.ts'
import type { IndexTally } from './visitCounter.ts'

/** @param counts of all visits, and of those that took the first step, the second …: what is added to */
export function createFunnelTally(tests: readonly StepTest[], columns: IndexColumns, counts: readonly VisitCount[]): IndexTally {
  const { ofKind, ofPath } = findStepMasks(tests, columns)
  /** By the number of steps that were taken, and no more. */
  const furthest = new Float64Array(counts.length)
  const visitors = new Float64Array(counts.length)
  const lastVisitor = new Int32Array(counts.length).fill(-1)
  const seen = createSeenPairs()
  let hits: HitBatch | undefined
  let taken: Int32Array = new Int32Array(0)
  let masks: Int32Array = new Int32Array(0)
  let pages: Int32Array = new Int32Array(0)

  return {
    add(visits, whose, mixed) {
      takeSteps(visits)
      for (let i = 0; i < visits.count; i++) furthest[taken[i]!] = furthest[taken[i]!]! + 1
      if (mixed) countMixed(visits.count, whose)
      else countVisitors(visits.count, whose)
    },
    endSpan: () => seen.clear(),
    end() {
      for (let step = counts.length - 1, visits = 0; step >= 0; step--) {
        visits += furthest[step]!
        counts[step]!.visits += visits
        counts[step]!.visitors += visitors[step]!
      }
    },
  }

  function takeSteps(visits: VisitBatch): void {
    hits ??= createHitBatch(visits)
    taken = room(taken, visits.count)
    taken.fill(0, 0, visits.count)
    for (let from = 0; from < visits.count; ) {
      from = fillHits(hits, from)
      const { at, owner, count } = hits
      masks = room(masks, count)
      pages = room(pages, count)
      lookUp(columns.kind.codes, at, count, ofKind, masks)
      lookUp(columns.path.codes, at, count, ofPath, pages)
      for (let i = 0; i < count; i++) {
        const its = taken[owner[i]!]!
        // No branch: which hit is a step cannot be guessed.
        const mask = masks[i]! | (pages[i]! & -Number((masks[i]! & isView) !== 0))
        taken[owner[i]!] = its + ((mask >> its) & 1)
      }
    }
  }

  function countVisitors(count: number, whose: Int32Array): void {
    for (let i = 0; i < count; i++) {
      const visitor = whose[i]!
      for (let step = 0; step <= taken[i]!; step++) {
        if (lastVisitor[step] === visitor) continue
        lastVisitor[step] = visitor
        visitors[step] = visitors[step]! + 1
      }
    }
  }

  function countMixed(count: number, whose: Int32Array): void {
    for (let i = 0; i < count; i++) {
      for (let step = 0; step <= taken[i]!; step++) {
        seen.find(step, whose[i]!)
        if (seen.isNew) visitors[step] = visitors[step]! + 1
      }
    }
  }
}
