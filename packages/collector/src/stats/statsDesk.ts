import type { HitStore } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Goals } from '../goals/goals.ts'
import { createSegmentFinder, type Segments } from '../segments/segments.ts'
import type { Site } from '../sites/sites.ts'
import { answerQuery, type StatsAnswer } from './answerQuery.ts'
import { firstHit, firstMoment } from './firstHit.ts'
import { isObject } from '../isObject.ts'
import { QueryError } from './oneOf.ts'
import { readQuery, type StatsRequest } from './readQuery.ts'

/** Where the routes of all versions ask. */
export interface StatsDesk {
  /**
   * Reads a query in the shape of Plausible's Stats API v2 and answers it.
   * @throws QueryError naming the field, the value and what is allowed
   */
  ask(site: Site, body: unknown): Promise<StatsAnswer>
  /** The same without the answer, for what asks the store in a way of its own. */
  read(site: Site, body: unknown): Promise<StatsRequest>
}

export interface StatsDeskOptions {
  store: HitStore
  goals: Goals
  segments: Segments
  failures: Failures
  /** ms since 1970. */
  now: () => number
}

export function createStatsDesk({ store, goals, segments, failures, now }: StatsDeskOptions): StatsDesk {
  return {
    ask: (site, body) => failures.watch('queries', () => answer(site, body), (error) => !(error instanceof QueryError)),
    read,
  }

  async function answer(site: Site, body: unknown): Promise<StatsAnswer> {
    return answerQuery(store, await read(site, body))
  }

  async function read({ id, timezone }: Site, body: unknown): Promise<StatsRequest> {
    const findSegment = createSegmentFinder(await segments.list(id))
    const withImports = isObject(body) && isObject(body['include']) && body['include']['imports'] === true
    const first = () => (withImports ? firstMoment(store, { id, timezone }) : firstHit(store, id))
    return readQuery(body, { site: id, timezone, now: now(), goals: await goals.list(id), findSegment, firstHit: first })
  }
}
