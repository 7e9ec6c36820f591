import type { MaintainReport } from '../store.ts'
import type { SqlClient } from './client.ts'
import { setTimeout as pass } from 'node:timers/promises'
import { buildDays, dropBuilds, isOpen, readBuilds, stateOf, type DayBuild } from './builds.ts'
import type { SchemaPlace } from './schema.ts'
import { utcDay } from './utcDay.ts'

const hour = 3_600_000
/** A home day is over everywhere on Earth by then, and what came late in its last hours is there, ms behind its beginning in UTC. */
const dayIsOver = 24 * hour + 12 * hour + 2 * hour

export interface BuildUpkeep {
  /** ms since 1970. */
  now: number
  /** How long rows that are no longer needed stay for those who are still reading them, ms. */
  grace: number
  /** Also of days that are not over. */
  force: boolean
  /** How long a day has to be as it is before it is built, ms of the clock. */
  settle: number
}

/** Builds the days of a site that are over and have changed since their last build, and deletes builds that nobody needs. */
export async function lookAfterBuilds(client: SqlClient, place: SchemaPlace, site: string, { now, grace, force, settle }: BuildUpkeep): Promise<Pick<MaintainReport, 'compacted' | 'deleted'>> {
  const last = utcDay(now - dayIsOver)
  const isDue = ({ home, build }: DayBuild) => (build === '' || isOpen(build)) && (force || home <= last)
  const found = (await readBuilds(client, place.tables, site)).filter(isDue)
  const due = found.length === 0 ? [] : await settled(found)
  const compacted = due.length === 0 ? 0 : await buildDays(client, place.tables, { site, states: due, now })
  return { compacted, deleted: await dropBuilds(client, place, site, now - grace) }

  /** Those that are as they were: the server may count a fact a moment before it shows it, and a build would never have it. */
  async function settled(days: readonly DayBuild[]): Promise<DayBuild[]> {
    if (settle > 0) await pass(settle)
    const before = new Set(days.map(stateOf))
    return (await readBuilds(client, place.tables, site)).filter((each) => isDue(each) && before.has(stateOf(each)))
  }
}
