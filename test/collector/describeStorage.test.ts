import type { Durability } from '@treadlight/store'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describePlace, describePromise } from '../../packages/collector/src/describeStorage.ts'
import { createSecretHider } from '../../packages/collector/src/hideSecrets.ts'
import { createConfiguredLog } from '../../packages/collector/src/log.ts'
import { createProgress, formatBytes } from '../../packages/collector/src/progress.ts'
import { ConfigError } from '../../packages/collector/src/settings.ts'
import type { StorageSettings } from '../../packages/collector/src/storageSettings.ts'

const store = { type: 'storage', path: './hits.ndjson' } as const

describe('where the hits are and what a 201 is worth, without secrets', () => {
  test.each<[StorageSettings, Durability, string, string]>([
    [{ driver: 'fs', base: './data' }, 'synced', 'folder ./data', 'a hit answered 201 is on disk (synced)'],
    [{ driver: 'fs', base: './data', sync: false }, 'volatile', 'folder ./data', 'without fsync a power failure may take the last hits (volatile)'],
    [{ driver: 'memory' }, 'volatile', 'memory', 'hits are gone when the process ends (volatile)'],
    [{ driver: 'sqlite', path: '/x.sqlite' }, 'synced', 'sqlite file /x.sqlite', 'a hit answered 201 is on disk (synced)'],
    [{ driver: 'redis' }, 'acknowledged', 'redis localhost:6379/0, keys treadlight', 'appendfsync is always: see treadlight doctor (acknowledged)'],
    [{ driver: 'redis' }, 'volatile', 'redis localhost:6379/0, keys treadlight', 'a hit answered 201 may be lost all the same: see treadlight doctor (volatile)'],
    [{ driver: 'redis', url: 'rediss://me:hunter2@r:1/2?password=hunter2' }, 'acknowledged', 'redis r:1/2, keys treadlight', 'acknowledged'],
    [{ driver: 'redis', url: 'redis://r:1', db: 3 }, 'acknowledged', 'redis r:1/3, keys treadlight', ''],
    [{ driver: 'redis', url: 'redis://r:1/2', db: 3 }, 'acknowledged', 'redis r:1/2, keys treadlight', ''],
    [{ driver: 'redis', cluster: [{ host: 'a', port: 1 }, { host: 'b', port: 2 }], password: 'hunter2' }, 'acknowledged', 'redis a:1, b:2, keys treadlight', ''],
    [{ driver: 'postgres', url: 'postgres://me:hunter2@db:5432/shop', table: 'hits' }, 'acknowledged', 'postgres db:5432/shop, table hits', 'committed'],
    [{ driver: 'postgres', host: 'db', database: 'shop', password: 'hunter2' }, 'acknowledged', 'postgres db:5432/shop, table treadlight_values', 'committed'],
    [{ driver: 'postgres', url: 'hunter2' }, 'acknowledged', 'postgres at an address that is no URL, table treadlight_values', ''],
    [{ driver: 's3', bucket: 'b', secretAccessKey: 'hunter2' }, 'acknowledged', 's3 bucket b at us-east-1', 'confirmed by the bucket (acknowledged)'],
    [{ driver: 's3', bucket: 'b', prefix: 'p/', endpoint: 'https://me:hunter2@minio:9000' }, 'acknowledged', 's3 bucket b, prefix p/ at minio:9000', ''],
    [{ driver: 'r2', binding: {} }, 'acknowledged', 'r2 bucket', 'confirmed by the bucket'],
    [{ driver: 'cloudflare-kv', binding: {} }, 'acknowledged', 'cloudflare-kv, keys treadlight', 'up to 60 s'],
  ])('%j', (storage, durability, place, promise) => {
    const said = `${describePlace({ storage, store })}: ${describePromise({ storage, store }, durability)}`
    expect(said).toContain(`${place}: `)
    expect(said).toContain(promise)
    expect(said).not.toContain('hunter2')
  })

  test('a text file', () => {
    const config = { storage: { driver: 'redis' }, store: { type: 'ndjson', path: 'hits.ndjson' } } as const
    expect(`${describePlace(config)}: ${describePromise(config, 'synced')}`).toBe('file hits.ndjson (small values: redis localhost:6379/0, keys treadlight): a hit answered 201 is on disk (synced)')
  })
})

