import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { banner } from '../../packages/collector/src/commands/serve.ts'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { serve } from '../../packages/collector/src/serve.ts'
import { checkStorage, type Check } from '../../packages/store/src/checkStorage.ts'
import { createRedisDriver, type RedisDriverOptions } from '../../packages/store/src/drivers/redis.ts'
import type { StoreDriver } from '../../packages/store/src/drivers/storeDriver.ts'
import { testDriver } from '../contracts/driver.ts'
import { collect } from '../drivers/collect.ts'
import { startTcpProxy } from './tcpProxy.ts'

const url = process.env['TEST_REDIS_URL'] ?? ''
const cluster = process.env['TEST_REDIS_CLUSTER'] ?? ''
const value = Buffer.from('value')

/** Glob characters in the base must mean nothing. */
const unique = () => `t*?[a]\\${randomBytes(6).toString('hex')}`

async function open(options: RedisDriverOptions = {}): Promise<StoreDriver> {
  const driver = await createRedisDriver({ url, base: unique(), ...options })
  onTestFinished(() => driver.dispose())
  return driver
}

describe.skipIf(url === '')('redis', () => {
  let admin: Redis
  beforeAll(async () => {
    admin = new Redis(url)
    await admin.call('ACL', 'SETUSER', 'counter', 'on', '>geheim', '~*', '+@all', '-config')
  })
  afterAll(() => admin.quit())

  testDriver('redis', () => createRedisDriver({ url, base: unique() }), { parts: false })

  test('lists without a look at what others keep in the database', async () => {
    const base = unique()
    const driver = await open({ base })
    await driver.setItemRaw!('a:b', value, {})
    await admin.mset(Array.from({ length: 500 }, (_, index) => [`${base}-other:${index}`, 'x']).flat())
    expect(await driver.getKeys('', {})).toEqual(['a:b'])
    expect(await admin.smembers(base)).toEqual(['a'])
  })

  test('a user and a password of the URL', async () => {
    const driver = await open({ url: url.replace('//', '//counter:geheim@') })
    await driver.setItemRaw!('a:b', value, {})
    expect(await driver.getItemRaw!('a:b', {})).toEqual(value)
  })

  const refusals: [string, Partial<RedisDriverOptions>, string][] = [
    ['a wrong password', { url: url.replace('//', '//counter:falsch@') }, 'correct username and password'],
    ['nobody there', { url: 'redis://counter:falsch@127.0.0.1:9' }, 'could not connect to redis://***@127.0.0.1:9 (ECONNREFUSED): start the server, or correct its address'],
    ['no such host', { url: 'redis://nobody.invalid' }, 'correct its address'],
    ['a database that the server lacks', { url, db: 99 }, '(ERR DB index is out of range): name a database that the server has, by db or at the end of url'],
    ['such a one in the URL', { url: `${url}/99` }, '(ERR DB index is out of range): name a database that the server has'],
    ['such a one in its query', { url: `${url}?db=99` }, '(ERR DB index is out of range): name a database that the server has'],
    ['such a one, as fast as ioredis can', { url: `${url}/99`, client: { enableReadyCheck: false, disableClientInfo: true } }, '(ERR DB index is out of range)'],
    ['a word for a database', { url: `${url}/abc` }, 'url must end with the number of a database, redis://localhost:6379/0'],
    ['a number and more', { url: `${url}/3x` }, 'url must end with the number of a database'],
    ['a negative number', { url: `${url}/-1` }, 'url must end with the number of a database'],
    ['a word in the query', { url: `${url}?db=abc` }, 'db must be the number of a database'],
    ['a word in options', { url, client: { db: 'abc' } }, 'db must be the number of a database'],
    ['no number', { url, db: Number.NaN }, 'db must be the number of a database'],
    ['a database of a cluster', { cluster: [{ host: '127.0.0.1', port: 9 }], db: 3 }, 'a cluster has database 0 only'],
  ]
  test.each(refusals)('%s: says so at once, and tells no secret', async (_, options, message) => {
    const error = await createRedisDriver(options).catch((error: unknown) => error)
    expect((error as Error).message).toContain(message)
    expect(inspect(error, { depth: 10 })).not.toContain('falsch')
  })

  const databases: [Partial<RedisDriverOptions>, number][] = [
    [{ url: `${url}/3` }, 3],
    [{ url: `${url}/3`, db: 4 }, 3],
    [{ url, db: 4 }, 4],
    [{ url: `${url}/` }, 0],
    [{ host: '127.0.0.1', port: Number(new URL(url || 'redis://x:1').port), db: 5 }, 5],
  ]
  test.each(databases)('%j is database %i', async (options, db) => {
    const base = unique()
    const driver = await createRedisDriver({ ...options, base })
    onTestFinished(() => driver.dispose())
    await driver.setItemRaw!('a:b', value, {})
    const there = new Redis(url, { db })
    expect(await there.smembers(base)).toEqual(['a'])
    await there.quit()
  })

  test('a database that it is not let into again: fails after a lost connection, and never takes another', async () => {
    const base = unique()
    await admin.call('ACL', 'SETUSER', 'chooser', 'on', '>geheim', '~*', '+@all')
    const proxy = await startTcpProxy(Number(new URL(url).port))
    const driver = await open({ url: `redis://chooser:geheim@127.0.0.1:${proxy.port}/7`, base })
    await driver.setItemRaw!('a:b', value, {})
    await admin.call('ACL', 'SETUSER', 'chooser', '-select')
    proxy.drop()
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(driver.setItemRaw!(`c:${attempt}`, value, {})).rejects.toThrow(/could not write|the connection was lost/)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await expect(driver.setItemRaw!('c:d', value, {})).rejects.toThrow(/NOPERM.*allow its user the commands SELECT/)
    expect(await admin.exists(base)).toBe(0)
    await admin.call('ACL', 'SETUSER', 'chooser', '+select')
    const storage = createStorage({ driver })
    await expect.poll(() => storage.setItemRaw('e:f', value).then(() => 'stored', () => 'refused'), { timeout: 10_000 }).toBe('stored')
    expect(await driver.getItemRaw!('a:b', {})).toEqual(value)
    expect(await admin.exists(base)).toBe(0)
  })

  test('another application’s value under our name: says so, and tells no value', async () => {
    const base = unique()
    await admin.set(`${base}:a`, 'theirs')
    const driver = await open({ base })
    const error = await createStorage({ driver }).setItemRaw('a:b', Buffer.from('a visitor')).catch((error: unknown) => error)
    expect((error as Error).message).toContain('another application uses this name: choose another base')
    expect((error as { code?: string }).code).not.toBe('EEXIST')
    expect(inspect(error, { depth: 10 })).not.toContain('a visitor')
    expect(inspect(error, { depth: 10 })).not.toContain(Buffer.from('a visitor').toString('hex').slice(0, 8))
  })

  test('a lost connection fails what was under way, and is made anew', async () => {
    const proxy = await startTcpProxy(Number(new URL(url).port))
    const driver = await open({ url: `redis://127.0.0.1:${proxy.port}` })
    proxy.mute()
    const write = driver.setItemRaw!('a:b', value, {})
    setTimeout(() => {
      proxy.heal()
      proxy.drop()
    }, 100)
    // It has taken effect; whoever asks is not told that somebody else was first.
    await expect(write).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await driver.getItemRaw!('a:b', {})).toEqual(value)
  })

  test('ends although the server hangs', async () => {
    const proxy = await startTcpProxy(Number(new URL(url).port))
    const driver = await open({ url: `redis://127.0.0.1:${proxy.port}`, timeout: 200 })
    proxy.hang()
    const calls = [driver.setItemRaw!('a:b', value, {}), driver.getItemRaw!('a:b', {}), driver.getKeys('', {}), driver.removeItem!('a:b', {})]
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason: { code: 'ETIMEDOUT' } })
    await expect(createRedisDriver({ url: `redis://127.0.0.1:${proxy.port}`, timeout: 200 })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })

  const settings: [string, [string, string][], string, Check['ok']][] = [
    ['redis persistence', [], 'appendfsync always: a hit answered 201 is on the server’s disk', true],
    ['redis persistence', [['appendfsync', 'everysec']], 'loses up to a second of hits', 'warning'],
    ['redis persistence', [['appendonly', 'no']], 'in memory only until the next snapshot', 'warning'],
    ['redis eviction', [], 'refused, not deleted', true],
    ['redis eviction', [['maxmemory', '1gb'], ['maxmemory-policy', 'allkeys-lru']], 'deletes hits without a word', false],
  ]
  test.each(settings)('checks: %s with %j says %s', async (name, changes, detail, ok) => {
    const before: [string, string][] = [['appendonly', 'yes'], ['appendfsync', 'always'], ['maxmemory', '0'], ['maxmemory-policy', 'noeviction']]
    onTestFinished(async () => {
      for (const [setting, to] of before) await admin.config('SET', setting, to)
    })
    for (const [setting, to] of changes) await admin.config('SET', setting, to)
    const checks = await (await open()).checks!()
    expect(checks.find((check) => check.name === name)).toMatchObject({ ok, detail: expect.stringContaining(detail) })
  })

  test('checks: says what a server keeps to itself', async () => {
    const driver = await open({ url: url.replace('//', '//counter:geheim@') })
    const [persistence] = await driver.checks!()
    expect(persistence).toMatchObject({ ok: 'warning', detail: expect.stringContaining('the server does not say how often it syncs') })
  })

  test('a collector on a server that evicts hits says so when it starts, and promises nothing', async () => {
    onTestFinished(async () => {
      for (const [setting, to] of [['maxmemory', '0'], ['maxmemory-policy', 'noeviction']] as const) await admin.config('SET', setting, to)
    })
    const start = async () => {
      const config = await loadConfig({ env: { TREADLIGHT_STORAGE_DRIVER: 'redis', TREADLIGHT_STORAGE_URL: url, TREADLIGHT_STORAGE_BASE: unique(), PORT: '0' }, folder: '/' })
      const running = await serve({ config })
      onTestFinished(() => running.close())
      return { said: banner(running, config), health: await (await fetch(`${running.url}/api/health`)).json() }
    }
    const sound = await start()
    expect(sound.said).not.toContain('✗')
    expect(sound.health).toMatchObject({ durability: 'acknowledged' })
    await admin.config('SET', 'maxmemory', '1gb')
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const evicting = await start()
    expect(evicting.said).toMatch(/✗ redis eviction: maxmemory 1073741824, maxmemory-policy allkeys-lru: when memory is short the server deletes hits without a word\n {4}→ set maxmemory-policy noeviction\n/)
    expect(evicting.said).toContain('a hit answered 201 may be lost all the same: see treadlight doctor (volatile)')
    expect(evicting.health).toMatchObject({ durability: 'volatile' })
  })

  test('checkStorage finds it sound', async () => {
    const checks = await collect(checkStorage(createStorage({ driver: await open() })))
    expect(checks.filter(({ ok }) => ok !== true)).toEqual([])
    expect(checks).toHaveLength(7)
  })
})

describe.skipIf(cluster === '')('redis cluster', () => {
  const [host = '', port = ''] = cluster.split(':')
  const node = { host, port: Number(port) }

  beforeAll(async () => {
    const admin = new Redis(node)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 50))
    await admin.quit()
  })

  testDriver('redis, cluster', () => createRedisDriver({ cluster: [node], base: unique(), timeout: 5000 }), { parts: false })

  test('nobody there', async () => {
    await expect(createRedisDriver({ cluster: [{ host: '127.0.0.1', port: 9 }], timeout: 2000 })).rejects.toThrow('could not connect to 127.0.0.1:9')
  })
})
