import { funnelSteps, journeyLimits, type FunnelQuery, type Goal, type JourneyQuery, type VisitQuestion, type VisitStep } from '@treadlight/store'
import { assertFields } from '../stats/assertFields.ts'
import { oneOf, QueryError, quote } from '../stats/oneOf.ts'
import { readFilters, type FindSegment } from '../stats/readFilters.ts'
import { readRange } from '../stats/readQuery.ts'
import { assertGoals, readStep, readTaken } from './readStep.ts'

export interface ReadVisitOptions {
  site: string
  timezone: string
  /** ms since 1970. */
  now: number
  /** The site's own; where there are none, every custom event is one. */
  goals: readonly Goal[]
  /** The filters of a segment. */
  findSegment: FindSegment
  /** When the site's first hit was, ms since 1970. */
  firstHit: () => Promise<number | undefined>
}

type Body = Readonly<Record<string, unknown>>

const asked = ['site_id', 'date_range', 'filters']
const journeyFields = ['from', 'direction', 'along', 'events', 'depth', 'branches']

/** Reads `POST /api/funnel`. @throws QueryError naming the field, the value and what is allowed */
export async function readFunnelQuery(body: Body, options: ReadVisitOptions): Promise<FunnelQuery> {
  assertFields('body', body, [...asked, 'steps'])
  const steps = readSteps(body['steps'])
  assertGoals((index) => `steps[${index}]`, steps, options.goals)
  return { ...(await readVisits(body, options)), steps }
}

/** Reads `POST /api/journeys`. @throws QueryError as above */
export async function readJourneyQuery(body: Body, options: ReadVisitOptions): Promise<JourneyQuery> {
  assertFields('body', body, [...asked, ...journeyFields])
  const { from, direction = 'after', along = [], events = true } = body
  const depth = readCount('depth', body['depth'] ?? 3, journeyLimits.depth)
  const branches = readCount('branches', body['branches'] ?? 10, journeyLimits.branches)
  const begin = from === undefined ? undefined : readStep('from', from)
  if (begin) assertGoals(() => 'from', [begin], options.goals)
  if (!Array.isArray(along) || along.length >= depth) throw new QueryError(`along: must be an array of fewer steps than depth, which is ${depth}`)
  if (typeof events !== 'boolean') throw new QueryError('events: must be true or false')
  return {
    ...(await readVisits(body, options)),
    ...(begin && { from: begin }),
    direction: oneOf<'after' | 'before'>('direction', direction, ['after', 'before']),
    along: along.map((step, index) => readTaken(`along[${index}]`, step)),
    events,
    depth,
    branches,
  }
}

/** @throws QueryError unless there are as many as a funnel has */
export function readSteps(value: unknown): VisitStep[] {
  const { min, max } = funnelSteps
  if (!Array.isArray(value) || value.length < min || value.length > max) throw new QueryError(`steps: must be an array of ${min} to ${max} steps like { "page": "/cart" } or { "event": "signup" }`)
  return value.map((step, index) => readStep(`steps[${index}]`, step))
}

async function readVisits(body: Body, options: ReadVisitOptions): Promise<VisitQuestion> {
  const { site, timezone, goals, findSegment } = options
  const range = await readRange(body['date_range'], options)
  return { site, timezone, range, filters: readFilters(body['filters'], findSegment), ...(goals.length > 0 && { goals }) }
}

function readCount(field: string, value: unknown, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) throw new QueryError(`${field}: ${quote(value)} must be a whole number from 1 to ${max}`)
  return value
}
