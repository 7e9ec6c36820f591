import { Buffer } from 'node:buffer'
import { inspect } from 'node:util'
import { createStorage, type Storage } from 'unstorage'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkStorage } from '../../packages/store/src/checkStorage.ts'
import { createS3Driver, type S3DriverOptions } from '../../packages/store/src/drivers/s3.ts'
import { parseListing } from '../../packages/store/src/drivers/s3Listing.ts'
import { testDriver } from '../contracts/driver.ts'
import { collect } from './collect.ts'
import { startFakeS3, type FakeS3, type S3Fault } from './fakeS3.ts'

let fake: FakeS3
beforeAll(async () => {
  fake = await startFakeS3()
})
afterAll(() => fake.close())
beforeEach(() => {
  fake.objects.clear()
  Object.assign(fake, { requests: [], faults: [], conditional: 'yes', versioning: undefined, ranges: true, urlEncoded: false })
})

const open = (options: Partial<S3DriverOptions> = {}) => createS3Driver({ ...fake.account, endpoint: fake.endpoint, ...options })
const openStorage = async (options: Partial<S3DriverOptions> = {}): Promise<Storage> => createStorage({ driver: await open(options) })
const bytes = Buffer.from('value')

testDriver('s3', () => open())
// Everything that must be encoded in a path, a query, XML or a signature.
testDriver('s3, below a prefix', () => open({ prefix: `a b+&<'"*()?[]!=%2F%é/` }), { keys: 1100 })

