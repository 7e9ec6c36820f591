import type { ValueTest } from './comparisons.ts'
import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import type { Goal } from './query.ts'
import { createWildcard } from './wildcards.ts'

/** The names of the goals that a hit reaches, each once. */
export type GoalsOf = (hit: StoredHit) => readonly string[]

const none: readonly string[] = []
/** Kept while a query runs. */
const mostPaths = 10_000

/**
 * Which goals a hit reaches, of those whose name passes the test. Events and pageviews do; reports of engagement never.
 *
 * @param goals without any, every interactive custom event is a goal of its own name: what happens without the visitor
 * (`interactive: false`) is none unless somebody says so
 */
export function compileGoals(goals: readonly Goal[] | undefined, isWanted: ValueTest = () => true): GoalsOf {
  if (goals === undefined) return ({ type, name = '', interactive }) => (type === 'event' && interactive !== false && isWanted(name) ? [name] : none)
  const wanted = goals.filter(({ name }) => isWanted(name))
  const byEvent = groupBy(wanted.filter((goal) => 'event' in goal), ({ event }) => event)
  const namesOfEvent = new Map([...byEvent].map(([event, reached]) => [event, namesOf(reached)]))
  const namesOfPath = compilePages(wanted.filter((goal) => 'page' in goal))
  return ({ type, name = '', path }) => {
    if (type === 'event') return namesOfEvent.get(name) ?? none
    return type === 'pageview' ? namesOfPath(path) : none
  }
}

/** Paths repeat, and each would be compared with every page: what they reach is kept. */
function compilePages(pages: readonly Extract<Goal, { page: string }>[]): (path: string) => readonly string[] {
  if (pages.length === 0) return () => none
  const tests = pages.map(({ name, page }) => ({ name, isPage: createWildcard(page) }))
  const known = new Map<string, readonly string[]>()
  return (path) => {
    const reached = known.get(path)
    if (reached !== undefined) return reached
    const names = namesOf(tests.filter(({ isPage }) => isPage(path)))
    if (known.size >= mostPaths) known.clear()
    known.set(path, names)
    return names
  }
}

function namesOf(goals: readonly { name: string }[]): readonly string[] {
  return goals.length === 0 ? none : [...new Set(goals.map(({ name }) => name))]
}
