import type { MaintainReport } from '../store.ts'
import type { SqlClient } from './client.ts'
import { buildDays, dropBuilds, readBuilds } from './builds.ts'
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
}

/** Builds the days of a site that are over and have changed since their last build, and deletes builds that nobody needs. */
export async function lookAfterBuilds(client: SqlClient, place: SchemaPlace, site: string, { now, grace, force }: BuildUpkeep): Promise<Pick<MaintainReport, 'compacted' | 'deleted'>> {
  const last = utcDay(now - dayIsOver)
  const due = (await readBuilds(client, place.tables, site)).filter(({ home, build }) => build === '' && (force || home <= last))
  const compacted = due.length === 0 ? 0 : await buildDays(client, place.tables, { site, days: due.map(({ home }) => home), now })
  return { compacted, deleted: await dropBuilds(client, place, site, now - grace) }
}
