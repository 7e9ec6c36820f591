import { visitorKey, type Session } from '../sessions.ts'
import { createFunnelTally } from './tallyFunnel.ts'
import { compileStep, type StepTest } from './stepTests.ts'
import type { VisitCounter } from './visitCounter.ts'
import type { VisitQuestion, VisitStep } from './visitQuestion.ts'

/** How many steps a funnel may have. */
export const funnelSteps = { min: 2, max: 8 } as const

/** How far visits came along some steps. */
export interface FunnelQuery extends VisitQuestion {
  /**
   * Two to eight. A visit takes a step with its first hit (by time and id) behind the one of the step before; whatever it
   * does in between. A hit is one step: who is to see a page twice names it twice.
   */
  steps: readonly VisitStep[]
}

/** Visits, and their visitors: a visit is that of the visitor of its first hit. */
export interface VisitCount {
  visits: number
  visitors: number
}

export interface FunnelResult extends VisitCount {
  /** Those that came that far; in the order of the question. What all visits come to stands beside them. */
  steps: VisitCount[]
  /** As of a `QueryResult`. */
  prunedBefore?: number
}

/** @throws RangeError for too few or too many steps */
export function createFunnel({ steps, goals }: FunnelQuery): VisitCounter<FunnelResult> {
  if (steps.length < funnelSteps.min || steps.length > funnelSteps.max) {
    throw new RangeError(`a funnel has ${funnelSteps.min} to ${funnelSteps.max} steps, not ${steps.length}`)
  }
  const tests = steps.map((step) => compileStep(step, goals))
  /** Of all visits, and of those that came to each step. */
  const counts = [undefined, ...steps].map((): VisitCount => ({ visits: 0, visitors: 0 }))
  return {
    addVisits(visits) {
      const visitors = counts.map(() => new Set<string>())
      for (const visit of visits) {
        for (let step = 0; step <= stepsTaken(visit, tests); step++) {
          counts[step]!.visits++
          visitors[step]!.add(visitorKey(visit.hits[0]))
        }
      }
      for (const [step, its] of visitors.entries()) counts[step]!.visitors += its.size
    },
    bind: (columns) => createFunnelTally(tests, columns, counts),
    result() {
      const [all = { visits: 0, visitors: 0 }, ...reached] = counts
      return { ...all, steps: reached }
    },
  }
}

function stepsTaken({ hits }: Session, tests: readonly StepTest[]): number {
  let taken = 0
  for (const hit of hits) if (tests[taken]?.(hit) === true) taken++
  return taken
}
