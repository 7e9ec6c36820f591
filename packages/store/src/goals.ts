import type { ValueTest } from './comparisons.ts'
import type { StoredHit } from './hit.ts'
import type { Goal } from './query.ts'
import { createWildcard } from './wildcards.ts'

/** The names of the goals that a hit reaches, each once. */
export type GoalsOf = (hit: StoredHit) => readonly string[]

const none: readonly string[] = []

/**
 * Which goals a hit reaches, of those whose name passes the test. Events and pageviews do; reports of engagement never.
 *
 * @param goals without any, every interactive custom event is a goal of its own name: what happens without the visitor
 * (`interactive: false`) is none unless somebody says so
 */
export function compileGoals(goals: readonly Goal[] | undefined, isWanted: ValueTest = () => true): GoalsOf {
  if (goals === undefined) return ({ type, name = '', interactive }) => (type === 'event' && interactive !== false && isWanted(name) ? [name] : none)
  const tests = goals.filter(({ name }) => isWanted(name)).map((goal) => ({ name: goal.name, isReached: compileGoal(goal) }))
  return (hit) => {
    const reached = tests.filter(({ isReached }) => isReached(hit)).map(({ name }) => name)
    return reached.length > 1 ? [...new Set(reached)] : reached
  }
}

function compileGoal(goal: Goal): (hit: StoredHit) => boolean {
  if ('event' in goal) return ({ type, name }) => type === 'event' && name === goal.event
  const isPage = createWildcard(goal.page)
  return ({ type, path }) => type === 'pageview' && isPage(path)
}
