import { type Answer, useAnswer } from '../answer.ts'
import { toApiStep, type ApiStep, type Step } from '../funnels/step.ts'
import { useScope } from '../scope.ts'

/** What visits did at one place of the journey. */
export interface JourneyColumn {
  visits: number
  steps: readonly (ApiStep & { visits: number })[]
  other: { steps: number; visits: number }
  ended: number
}

export interface Journeys {
  visits: number
  started: number
  columns: readonly JourneyColumn[]
  meta: { pruned_before?: string }
}

/** Which journeys: all of it is in the address. */
export interface JourneyView {
  /** @default where visits begin, or end */
  start: Step | undefined
  direction: 'after' | 'before'
  hasEvents: boolean
  /** The steps that were chosen, one of each column. */
  along: readonly Step[]
}

/** The most columns that there are. */
export const mostColumns = 5

/** What visits of the period did, up to the column behind the last step that was chosen. */
export function useJourneys({ start, direction, hasEvents, along }: JourneyView): Answer<Journeys> {
  const { client, base, revision } = useScope()
  const question = {
    ...base,
    ...(start && { from: toApiStep(start) }),
    direction,
    events: hasEvents,
    along: along.map(toApiStep),
    depth: Math.min(mostColumns, along.length + 1),
    branches: 12,
  }
  return useAnswer(JSON.stringify(question), revision, (signal) => client.post<Journeys>('api/journeys', question, signal))
}
