import { randomBytes } from 'node:crypto'
import type { SqlClient } from './client.ts'
import { createParams, type Params } from './params.ts'
import { inParts, type HitName } from './readFacts.ts'
import { onCluster, type SchemaPlace } from './schema.ts'

/** What deletes: every statement is waited for until all replicas have done it. */
export const waited = {
  mutations_sync: '2',
  alter_sync: '2',
  // What is doomed is the same on every replica, and stays as it is until it is deleted.
  allow_nondeterministic_mutations: 1,
} as const

/** A deletion: what it takes is written down first, since the same statement runs on every part and replica. */
export interface Deletion {
  /** Some hits. */
  addHits(site: string, hits: readonly HitName[]): Promise<void>
  /** The hits that a subquery of `day` and `id` answers. */
  addSelected(site: string, params: Params, sql: string): Promise<void>
  /** How many hits there are to delete. */
  count(): Promise<number>
  /**
   * Deletes their facts, all or those of a condition. Whoever has derived something of these days learns of it before and after.
   * @param also rows of the site that go as well, as a condition
   */
  run(site: string, options?: { params?: Params; only?: string; also?: string }): Promise<void>
}

/** @param now ms since 1970: what is left behind by a process that was killed is told by it */
export function createDeletion(client: SqlClient, place: SchemaPlace, now: number): Deletion {
  const { tables, cluster } = place
  const task = `${now}-${randomBytes(8).toString('hex')}`

  return {
    async addHits(site, hits) {
      for (const some of inParts(hits)) await client.insert(tables.doomed, some.map(({ day, id }) => ({ task, site, day, id })))
    },
    async addSelected(site, params, sql) {
      const values = `${params.add('String', task)} AS task, ${params.add('String', site)} AS site, day, id`
      await client.command(`INSERT INTO ${tables.doomed} (task, site, day, id) SELECT ${values} FROM (${sql})`, params, { distributed_foreground_insert: 1 })
    },
    async count() {
      const params = createParams()
      const [row] = await client.rows<{ hits: number }>(`SELECT count() AS hits FROM ${tables.doomed} WHERE task = ${params.add('String', task)}`, params)
      return row!.hits
    },
    async run(site, { params = createParams(), only, also } = {}) {
      await changeDays(site)
      const which = `(day, id) IN (SELECT day, id FROM ${tables.local('doomed')} WHERE task = ${params.add('String', task)})`
      const hits = only === undefined ? which : `${which} AND ${only}`
      const where = `site = ${params.add('String', site)} AND (${hits}${also === undefined ? '' : ` OR ${also}`})`
      await client.command(`ALTER TABLE ${tables.local('facts')}${onCluster(cluster)} DELETE WHERE ${where}`, params, { ...waited })
      await changeDays(site)
      await dropTask(client, place, task)
    },
  }

  /** So that nothing that was derived of the days counts any more, whether it was made before or meanwhile. */
  async function changeDays(site: string): Promise<void> {
    const params = createParams()
    const sql = `INSERT INTO ${tables.dayState} (site, day, inserted, checksum)
      SELECT site, day, 1 AS inserted, sum(rand64()) AS checksum FROM ${tables.doomed}
      WHERE task = ${params.add('String', task)} AND site = ${params.add('String', site)} GROUP BY site, day`
    await client.command(sql, params, { distributed_foreground_insert: 1 })
  }
}

/** Forgets what a task was to delete. */
async function dropTask(client: SqlClient, { tables, cluster }: SchemaPlace, task: string): Promise<void> {
  // No parameter may stand here; a task is digits, and a name of ours.
  if (!/^\d+-[0-9a-f]+$/.test(task)) return
  await client.command(`ALTER TABLE ${tables.local('doomed')}${onCluster(cluster)} DROP PARTITION '${task}'`, createParams(), { alter_sync: '2' })
}

/** Forgets what processes that were killed were to delete: prunings and erasures find it anew. @param before ms since 1970 */
export async function dropOldTasks(client: SqlClient, place: SchemaPlace, before: number): Promise<number> {
  const rows = await client.rows<{ task: string }>(`SELECT DISTINCT task FROM ${place.tables.doomed}`)
  const old = rows.filter(({ task }) => Number.parseInt(task, 10) < before)
  for (const { task } of old) await dropTask(client, place, task)
  return old.length
}
