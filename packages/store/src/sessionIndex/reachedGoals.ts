import type { GoalsOf } from '../goals.ts'
import type { StoredHit } from '../hit.ts'
import type { Goal } from '../query.ts'
import type { HitKind, IndexColumns } from './sessionIndex.ts'

/** Which goals hits reach, by the codes of their kind and path. */
export interface ReachedGoals {
  /** For each kind, what its hits reach; undefined where their path says. */
  ofKind: readonly (readonly string[] | undefined)[]
  ofPath: readonly (readonly string[])[]
}

/** Asks once for each kind and path: see `compileGoals`. */
export function reachedGoals(goalsOf: GoalsOf, byPage: boolean, columns: Pick<IndexColumns, 'kind' | 'path'>): ReachedGoals {
  return {
    ofKind: columns.kind.values.map((kind) => (byPage && kind.type === 'pageview' ? undefined : goalsOf(hitOf(kind, '')))),
    ofPath: byPage ? columns.path.values.map((path) => goalsOf(hitOf({ type: 'pageview', name: '', interactive: true }, path))) : [],
  }
}

/** Whether paths reach goals. */
export function hasPageGoals(goals: readonly Goal[] | undefined): boolean {
  return goals?.some((goal) => 'page' in goal) ?? false
}

/** What goals are about, of a hit of this kind. */
function hitOf({ type, name, interactive }: HitKind, path: string): StoredHit {
  return { type, name, interactive, path } as StoredHit
}
