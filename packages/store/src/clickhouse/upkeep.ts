import type { MaintainReport } from '../store.ts'
import type { Appending } from './appendHits.ts'
import { createErrands } from '../errands.ts'
import { dropOldTasks, waited } from './deletion.ts'
import { finishErasures } from './erasePerson.ts'
import { linksSql } from './hitsSql.ts'
import type { ResolvedClickhouseOptions } from './options.ts'
import { createParams } from './params.ts'
import { onCluster } from './schema.ts'
import { lookAfterBuilds } from './upkeepBuilds.ts'
import { utcDay } from './utcDay.ts'

const day = 86_400_000
/** No deletion takes as long, ms. */
const leftOverAge = day
/** How long a pruning is asked about what comes late, ms: nothing is on its way from a collector to the tables for as long. */
const pruningAge = day

type Settings = Pick<ResolvedClickhouseOptions, 'retention' | 'now' | 'grace' | 'settle'>

/** Upkeep of the tables: whatever a process that was killed has left is finished, and what has had its time goes. */
export async function lookAfter(shared: Appending, settings: Settings, sites: readonly string[], force: boolean): Promise<MaintainReport> {
  const report: MaintainReport = { compacted: 0, rewritten: 0, deleted: 0 }
  const errands = createErrands()
  for (const site of sites) {
    report.rewritten += await errands.attempt(() => finishErasures(shared, site), 0)
    report.rewritten += await errands.attempt(() => foldLinks(shared, settings, site), 0)
    report.deleted += await errands.attempt(() => dropOldPrunings(shared, site), 0)
    const built = await errands.attempt(() => lookAfterBuilds(shared.client, shared.place, site, { now: settings.now(), grace: settings.grace, settle: settings.settle, force }), { compacted: 0, deleted: 0 })
    report.compacted += built.compacted
    report.deleted += built.deleted
  }
  report.deleted += await errands.attempt(() => dropOldTasks(shared.client, shared.place, settings.now() - leftOverAge), 0)
  errands.rethrow()
  return report
}

/** Hits that a link gave to a user stay as long as the user's: the backstop of retention has to know of them before it takes them. */
async function foldLinks({ client, place }: Appending, { retention, now }: Settings, site: string): Promise<number> {
  if (retention === undefined || !Number.isFinite(retention.anonymous)) return 0
  const { tables, cluster } = place
  const params = createParams()
  const due = `site = ${params.add('String', site)} AND day <= ${params.add('Date', utcDay(now() - retention.anonymous + 2 * day))}`
  const which = `${due} AND NOT known AND user = '' AND session != '' AND session IN (SELECT session FROM ${linksSql(tables, params, site)})`
  const [row] = await client.rows<{ facts: number }>(`SELECT count() AS facts FROM ${tables.facts} WHERE ${which}`, params)
  if (row!.facts === 0) return 0
  await client.command(`ALTER TABLE ${tables.local('facts')}${onCluster(cluster)} UPDATE known = true WHERE ${which}`, params, { ...waited })
  return row!.facts
}

/** They judge only what comes late. */
async function dropOldPrunings({ client, place: { tables, cluster }, now }: Appending, site: string): Promise<number> {
  const params = createParams()
  const which = `site = ${params.add('String', site)} AND at < ${params.add('Int64', now() - pruningAge)}`
  const [row] = await client.rows<{ prunings: number }>(`SELECT count() AS prunings FROM ${tables.prunings} WHERE ${which}`, params)
  if (row!.prunings > 0) await client.command(`ALTER TABLE ${tables.local('prunings')}${onCluster(cluster)} DELETE WHERE ${which}`, params, { ...waited })
  return row!.prunings
}
