import type { Check } from '../checkStorage.ts'
import type { PostgresQuery } from './postgresPool.ts'

/** What a 201 is worth on this server. */
export async function checkPostgres(query: PostgresQuery): Promise<Check[]> {
  const sql = 'SELECT name, setting FROM pg_settings WHERE name = ANY($1)'
  const { rows } = await query<{ name: string; setting: string }>(sql, [['fsync', 'synchronous_commit', 'full_page_writes']])
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
  return [checkSync(settings), checkCommit(settings.get('synchronous_commit') ?? 'unknown')]
}

function checkSync(settings: ReadonlyMap<string, string>): Check {
  const off = ['fsync', 'full_page_writes'].filter((setting) => settings.get(setting) !== 'on')
  if (off.length === 0) return { name: 'postgres fsync', ok: true, detail: 'fsync on, full_page_writes on' }
  const detail = `${off.join(' and ')} off: a crash of the machine may destroy the whole database`
  return { name: 'postgres fsync', ok: false, detail, remedy: `set ${off.map((setting) => `${setting} = on`).join(', ')}` }
}

function checkCommit(setting: string): Check {
  const name = 'postgres commit'
  const detail = `synchronous_commit ${setting}`
  if (setting !== 'off') return { name, ok: true, detail: `${detail}: a hit answered 201 is on the server’s disk` }
  return {
    name,
    ok: 'warning',
    detail: `${detail}: a crash of the server loses up to a second of hits that were answered 201`,
    remedy: 'ALTER ROLE … SET synchronous_commit = on, for its user',
  }
}
