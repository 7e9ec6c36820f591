import { textLimits } from '@treadlight/protocol'
import type { Goal, JourneyStep, VisitStep } from '@treadlight/store'
import { isName, isPath } from '../goals/readGoal.ts'
import { isObject } from '../isObject.ts'
import { assertFields } from '../stats/assertFields.ts'
import { QueryError, quote } from '../stats/oneOf.ts'

const kinds = ['page', 'event', 'goal'] as const

/**
 * Reads what a visit is to do: `{ page }`, a path in which `*` stands for any text, `{ event }` or `{ goal }`, by its name.
 * @param field what it is called in messages
 * @throws QueryError naming the field
 */
export function readStep(field: string, value: unknown): VisitStep {
  const step = readOnly(field, value, kinds)
  if ('page' in step && !isPath(step.page)) throw new QueryError(`${field}.page: must be a path such as /cart or /blog/*, of at most ${textLimits.url} characters`)
  return step
}

/**
 * Reads a step that was taken: exactly this path, or an event of this name.
 * @throws QueryError naming the field
 */
export function readTaken(field: string, value: unknown): JourneyStep {
  return readOnly(field, value, ['page', 'event']) as JourneyStep
}

/** @throws QueryError for a goal that a site with goals does not have: it would be reached by nobody */
export function assertGoals(field: (index: number) => string, steps: readonly VisitStep[], goals: readonly Goal[]): void {
  if (goals.length === 0) return
  for (const [index, step] of steps.entries()) {
    if (!('goal' in step) || goals.some(({ name }) => name === step.goal)) continue
    throw new QueryError(`${field(index)}.goal: there is no goal ${quote(step.goal)}; there are ${goals.map(({ name }) => name).join(', ')}`)
  }
}

function readOnly(field: string, value: unknown, allowed: readonly (typeof kinds)[number][]): VisitStep {
  if (!isObject(value)) throw new QueryError(`${field}: must be an object like { "page": "/cart" } or { "event": "signup" }`)
  assertFields(field, value, allowed)
  const [kind, other] = Object.keys(value) as (typeof kinds)[number][]
  if (kind === undefined || other !== undefined) throw new QueryError(`${field}: must have one of ${allowed.join(', ')}`)
  const text = value[kind]
  if (kind === 'page') {
    if (typeof text !== 'string' || text.length > textLimits.url) throw new QueryError(`${field}.page: must be a path of at most ${textLimits.url} characters`)
    return { page: text }
  }
  if (!isName(text)) throw new QueryError(`${field}.${kind}: must be a name of at most ${textLimits.name} characters`)
  return kind === 'event' ? { event: text } : { goal: text }
}
