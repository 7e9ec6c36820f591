import { createStore, createValues, verifyStorage, type VerifyOptions } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { createStorage, type Storage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { hitOf } from '../collector/runCli.ts'

const day = 86_400_000
let storage: Storage
let now: number
let nonce: number
beforeEach(() => {
  storage = createStorage()
  now = Date.now() - 5 * day
  nonce = 0
})

const verify = (options: VerifyOptions = {}) => verifyStorage(storage, { now: () => now, ...options })
const open = () => createStore({ storage, durability: 'volatile', now: () => now, nonce: () => (nonce++).toString(16).padStart(12, '0') })

/** Values of every kind: batches, segments, manifests, links, erasures, prunings, and those of the collector. */
async function fill(): Promise<void> {
  const store = await open()
  await store.append([hitOf(8, { session: 's' }), hitOf(8, { user: 'ada' }), hitOf(7, { visitor: 'w', title: 'ü' }), hitOf(9)])
  await store.identify({ site: 'default', session: 's', user: 'bob', time: now })
  await store.erase({ site: 'default', visitor: 'w' })
  await store.prune({ anonymous: 3.5 * day, authenticated: 100 * day })
  now += 3_600_000
  await store.maintain()
  await store.append([hitOf(4)])
  await store.append([hitOf(3), hitOf(2)])
  await store.close()
  const values = createValues(storage)
  await values.create('default:salt:2026-11-21:00', 'salt')
  await values.create('account:admin:000000', 'hash')
  await values.create('login:00', '{}')
  now += day
}

const bytesOf = async (key: string): Promise<Buffer> => Buffer.from((await storage.getItemRaw(key)) as Uint8Array)

test('what was written is whole, whatever it is', async () => {
  await fill()
  const keys = await storage.getKeys()
  const kinds = new Set(keys.map((key) => key.split(':').slice(0, 2).join(':')))
  for (const kind of ['batch', 'manifest', 'segment', 'link', 'erasure', 'pruning', 'salt']) expect(kinds).toContain(`default:${kind}`)
  const seen: number[] = []
  const report = await verify({ progress: ({ values, total }) => seen.push(values / total) })
  expect(report).toMatchObject({ values: keys.length, problems: [], foreign: [] })
  expect(report.bytes).toBe((await Promise.all(keys.map(bytesOf))).reduce((sum, { length }) => sum + length, 0))
  expect(seen).toHaveLength(keys.length)
  expect(seen.at(-1)).toBe(1)
  expect((await storage.getKeys()).toSorted()).toEqual(keys.toSorted())
})

test('a flipped bit is found wherever it is, and a missing byte at the end', async () => {
  await fill()
  for (const key of await storage.getKeys()) {
    const whole = await bytesOf(key)
    const { leftOver } = await verify()
    // What is left over is not needed, and not looked at.
    await storage.removeItem(key)
    const isNeeded = (await verify()).leftOver === leftOver
    for (const at of [0, 5, 11, 22, 31, Math.floor(whole.length / 2), whole.length - 5, whole.length - 1].filter((at) => at < whole.length)) {
      const flipped = Buffer.from(whole)
      flipped[at]! ^= 4
      await storage.setItemRaw(key, flipped)
      const { problems } = await verify()
      if (isNeeded || problems.length > 0) expect([key, at, problems[0]?.key]).toEqual([key, at, key])
    }
    await storage.setItemRaw(key, whole.subarray(0, -1))
    const { problems, leftOver: more } = await verify()
    if (isNeeded) expect(problems.map((problem) => problem.key)).toContain(key)
    else expect(problems.length + more).toBeGreaterThan(0)
    await storage.setItemRaw(key, whole)
  }
  expect((await verify()).problems).toEqual([])
})

describe('what is no damage', () => {
  test('the end of a batch that somebody is writing to; a day later it is torn', async () => {
    const store = await open()
    await store.append([hitOf(5)])
    await store.close()
    const [key] = await storage.getKeys('default:batch')
    await storage.setItemRaw(key!, (await bytesOf(key!)).subarray(0, 200))
    expect((await verify()).problems).toEqual([])
    now += day
    expect((await verify()).problems).toEqual([{ key, offset: 0, reason: 'torn' }])
  })

  test('segments and manifests of writes that were never finished', async () => {
    await fill()
    const { leftOver } = await verify()
    await storage.setItemRaw('default:segment:2026-11-01-01a1fd7bc8c0-000000000000-anon.parquet', Buffer.from('half'))
    await storage.setItemRaw(`default:manifest:${now.toString(16).padStart(12, '0')}-000000000000-500`, Buffer.from('treadlight 1'))
    expect(await verify()).toMatchObject({ problems: [], leftOver: leftOver + 2 })
  })

  test('keys of others', async () => {
    await fill()
    for (const key of ['readme', 'shop:notes:1', 'UPPER:batch:x']) await storage.setItemRaw(key, Buffer.from('x'))
    expect(await verify()).toMatchObject({ problems: [], foreign: ['UPPER:batch:x', 'readme', 'shop:notes:1'] })
  })
})

describe('what is damage', () => {
  test('a segment that a manifest names and that is not there', async () => {
    await fill()
    const [key] = await storage.getKeys('default:segment')
    await storage.removeItem(key!)
    expect((await verify()).problems).toEqual([{ key, offset: 0, reason: 'missing', detail: expect.stringMatching(/^\d+ facts are lost with it$/) }])
  })

  test('but not if it was replaced between the listing and the reading', async () => {
    await fill()
    const [key] = await storage.getKeys('default:segment')
    const store = await open()
    const read = storage.getItemRaw.bind(storage)
    let isRead = false
    const racing: Storage = {
      ...storage,
      async getItemRaw(its: string) {
        // Once the manifests are read.
        if (isRead || its.includes(':manifest:')) return read(its)
        isRead = true
        await store.erase({ site: 'default', user: 'bob' })
        await store.erase({ site: 'default', user: 'ada' })
        await store.maintain({ force: true })
        now += 3_600_000
        await store.maintain()
        return read(its)
      },
    }
    const { problems } = await verifyStorage(racing, { now: () => now })
    expect(problems).toEqual([])
    expect(await storage.hasItem(key!)).toBe(false)
    await store.close()
  })

  test('a format of a later version, and a value that says something else than its key', async () => {
    await fill()
    const [link] = await storage.getKeys('default:link')
    const values = createValues(storage)
    await storage.removeItem(link!)
    await values.create(link!, '{"colour":"red"}')
    await values.create('default:batch:20261101T0000-w-000000000000-7', '{"site":"other","id":"x"}\n')
    expect((await verify()).problems).toEqual([
      { key: 'default:batch:20261101T0000-w-000000000000-7', offset: 0, reason: 'content', detail: 'hit x is of site other' },
      { key: link, offset: 0, reason: 'content', detail: 'it says something else than its key' },
    ])
  })
})

test('it can be ended early', async () => {
  await fill()
  const stop = new AbortController()
  const { values } = await verify({ signal: stop.signal, progress: () => stop.abort() })
  expect(values).toBeLessThan((await storage.getKeys()).length)
})
