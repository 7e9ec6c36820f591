import { compareText } from '../byTime.ts'
import type { StoredHit } from '../hit.ts'
import type { Session } from '../sessions.ts'
import { stepKey, stepOf, textOf, type JourneyStep } from './journeyStep.ts'
import { compileStep, type StepTest } from './stepTests.ts'
import { createJourneyTally } from './tallyJourneys.ts'
import type { VisitCounter } from './visitCounter.ts'
import type { VisitQuestion, VisitStep } from './visitQuestion.ts'

/** The most columns and branches that may be asked for. */
export const journeyLimits = { depth: 5, branches: 100 } as const

/**
 * What visits did next, or before. A visit's steps are its pageviews and interactive events by time and id; the same one
 * again and again is one step.
 */
export interface JourneyQuery extends VisitQuestion {
  /** Its first hit in a visit is where the journey begins. @default where the visit begins; going back, where it ends */
  from?: VisitStep
  /** @default 'after' */
  direction?: 'after' | 'before'
  /** Only visits whose first steps of the journey are these are followed on. Fewer than `depth`. @default all */
  along?: readonly JourneyStep[]
  /** Whether events are steps, beside pageviews. @default true */
  events?: boolean
  /** How many steps are followed: 1 to 5. @default 3 */
  depth?: number
  /** How many different steps a column names at most, and the one of `along`: 1 to 100. @default 10 */
  branches?: number
}

/** What visits did at one place of the journey. */
export interface JourneyColumn {
  /** That came here: those of `steps` and `other`, and those that ended. */
  visits: number
  /** The most frequent first; ties by their text, pages before events. */
  steps: (JourneyStep & { visits: number })[]
  /** How many different steps are not named, and of how many visits. */
  other: { steps: number; visits: number }
  /** Of which nothing more is known: they ended with the step before; going back, they began with it. */
  ended: number
}

export interface JourneyResult {
  /** All that are asked about. */
  visits: number
  /** With `from` in them. */
  started: number
  /** As many as `depth`. */
  columns: JourneyColumn[]
  /** As of a `QueryResult`. */
  prunedBefore?: number
}

/** A question with its defaults. */
export interface JourneyPlan {
  isFrom: StepTest | undefined
  isBack: boolean
  /** By `stepKey`. */
  along: readonly string[]
  hasEvents: boolean
}

export interface JourneySums {
  visits: number
  started: number
  /** By `stepKey`, for each column. */
  counts: readonly Map<string, number>[]
  ended: number[]
}

/** @throws RangeError for a depth, a number of branches or steps along that there cannot be */
export function createJourneys(query: JourneyQuery): VisitCounter<JourneyResult> {
  const { from, goals, direction = 'after', along = [], events = true, depth = 3, branches = 10 } = query
  assertWhole('depth', depth, journeyLimits.depth)
  assertWhole('branches', branches, journeyLimits.branches)
  if (along.length >= depth) throw new RangeError(`journeys: along has ${along.length} steps, which must be fewer than the depth ${depth}`)
  const plan: JourneyPlan = { isFrom: from && compileStep(from, goals), isBack: direction === 'before', along: along.map(stepKey), hasEvents: events }
  const sums: JourneySums = { visits: 0, started: 0, counts: Array.from({ length: depth }, () => new Map()), ended: Array.from({ length: depth }, () => 0) }
  return {
    addVisits(visits) {
      for (const visit of visits) addVisit(sums, plan, visit)
    },
    bind: (columns) => createJourneyTally(plan, columns, sums),
    result: () => ({
      visits: sums.visits,
      started: sums.started,
      columns: sums.counts.map((counts, column) => readColumn(counts, sums.ended[column]!, plan.along[column], branches)),
    }),
  }
}

function addVisit(sums: JourneySums, { isFrom, isBack, along, hasEvents }: JourneyPlan, { hits }: Session): void {
  sums.visits++
  const edge = isBack ? hits.length : -1
  const at = isFrom === undefined ? edge : hits.findIndex(isFrom)
  if (isFrom !== undefined && at === -1) return
  sums.started++
  const path = isBack ? hits.slice(0, at).toReversed() : hits.slice(at + 1)
  const begin = hits[at] && keyOf(hits[at], hasEvents)
  const keys = path.flatMap((hit) => keyOf(hit, hasEvents) ?? [])
  const steps = keys.filter((key, index) => key !== (index === 0 ? begin : keys[index - 1]))
  for (const [column, counts] of sums.counts.entries()) {
    const key = steps[column]
    if (key === undefined) {
      sums.ended[column]!++
      return
    }
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (column < along.length && key !== along[column]) return
  }
}

/** Undefined for what is no step. */
function keyOf({ type, path, name = '', interactive }: StoredHit, hasEvents: boolean): string | undefined {
  if (type === 'pageview') return stepKey({ page: path })
  return hasEvents && interactive !== false ? stepKey({ event: name }) : undefined
}

function readColumn(counts: ReadonlyMap<string, number>, ended: number, chosen: string | undefined, branches: number): JourneyColumn {
  const ordered = [...counts].toSorted(([a, visitsOfA], [b, visitsOfB]) => visitsOfB - visitsOfA || compareSteps(a, b))
  const named = ordered.filter(([key], index) => index < branches || key === chosen)
  const total = (some: readonly (readonly [string, number])[]) => some.reduce((sum, [, visits]) => sum + visits, 0)
  return {
    visits: total(ordered) + ended,
    steps: named.map(([key, visits]) => ({ ...stepOf(key), visits })),
    other: { steps: ordered.length - named.length, visits: total(ordered) - total(named) },
    ended,
  }
}

/** The order of equally frequent steps, by `stepKey`: by their text, pages before events. */
export function compareSteps(a: string, b: string): number {
  return compareText(textOf(a), textOf(b)) || compareText(b, a)
}

function assertWhole(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) throw new RangeError(`journeys: ${name} is a whole number from 1 to ${max}, not ${value}`)
}
