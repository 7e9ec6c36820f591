import type { Check } from '../checkStorage.ts'
import type { RedisClient } from './redisClient.ts'

interface RedisSettings {
  appendonly: boolean
  /** '' where the server keeps it to itself. */
  appendfsync: string
  /** Bytes, 0 for no limit. */
  maxmemory: number
  policy: string
}

/** What a 201 is worth on this server. */
export async function checkRedis(client: Pick<RedisClient, 'call' | 'info'>): Promise<Check[]> {
  const settings = await readSettings(client)
  return [checkPersistence(settings), checkEviction(settings)]
}

function checkPersistence({ appendonly, appendfsync }: RedisSettings): Check {
  const name = 'redis persistence'
  const setting = `appendonly ${appendonly ? 'yes' : 'no'}${appendfsync && `, appendfsync ${appendfsync}`}`
  if (!appendonly) {
    const detail = `${setting}: a hit answered 201 is in memory only until the next snapshot, if there is one; a crash of the server loses it`
    return { name, ok: 'warning', detail, remedy: 'set appendonly yes and appendfsync always' }
  }
  if (appendfsync === 'always') return { name, ok: true, detail: `${setting}: a hit answered 201 is on the server’s disk` }
  const detail = {
    everysec: 'a crash of the machine loses up to a second of hits that were answered 201, one of the server alone none',
    no: 'the operating system decides when hits reach the disk: a crash of the machine may lose half a minute of them',
  }[appendfsync]
  return { name, ok: 'warning', detail: `${setting}: ${detail ?? 'the server does not say how often it syncs'}`, remedy: 'set appendfsync always' }
}

function checkEviction({ maxmemory, policy }: RedisSettings): Check {
  const name = 'redis eviction'
  const setting = `maxmemory ${maxmemory}, maxmemory-policy ${policy || 'unknown'}`
  if (policy.startsWith('allkeys')) {
    const ok = maxmemory === 0 ? 'warning' : false
    return { name, ok, detail: `${setting}: when memory is short the server deletes hits without a word`, remedy: 'set maxmemory-policy noeviction' }
  }
  if (policy === '') return { name, ok: 'warning', detail: 'the server does not tell its maxmemory-policy', remedy: 'make sure that it is noeviction' }
  // Our keys have no time to live, so the volatile policies spare them.
  return { name, ok: true, detail: `${setting}: when memory is short hits are refused, not deleted` }
}

async function readSettings(client: Pick<RedisClient, 'call' | 'info'>): Promise<RedisSettings> {
  const [config, info] = await Promise.all([readConfig(client), client.info()])
  return {
    appendonly: info.includes('aof_enabled:1'),
    appendfsync: config.get('appendfsync') ?? '',
    maxmemory: Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0),
    policy: /^maxmemory_policy:([\w-]+)/m.exec(info)?.[1] ?? '',
  }
}

/** Empty where CONFIG is forbidden, as on hosted servers. */
async function readConfig(client: Pick<RedisClient, 'call'>): Promise<Map<string, string>> {
  try {
    const [name, value] = (await client.call('CONFIG', 'GET', 'appendfsync')) as string[]
    return new Map(name === undefined || value === undefined ? [] : [[name, value]])
  } catch {
    return new Map()
  }
}