describe('what libraries say is printed without secrets', () => {
  afterEach(() => vi.restoreAllMocks())

  test.each<[StorageSettings, string, string]>([
    [{ driver: 'redis', password: 'hunter2' }, 'AUTH hunter2 failed', 'AUTH *** failed'],
    [{ driver: 'postgres', url: 'postgres://me:hunt%40er2@db/x' }, 'bad password hunt@er2 or hunt%40er2', 'bad password *** or ***'],
    [{ driver: 's3', accessKeyId: 'AKIA42', secretAccessKey: 'shhh', sessionToken: 'tokens' }, 'AKIA42 shhh tokens', '*** *** ***'],
    [{ driver: 'redis', client: { sentinelPassword: 'deep', sentinels: [{ host: 'kept' }] } }, 'deep kept', '*** kept'],
    [{ driver: 'redis', host: 'kept', username: 'kept' }, 'kept', 'kept'],
    [{ driver: 'fs', base: './data' }, 'at redis://me:hunter2@host', 'at redis://***@host'],
    [{ driver: 'redis', url: 'redis://127.0.0.1:1/0' }, 'connect to redis://127.0.0.1:1/0', 'connect to redis://127.0.0.1:1/0'],
    [{ driver: 'postgres', url: 'postgres://me:hunter2@db:5432/x' }, 'postgres://me:hunter2@db:5432/x: hunter2', 'postgres://***@db:5432/x: ***'],
    [{ driver: 'postgres', url: 'postgres://db/x?user=me&password=hunt%40er2&sslmode=require' }, 'at db/x: hunt@er2', 'at db/x: ***'],
    [{ driver: 'redis', url: 'redis://:my pass word@host:1' }, 'redis://:my pass word@host:1', 'redis://***@host:1'],
    [{ driver: 'redis', url: 'redis://:pa/ss:w@rd@host:1' }, 'pa/ss:w@rd at host:1', '*** at host:1'],
    [{ driver: 'redis', url: 'hunter2' }, 'no host hunter2', 'no host ***'],
    [{ driver: 'redis', url: 'me:hunter2@host:1' }, 'no host me:hunter2@host:1', 'no host ***'],
    [{ driver: 'constructor', url: 'kept' }, 'kept', 'kept'],
    [{ driver: 'redis', password: 'a' }, 'a small matter', 'a small matter'],
  ])('%j', (storage, text, shown) => {
    expect(createSecretHider(storage)(text)).toBe(shown)
  })

  test('in the log too, with the causes of errors', () => {
    const lines: unknown[] = []
    vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
    const log = createConfiguredLog({ log: 'text', storage: { driver: 'redis', password: 'hunter2' } }).error
    log(new Error('outside', { cause: Object.assign(new Error('inside'), { command: { args: ['hunter2'] } }) }))
    log(new ConfigError('one line'))
    expect(lines[0]).toMatch(/outside[\s\S]*inside/)
    expect(lines.join()).not.toContain('hunter2')
    expect(lines[1]).toBe('treadlight: one line')
  })
})

describe('progress', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    return { written, tty: { isTTY, columns: 40, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream }
  }

  test('is one line on a terminal, as wide as that, and goes away', () => {
    const { written, tty } = stream(true)
    const progress = createProgress(tty)
    progress.show(() => 'x'.repeat(100))
    progress.show(() => 'too soon')
    progress.end()
    expect(written).toEqual([`\r${'x'.repeat(39)}\u001B[K`, '\r\u001B[K'])
  })

  test('is nothing elsewhere', () => {
    const { written, tty } = stream(false)
    const progress = createProgress(tty)
    progress.show(() => 'x')
    progress.end()
    expect(written).toEqual([])
  })

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_999, '1.0 MB'],
    [12_345_678_901, '12.3 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
