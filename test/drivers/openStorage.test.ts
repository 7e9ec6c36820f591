import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createStorage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkStorage, type Check } from '../../packages/store/src/checkStorage.ts'
import { createDriverError, redact } from '../../packages/store/src/drivers/driverError.ts'
import { createLimit } from '../../packages/store/src/drivers/limit.ts'
import { withTimeout } from '../../packages/store/src/drivers/timeLimit.ts'
import { missingPeer } from '../../packages/store/src/importPeer.ts'
import { openStorage, type StorageConfig } from '../../packages/store/src/openStorage.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { collect } from './collect.ts'

const hasSqlite = Boolean(process.getBuiltinModule?.('node:sqlite'))
const s3 = { driver: 's3', bucket: 'b', accessKeyId: 'i', secretAccessKey: 's', endpoint: 'http://127.0.0.1:9' } as const
const r2 = { put: async () => null } as never

describe('openStorage', () => {
  const refused: [string, unknown, string][] = [
    ['no such driver', { driver: 'redi' }, 'unknown storage driver "redi": choose fs, memory, redis, postgres, sqlite, s3, r2 or cloudflare-kv'],
    ['a name that every object has', { driver: 'toString' }, 'unknown storage driver "toString"'],
    ['no driver', {}, 'unknown storage driver undefined'],
    ['KV by accident', { driver: 'cloudflare-kv', binding: {} }, 'choose r2, or set acceptEventualConsistency to true'],
    ['a Redis that is not there', { driver: 'redis', url: 'redis://127.0.0.1:9' }, 'could not connect to redis://127.0.0.1:9 (ECONNREFUSED): start the server'],
    ['a table that is none', { driver: 'postgres', url: 'postgres://127.0.0.1:9/x', table: 'a b' }, 'table "a b" must match'],
    ['a bucket that is none', { ...s3, bucket: '' }, '"" is no name of a bucket'],
  ]
  test.each(refused)('refuses %s', async (_, config, message) => {
    await expect(openStorage(config as StorageConfig)).rejects.toThrow(message)
  })

  test.skipIf(hasSqlite)('sqlite says which Node it needs, and makes no file', async () => {
    const path = join(await createTemporaryDirectory(), 'hits.sqlite')
    await expect(openStorage({ driver: 'sqlite', path })).rejects.toThrow(/^\[treadlight store\] storage driver sqlite needs Node 22\.5 or later.*: upgrade Node, or choose fs$/)
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  const durabilities: [StorageConfig, string][] = [
    [{ driver: 'memory' }, 'volatile'],
    [s3, 'acknowledged'],
    [{ driver: 'r2', binding: r2 }, 'acknowledged'],
    [{ driver: 'cloudflare-kv', binding: r2, acceptEventualConsistency: true }, 'acknowledged'],
  ]
  test.each(durabilities)('%o', async (config, durability) => {
    expect((await openStorage(config)).durability).toBe(durability)
  })
})

describe('a client library', () => {
  test('that is not installed: one line says what to install', async () => {
    const library = 'no-such-library'
    const error = await import(/* @vite-ignore */ library).catch(missingPeer('redis', library)).catch((error: unknown) => error)
    expect((error as Error).message).toBe('[treadlight store] storage driver redis needs no-such-library: npm install no-such-library')
    expect((error as Error).cause).toBeInstanceOf(Error)
  })

  test('that does not load is another matter', () => {
    expect(() => missingPeer('redis', 'ioredis')(new TypeError('broken'))).toThrow('cannot load ioredis, install it anew: npm install ioredis')
  })
})

describe('errors', () => {
  test.each([
    ['redis://me:secret@host:1/0', 'redis://***@host:1/0'],
    ['at postgres://me:p@ss/w:rd@host/db?x=1 now', 'at postgres://***@host/db?x=1 now'],
    ['postgres://host/db?sslmode=require&password=secret&x=1', 'postgres://host/db?sslmode=require&password=***&x=1'],
    ['https://host/path', 'https://host/path'],
  ])('%s becomes %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  test('never pass for an existing value', () => {
    const cause = Object.assign(new Error('EEXIST: mkdir'), { code: 'EEXIST' })
    const error = createDriverError({ driver: 'x', action: 'write', cause, remedy: 'y' })
    expect(error).not.toHaveProperty('code')
    expect(error.cause).toBe(cause)
  })

  test('hold no arguments of a command', () => {
    const cause = Object.assign(new Error('ERR'), { command: { name: 'auth', args: ['secret'] } })
    expect(createDriverError({ driver: 'x', action: 'write', cause, remedy: 'y' }).cause).not.toHaveProperty('command')
  })
})

describe('createLimit', () => {
  test('runs so many at once, in order, whatever fails', async () => {
    const limited = createLimit(3)
    const begun: number[] = []
    let running = 0
    let most = 0
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        limited(async () => {
          begun.push(index)
          most = Math.max(most, ++running)
          await sleep(index % 4)
          running--
          if (index % 5 === 0) throw new Error('no')
          return index
        }),
      ),
    )
    expect(most).toBe(3)
    expect(begun).toEqual(begun.toSorted((a, b) => a - b))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(4)
    expect(await limited(async () => 'free')).toBe('free')
  })
})

