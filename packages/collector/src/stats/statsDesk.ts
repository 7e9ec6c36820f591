import type { HitStore } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Goals } from '../goals/goals.ts'
import type { Site } from '../sites/sites.ts'
import { answerQuery, type StatsAnswer } from './answerQuery.ts'
import { firstHit } from './firstHit.ts'
import { QueryError } from './oneOf.ts'
import { readQuery } from './readQuery.ts'

/** Where the routes of all versions ask. */
export interface StatsDesk {
  /**
   * Reads a query in the shape of Plausible's Stats API v2 and answers it.
   * @throws QueryError naming the field, the value and what is allowed
   */
  ask(site: Site, body: unknown): Promise<StatsAnswer>
}

export interface StatsDeskOptions {
  store: HitStore
  goals: Goals
  failures: Failures
  /** ms since 1970. */
  now: () => number
}

export function createStatsDesk({ store, goals, failures, now }: StatsDeskOptions): StatsDesk {
  return {
    ask: (site, body) => failures.watch('queries', () => answer(site, body), (error) => !(error instanceof QueryError)),
  }

  async function answer({ id, timezone }: Site, body: unknown): Promise<StatsAnswer> {
    const request = await readQuery(body, { site: id, timezone, now: now(), goals: await goals.list(id), firstHit: () => firstHit(store, id) })
    return answerQuery(store, request)
  }
}
