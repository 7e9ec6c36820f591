import { compileGoals } from '../goals.ts'
import type { StoredHit } from '../hit.ts'
import type { Goal } from '../query.ts'
import type { HitKind, IndexColumns } from '../sessionIndex/sessionIndex.ts'
import { createWildcard } from '../wildcards.ts'
import type { VisitStep } from './visitQuestion.ts'

/** Asks a pageview for its path alone, and an event for all but that: so the columns of an index can be asked as well. */
export type StepTest = (hit: StoredHit) => boolean

/** Whether a hit is such a step, made once for a question. */
export function compileStep(step: VisitStep, goals: readonly Goal[] | undefined): StepTest {
  if ('event' in step) return ({ type, name = '' }) => type === 'event' && name === step.event
  if ('goal' in step) {
    const goalsOf = compileGoals(goals, (name) => name === step.goal)
    return (hit) => goalsOf(hit).length > 0
  }
  const isPage = createWildcard(step.page)
  return ({ type, path }) => type === 'pageview' && isPage(path)
}

/** Which of some steps hits are: a bit for each, by the codes of their kind and path. */
export interface StepMasks {
  /** With `isView` for pageviews, of which the path says it. */
  readonly ofKind: Int32Array
  readonly ofPath: Int32Array
}

/** A bit of `StepMasks.ofKind` that no step has. */
export const isView: number = 1 << 16

/** Asks once for each kind and path. */
export function findStepMasks(tests: readonly StepTest[], { kind, path }: Pick<IndexColumns, 'kind' | 'path'>): StepMasks {
  const maskOf = (hit: StoredHit) => tests.reduce((mask, test, index) => mask | (Number(test(hit)) << index), 0)
  return {
    ofKind: Int32Array.from(kind.values, (each) => (each.type === 'pageview' ? isView : maskOf(hitOf(each)))),
    ofPath: Int32Array.from(path.values, (each) => maskOf({ type: 'pageview', path: each } as StoredHit)),
  }
}

function hitOf({ type, name, interactive }: HitKind): StoredHit {
  return { type, name, interactive, path: '' } as StoredHit
}
