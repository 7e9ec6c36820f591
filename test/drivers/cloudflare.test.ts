import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { Miniflare } from 'miniflare'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkStorage } from '../../packages/store/src/checkStorage.ts'
import { createCloudflareKvDriver, type KvNamespaceBinding } from '../../packages/store/src/drivers/cloudflareKv.ts'
import { createR2Driver, type R2BucketBinding } from '../../packages/store/src/drivers/r2.ts'
import { testDriver } from '../contracts/driver.ts'
import { collect } from './collect.ts'

let miniflare: Miniflare
let bucket: R2BucketBinding
let namespace: KvNamespaceBinding

beforeAll(async () => {
  const script = 'export default { fetch: () => new Response(null) }'
  miniflare = new Miniflare({ modules: true, script, r2Buckets: ['BUCKET'], kvNamespaces: ['HITS'] })
  bucket = (await miniflare.getR2Bucket('BUCKET')) as unknown as R2BucketBinding
  namespace = (await miniflare.getKVNamespace('HITS')) as unknown as KvNamespaceBinding
})
afterAll(() => miniflare.dispose())

/** Each test has a part of the bucket for itself. */
const part = () => randomBytes(6).toString('hex')
const openR2 = () => createR2Driver({ binding: bucket, prefix: `${part()} *?/` })
const openKv = () => createCloudflareKvDriver({ binding: namespace, base: `${part()}*?`, acceptEventualConsistency: true })

testDriver('r2', async () => openR2(), { keys: 1010 })
testDriver('cloudflare-kv', async () => openKv(), { keys: 1010, exclusive: false, parts: false })

describe('r2', () => {
  test('checkStorage finds it sound', async () => {
    const checks = await collect(checkStorage(createStorage({ driver: openR2() }), { keys: 20 }))
    expect(checks.filter(({ ok }) => ok !== true)).toEqual([])
  })

  test('ends although the binding hangs', async () => {
    const binding = { ...stuck, list: never }
    const driver = createR2Driver({ binding: binding as unknown as R2BucketBinding, timeout: 20 })
    const calls = [driver.getItemRaw!('a:b', {}), driver.getKeys('', {}), driver.setItemRaw!('a:b', Buffer.of(1), {})]
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason: { code: 'ETIMEDOUT' } })
  })

  test('does not take a cut listing for a whole one', async () => {
    const list = async () => ({ objects: [], truncated: true })
    const driver = createR2Driver({ binding: { ...stuck, list } as unknown as R2BucketBinding })
    await expect(driver.getKeys('', {})).rejects.toThrow('could not list')
  })
})

describe('cloudflare-kv', () => {
  test('is refused to those who do not know that it is eventually consistent', () => {
    expect(() => createCloudflareKvDriver({ binding: namespace } as never)).toThrow('choose r2, or set acceptEventualConsistency to true')
  })

  test('checkStorage says what it is worth', async () => {
    const checks = await collect(checkStorage(createStorage({ driver: openKv() }), { keys: 20 }))
    expect(checks.filter(({ ok }) => ok !== true).map(({ name }) => name)).toEqual(['write once', 'cloudflare-kv consistency'])
  })

  test('does not take a cut listing for a whole one', async () => {
    const list = async () => ({ keys: [], list_complete: false })
    const driver = createCloudflareKvDriver({ binding: { ...stuck, list } as unknown as KvNamespaceBinding, acceptEventualConsistency: true })
    await expect(driver.getKeys('', {})).rejects.toThrow('cut off')
  })
})

const never = () => new Promise<never>(() => undefined)
const stuck = { put: never, get: never, head: never, delete: never }
