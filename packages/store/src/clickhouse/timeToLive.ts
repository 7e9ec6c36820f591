import type { RetentionPolicy } from '../store.ts'
import type { SqlClient } from './client.ts'
import { onCluster, type SchemaPlace } from './schema.ts'

const day = 86_400_000
/** Days by which the backstop is later than prunings. A home day ends up to a day behind the moments that it is of. */
const later = 7

/** When ClickHouse deletes by itself, as `MODIFY TTL` takes it; '' for never. @param retention ages in ms */
export function timeToLive(retention: Pick<RetentionPolicy, 'anonymous' | 'authenticated'> | undefined): string {
  if (retention === undefined) return ''
  const rules: [age: number, which: string][] = [
    [retention.anonymous, 'NOT known'],
    [retention.authenticated, 'known'],
  ]
  const days = rules.flatMap(([age, which]) => (Number.isFinite(age) ? [`day + toIntervalDay(${Math.ceil(age / day) + later}) DELETE WHERE ${which}`] : []))
  return days.join(', ')
}

/** Has ClickHouse delete what prunings should have deleted long ago. Changes nothing where that is said already. */
export async function setRetention(client: SqlClient, { tables, cluster }: SchemaPlace, retention: Pick<RetentionPolicy, 'anonymous' | 'authenticated'> | undefined): Promise<void> {
  const wanted = timeToLive(retention)
  const [row] = await client.rows<{ said: string }>(`SELECT create_table_query AS said FROM system.tables WHERE concat('\`', database, '\`.', name) = '${tables.local('facts')}'`)
  const said = /\bTTL (.*?)(?: SETTINGS |$)/s.exec(row?.said ?? '')?.[1] ?? ''
  if (squeeze(said) === squeeze(wanted.replaceAll(' DELETE WHERE', ' WHERE'))) return
  const change = wanted === '' ? 'REMOVE TTL' : `MODIFY TTL ${wanted}`
  // What lies there already goes with the next merges, not in a rewrite of everything.
  await client.command(`ALTER TABLE ${tables.local('facts')}${onCluster(cluster)} ${change}`, undefined, { materialize_ttl_after_modify: 0 })
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