describe('s3', () => {
  test('cuts a part out of all of it where the endpoint knows no ranges', async () => {
    fake.ranges = false
    const driver = await open()
    await driver.setItemRaw!('a:b', bytes, {})
    expect([await driver.readPart!('a:b', 1, 3), await driver.readPart!('a:b', 9, 12)]).toEqual([Buffer.from('al'), Buffer.of()])
  })

  test('leaves alone, and does not list, what others keep in the bucket', async () => {
    const storage = await openStorage({ prefix: 'mine/' })
    const others = ['mine', 'minex/a/b', 'other/a/b', 'mine/a b/c', 'mine/a:b/c', 'mine/', 'mine/a//c', 'mine/a/../c', '<x>&']
    for (const name of others) fake.objects.set(name, { bytes, headers: {} })
    await storage.setItemRaw('a:b', bytes)
    expect(await storage.getKeys()).toEqual(['a:b'])
    await storage.removeItem('a:b')
    expect([...fake.objects.keys()]).toEqual(others)
  })

  test('asks for the prefix only, page after page', async () => {
    const storage = await openStorage()
    for (let index = 0; index < 2500; index++) fake.objects.set(`a/b/${index}`, { bytes, headers: {} })
    for (let index = 0; index < 5000; index++) fake.objects.set(`a/c/${index}`, { bytes, headers: {} })
    expect(new Set(await storage.getKeys('a:b')).size).toBe(2500)
    expect(fake.requests).toHaveLength(3)
  })

  test('reads listings whose names are URL-encoded', async () => {
    fake.urlEncoded = true
    const storage = await openStorage({ prefix: 'a b/' })
    await storage.setItemRaw('x:y', bytes)
    expect(await storage.getKeys('x')).toEqual(['x:y'])
  })

  const passing: S3Fault[] = ['slow-down', 'reset', 'conflict', 'slow-down-after', 'reset-after']
  test.each(passing)('goes on after %s, and knows its own write', async (fault) => {
    const storage = await openStorage()
    fake.faults = [fault, fault]
    await storage.setItemRaw('a:b', bytes)
    expect(fake.objects.get('a/b')?.bytes).toEqual(bytes)
    fake.faults = [fault]
    expect(await storage.getItemRaw('a:b')).toEqual(bytes)
    fake.faults = [fault]
    await expect(storage.setItemRaw('a:b', Buffer.from('other'))).rejects.toMatchObject({ code: 'EEXIST' })
    fake.faults = [fault]
    expect(await storage.getKeys('a')).toEqual(['a:b'])
    fake.faults = [fault]
    await storage.removeItem('a:b')
    expect(await storage.hasItem('a:b')).toBe(false)
  })

  test('reads again what broke off', async () => {
    const storage = await openStorage()
    await storage.setItemRaw('a:b', bytes)
    fake.faults = ['half', 'half']
    expect(await storage.getItemRaw('a:b')).toEqual(bytes)
  })

  test('gives up after the retries it has, naming the answer and the remedy', async () => {
    const storage = await openStorage({ retries: 1 })
    fake.faults = Array.from({ length: 10 }, () => 'slow-down' as const)
    await expect(storage.setItemRaw('a:b', bytes)).rejects.toThrow(
      '[treadlight s3] could not write a:b (503 SlowDown as the test & its case ask): it is busy or failing: see its status',
    )
    expect(fake.requests).toHaveLength(2)
  })

  test.each(['setItemRaw', 'getItemRaw', 'getKeys', 'removeItem', 'hasItem'] as const)('%s ends although the endpoint hangs', async (method) => {
    const storage = await openStorage({ timeout: 200 })
    fake.faults = ['hang']
    await expect((storage[method] as (key: string, value: Buffer) => Promise<unknown>)('a:b', bytes)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })

  test('ends in time although the endpoint is busy for ever', async () => {
    const storage = await openStorage({ timeout: 300, retries: 1000 })
    fake.faults = Array.from({ length: 100 }, () => 'slow-down' as const)
    await expect(storage.getItemRaw('a:b')).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })

  test('does not follow to another region, whatever is there', async () => {
    const storage = await openStorage()
    fake.objects.set('a/elsewhere', { bytes, headers: {} })
    fake.faults = ['redirect']
    await expect(storage.getItemRaw('a:b')).rejects.toThrow('correct region and endpoint')
  })

  test('an endpoint without conditional writes is asked once, and written to all the same', async () => {
    fake.conditional = 'not-implemented'
    const driver = await open()
    const storage = createStorage({ driver })
    await storage.setItemRaw('a:b', bytes)
    await storage.setItemRaw('a:c', bytes)
    expect(fake.requests).toEqual(['PUT a/b', 'PUT a/b', 'PUT a/c'])
    expect(driver.exclusive).toBe(false)
  })

  const refusals: [string, Partial<S3DriverOptions>, string][] = [
    ['a wrong secret', { secretAccessKey: 'wrong' }, '(403 SignatureDoesNotMatch as the test & its case ask): correct accessKeyId, secretAccessKey'],
    ['a wrong id', { accessKeyId: 'wrong' }, 'correct accessKeyId, secretAccessKey'],
    ['a wrong region', { region: 'elsewhere-1' }, 'correct region and endpoint'],
    ['a bucket that is not there', { bucket: 'nobodys' }, 'make the bucket, or correct its name'],
    ['a port that fetch refuses', { endpoint: 'http://user:geheim@127.0.0.1:9', retries: 0 }, '(bad port): give endpoint another port: fetch refuses this one'],
    ['nobody there', { endpoint: 'http://user:geheim@127.0.0.1:4599', retries: 0 }, '(ECONNREFUSED): start the server, or correct its address'],
  ]
  test.each(refusals)('%s: every call says so, and none takes it for nothing there', async (_, options, message) => {
    const storage = await openStorage(options)
    const calls = [storage.getItemRaw('a:b'), storage.getKeys(), storage.setItemRaw('a:b', bytes), storage.removeItem('a:b')]
    for (const result of await Promise.allSettled(calls)) {
      expect(result.status).toBe('rejected')
      const text = inspect(result, { depth: 10 })
      expect(text).toContain(message)
      expect(text).not.toContain('geheim')
    }
  })

  test.each([{ bucket: '' }, { bucket: 'a/b' }, { endpoint: 'minio:9000' }, { endpoint: 'nonsense' }])('refuses %o', async (options) => {
    await expect(open(options)).rejects.toThrow(RangeError)
  })

  test.each(['a b', '..', 'a:..:b', 'a//b', 'a?b', 'a*', ''])('refuses the key %j', async (key) => {
    await expect((await open()).setItemRaw!(key, bytes, {})).rejects.toThrow(RangeError)
  })

  test('checkStorage finds it sound, and leaves nothing', async () => {
    const checks = await collect(checkStorage(await openStorage()))
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([['bytes', true], ['write once', true], ['listing', true], ['removal', true], ['latency', true]])
    expect(fake.objects.size).toBe(0)
  })

  test.each([
    ['Enabled', 'warning', 'may be kept as an old version'],
    ['', true, 'what is removed is gone'],
  ] as const)('checks: a bucket whose versioning is %j', async (versioning, ok, detail) => {
    fake.versioning = versioning
    expect(await (await open()).checks!()).toEqual([expect.objectContaining({ ok, detail: expect.stringContaining(detail) })])
  })

  test('checkStorage says that an endpoint overwrites', async () => {
    fake.conditional = 'ignored'
    const checks = await collect(checkStorage(await openStorage(), { keys: 10 }))
    expect(checks.find(({ name }) => name === 'write once')).toMatchObject({ ok: 'warning', detail: expect.stringContaining('not enforced') })
  })
})

describe('parseListing', () => {
  test.each(['', '<html>Sign in to the Wi-Fi</html>', '<Error><Code>X</Code></Error>'])('takes %j for no listing', (xml) => {
    expect(() => parseListing(xml)).toThrow('no listing')
  })

  test('does not take a cut listing for a whole one', () => {
    expect(() => parseListing('<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>')).toThrow('cut off')
  })

  test('decodes what XML escapes', () => {
    const key = '&amp;lt; &#233;&#x1F600;&apos;&unknown;'
    expect(parseListing(`<ListBucketResult><Contents><Key>${key}</Key></Contents></ListBucketResult>`).names).toEqual(["&lt; é😀'&unknown;"])
  })
})
