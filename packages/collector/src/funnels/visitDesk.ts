import type { FunnelQuery, FunnelResult, HitStore, JourneyQuery, JourneyResult } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Goals } from '../goals/goals.ts'
import { createSegmentFinder, type Segments } from '../segments/segments.ts'
import type { Site } from '../sites/sites.ts'
import { firstHit } from '../stats/firstHit.ts'
import { QueryError } from '../stats/oneOf.ts'
import { readFunnelQuery, readJourneyQuery, type ReadVisitOptions } from './readVisitQuestion.ts'

/** A question as it was understood, and its answer. */
export interface VisitAnswer<Question, Result> {
  query: Question
  result: Result
}

/** Where it is asked what visits did. @throws QueryError naming the field, the value and what is allowed */
export interface VisitDesk {
  funnel(site: Pick<Site, 'id' | 'timezone'>, body: Readonly<Record<string, unknown>>): Promise<VisitAnswer<FunnelQuery, FunnelResult>>
  journeys(site: Pick<Site, 'id' | 'timezone'>, body: Readonly<Record<string, unknown>>): Promise<VisitAnswer<JourneyQuery, JourneyResult>>
}

export interface VisitDeskOptions {
  store: HitStore
  goals: Pick<Goals, 'list'>
  segments: Pick<Segments, 'list'>
  failures: Failures
  /** ms since 1970. */
  now: () => number
}

export function createVisitDesk({ store, goals, segments, failures, now }: VisitDeskOptions): VisitDesk {
  const watch = <T>(answer: () => Promise<T>) => failures.watch('queries', answer, (error) => !(error instanceof QueryError))
  return {
    funnel: (site, body) =>
      watch(async () => {
        const query = await readFunnelQuery(body, await optionsOf(site))
        return { query, result: await store.funnel(query) }
      }),
    journeys: (site, body) =>
      watch(async () => {
        const query = await readJourneyQuery(body, await optionsOf(site))
        return { query, result: await store.journeys(query) }
      }),
  }

  async function optionsOf({ id, timezone }: Pick<Site, 'id' | 'timezone'>): Promise<ReadVisitOptions> {
    return { site: id, timezone, now: now(), goals: await goals.list(id), findSegment: createSegmentFinder(await segments.list(id)), firstHit: () => firstHit(store, id) }
  }
}
