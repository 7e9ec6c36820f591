import { afterAll, createPruning, pruningEndsOf, type Pruning } from '../pruning.ts'
import type { HitPosition, PruneReport, RetentionPolicy } from '../store.ts'
import type { Appending } from './appendHits.ts'
import { createDeletion } from './deletion.ts'
import { hitsSql, linksSql } from './hitsSql.ts'
import { createParams, type Params } from './params.ts'
import type { Tables } from './tables.ts'
import { utcDay } from './utcDay.ts'
import { writePruning } from './siteMarks.ts'

/** A home day begins and ends less than this from the same day in UTC: two days in ms. */
const slack = 2 * 86_400_000

/** Deletes what a policy no longer allows, and answers when it is gone. */
export async function pruneSite(pruning: Appending, site: string, policy: RetentionPolicy, at: number, dryRun: boolean): Promise<PruneReport> {
  const planned = createPruning(policy, at, pruning.now(), await findOldest(pruning, site, policy.newest))
  const report = await countExpired(pruning, site, planned)
  if (!dryRun) await applyPruning(pruning, site, planned)
  return report
}

/** Deletes what a pruning takes of what was received until then. */
export async function applyPruning({ client, place, now }: Appending, site: string, planned: Pruning): Promise<void> {
  // From here on what comes late goes by it: see appendHits.
  await writePruning(client, place.tables, site, planned)
  const deletion = createDeletion(client, place, now())
  const params = createParams()
  await deletion.addSelected(site, params, `SELECT day, id ${expiredSql(place.tables, params, site, planned, true)}`)
  if ((await deletion.count()) === 0) return
  const values = createParams()
  await deletion.run(site, { params: values, only: `received <= ${values.add('Int64', planned.at)}` })
}

/** The first hit that is kept where only the newest are; undefined if all are. */
async function findOldest({ client, place: { tables } }: Appending, site: string, newest: number | undefined): Promise<HitPosition | undefined> {
  if (newest === undefined) return undefined
  const count = createParams()
  const [all] = await client.rows<{ hits: number }>(`SELECT count() AS hits FROM ${hitsSql(tables, count, { site, columns: ['id'] })}`, count)
  if (all!.hits <= newest) return undefined
  if (newest === 0) return afterAll
  const params = createParams()
  const sql = `SELECT time, id FROM ${hitsSql(tables, params, { site, columns: ['time', 'id'] })} ORDER BY time DESC, id DESC LIMIT 1 OFFSET ${params.add('UInt64', newest - 1)}`
  const [oldest] = await client.rows<HitPosition>(sql, params)
  return oldest
}

async function countExpired({ client, place: { tables } }: Appending, site: string, pruning: Pruning): Promise<PruneReport> {
  const params = createParams()
  const at = params.add('Int64', pruning.at)
  const sql = `SELECT countIf(type = 'pageview' AND whose = '') AS anonymous, countIf(type = 'pageview' AND whose != '') AS authenticated, countIf(type != 'pageview') AS others
    ${expiredSql(tables, params, site, pruning, false)} AND received <= ${at}`
  const [report] = await client.rows<PruneReport>(sql, params)
  return report!
}

const asked = ['day', 'id', 'time', 'received', 'type', 'user', 'session'] as const

/**
 * The hits that a pruning takes, from `FROM` on, with `whose` they are.
 * @param then by the facts and links that it knows of, which is what it goes by; else by all there are, which is what it reports
 */
function expiredSql(tables: Tables, params: Params, site: string, pruning: Pruning, then: boolean): string {
  const { at, anonymous, authenticated, oldest } = pruning
  const ends = pruningEndsOf(pruning)
  const last = utcDay(ends.anonymous + slack)
  const hits = hitsSql(tables, params, { site, days: { from: utcDay(0), to: last }, receivedUntil: then ? at : undefined, columns: asked })
  const before = (time: number | null) => (time === null ? '0' : `time < ${params.add('Int64', Math.ceil(time))}`)
  const conditions = [`whose = '' AND ${before(anonymous)}`, `whose != '' AND ${before(authenticated)}`]
  if (oldest !== null) conditions.push(`(time, id) < (${params.add('Int64', oldest.time)}, ${params.add('String', oldest.id)})`)
  const whose = `SELECT *, if(user = '' AND session != '', linkedUser, user) AS whose FROM ${hits} AS hits LEFT JOIN ${linksSql(tables, params, site, then ? at : undefined)} AS links USING session`
  return `FROM (${whose}) WHERE (${conditions.map((each) => `(${each})`).join(' OR ')})`
}