describe('withTimeout', () => {
  test('ends what hangs, and leaves the rest alone', async () => {
    await expect(withTimeout(new Promise(() => undefined), 10)).rejects.toMatchObject({ code: 'ETIMEDOUT', message: 'no answer within 10 ms' })
    expect(await withTimeout(Promise.resolve(1), 10)).toBe(1)
    await expect(withTimeout(Promise.reject(new Error('own')), 10)).rejects.toThrow('own')
  })
})

describe('checkStorage', () => {
  const states = (checks: Check[]) => checks.map(({ name, ok }) => [name, ok])

  test('fs: all is well, and nothing is left', async () => {
    const { storage } = await openStorage({ driver: 'fs', base: await createTemporaryDirectory() })
    onTestFinished(() => storage.dispose())
    const checks = await collect(checkStorage(storage))
    expect(states(checks)).toEqual([
      ['bytes', true],
      ['write once', true],
      ['listing', true],
      ['removal', true],
      ['latency', true],
      ['fs hard links', true],
      ['fs free space', expect.anything()],
      ['fs sync', true],
    ])
    expect(await storage.getKeys()).toEqual([])
  })

  test('fs without sync: says what it costs', async () => {
    const { storage } = await openStorage({ driver: 'fs', base: await createTemporaryDirectory(), sync: false })
    const checks = await collect(checkStorage(storage, { keys: 10 }))
    expect(checks.find(({ name }) => name === 'fs sync')).toMatchObject({ ok: 'warning', detail: expect.stringContaining('power failure') })
  })

  test('memory: a second write is not refused', async () => {
    const checks = await collect(checkStorage((await openStorage({ driver: 'memory' })).storage))
    expect(states(checks)).toEqual([['bytes', true], ['write once', 'warning'], ['listing', true], ['removal', true], ['latency', true]])
  })

  test('tidies up although nobody asks for the rest', async () => {
    const storage = createStorage()
    for await (const { name } of checkStorage(storage)) if (name === 'listing') break
    expect(await storage.getKeys()).toEqual([])
  })

  // unstorage's own drivers have had each of these.
  const faults: [string, string, Partial<ReturnType<typeof memoryDriver>>][] = [
    ['bytes', 'comes back as other bytes', { getItemRaw: (key) => (key.endsWith('every-byte') ? Buffer.from('text') : memory.getItemRaw!(key, {})) }],
    ['bytes', 'cannot be read after its write', { getItemRaw: () => null }],
    ['listing', 'of 1050 values are missing', { getKeys: async () => (await memory.getKeys('', {})).slice(0, 1000) }],
    ['removal', 'can still be read or listed', { removeItem: () => undefined }],
    ['latency', 'no space', { setItemRaw: () => Promise.reject(new Error('no space')) }],
  ]
  const memory = memoryDriver()
  test.each(faults)('finds a driver with bad %s: %s', async (name, detail, fault) => {
    await memory.clear!('', {})
    const checks = await collect(checkStorage(createStorage({ driver: { ...memory, ...fault } })))
    expect(checks.find((check) => check.name === name)).toMatchObject({ ok: false, detail: expect.stringContaining(detail) })
  })
})
