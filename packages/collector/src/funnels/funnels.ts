import type { Values, VisitStep } from '@treadlight/store'
import { textLimits } from '@treadlight/protocol'
import { isName } from '../goals/readGoal.ts'
import { createRecords, type Records } from '../records/records.ts'
import { assertFields } from '../stats/assertFields.ts'
import { QueryError } from '../stats/oneOf.ts'
import { readSteps } from './readVisitQuestion.ts'

/** Steps that an owner wants to see visitors take. */
export interface Funnel {
  name: string
  steps: readonly VisitStep[]
}

/** Most funnels of one site: the page counts each of them. */
const maxFunnels = 50

/** The funnels of all sites: `funnel:{site}.…`. @param now ms since 1970 */
export function createFunnels(values: Values, now: () => number): Records<Funnel> {
  return createRecords({ values, prefix: 'funnel', read: readStored, max: maxFunnels, now })
}

/** Reads a funnel as `POST /api/funnels` takes it. @throws QueryError naming the field */
export function readFunnel(body: Readonly<Record<string, unknown>> | undefined): Funnel {
  if (!body) throw new QueryError('The body must be a JSON object')
  assertFields('body', body, ['site_id', 'name', 'steps'])
  const { name, steps } = body
  if (!isName(name)) throw new QueryError(`name: must be a text of at most ${textLimits.name} characters`)
  return { name, steps: readSteps(steps) }
}

function readStored({ name, steps }: Record<string, unknown>): Funnel | undefined {
  try {
    return readFunnel({ name, steps })
  } catch (error) {
    if (error instanceof QueryError) return undefined
    throw error
  }
}
