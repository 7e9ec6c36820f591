import { missingPeer } from '../importPeer.ts'
import { createSqlClient, type SqlClient } from './client.ts'
import type { ResolvedClickhouseOptions } from './options.ts'

/**
 * What statements are asked through: the client that was passed, or one of our own.
 * @throws Error naming what to install
 */
export async function openClient({ url, client, username, password, cluster, name, timeout, longTimeout }: ResolvedClickhouseOptions): Promise<SqlClient> {
  const shared = { name, cluster, timeout, longTimeout }
  if (client !== undefined) return createSqlClient({ ...shared, client })
  const { createClient } = await import('@clickhouse/client').catch(missingPeer('clickhouse', '@clickhouse/client', 'store.type'))
  const own = createClient({
    url: url!,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    application: 'treadlight',
    // Each statement has its own limit, which is sooner.
    request_timeout: longTimeout,
    compression: { request: true, response: true },
    // What goes wrong is thrown, and said by whoever catches it.
    log: { level: 127 },
  })
  return createSqlClient({ ...shared, client: own, owned: true })
}
