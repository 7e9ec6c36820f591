import type { SqlClient } from './client.ts'
import type { Tables } from './tables.ts'

/** The sites that have something in the tables, also if only something that is said about hits. */
export async function findSites(client: SqlClient, tables: Tables): Promise<string[]> {
  const kept = (['dayState', 'links', 'erasures', 'prunings'] as const).map((table) => `SELECT DISTINCT toString(site) AS site FROM ${tables[table]}`)
  const rows = await client.rows<{ site: string }>(`SELECT DISTINCT site FROM (${kept.join(' UNION ALL ')}) ORDER BY site`)
  return rows.map(({ site }) => site)
}
