import { compareStorages, createStore, mirrorStorage, openStorage, type StorageConfig, type StoredHit } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { describeAll } from '../store/playHistory.ts'
import { day, makeHit, noon, testId } from '../store/makeHit.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'

const redis = process.env['TEST_REDIS_URL'] ?? ''
const postgres = process.env['TEST_POSTGRES_URL'] ?? ''
const unique = (): string => `t${randomBytes(6).toString('hex')}`

test.skipIf(redis === '' || postgres === '')('migrate: a folder, Redis, PostgreSQL, and a folder again: the same bytes and answers in each', { timeout: 60_000 }, async () => {
  const places: StorageConfig[] = [
    { driver: 'fs', base: await createTemporaryDirectory(), sync: false },
    { driver: 'redis', url: redis, base: unique() },
    { driver: 'postgres', url: postgres, table: unique() },
    { driver: 'fs', base: await createTemporaryDirectory(), sync: false },
  ]
  const storages: Awaited<ReturnType<typeof openStorage>>['storage'][] = []
  for (const place of places) {
    const { storage } = await openStorage(place)
    onTestFinished(() => storage.dispose())
    storages.push(storage)
  }
  let time = noon
  const open = (storage: (typeof storages)[number]) => createStore({ storage, durability: 'volatile', now: () => time, keepSums: true })
  const store = await open(storages[0]!)
  const hits: StoredHit[] = Array.from({ length: 2000 }, (_, number) => makeHit({ id: testId(number), user: number % 9 === 0 ? `u${number % 3}` : '', session: `s${number % 2}`, time: noon - (number % 20) * day }))
  await store.append(hits)
  await store.identify({ site: 'shop', session: 's1', user: 'u2', time: noon })
  time += 2 * day
  await store.maintain({ force: true })
  await store.erase({ site: 'shop', user: 'u1' })
  await store.prune({ anonymous: 15 * day, authenticated: 18 * day })
  await store.append([makeHit({ id: testId(9000), time })])
  const expected = await describeAll(store, true)
  await store.close()
  for (let index = 1; index < storages.length; index++) {
    const [from, to] = [storages[index - 1]!, storages[index]!]
    expect(await mirrorStorage({ from, to, source: `place ${index}` })).toMatchObject({ settled: true })
    expect(await compareStorages({ from, to })).toMatchObject({ missing: [], differing: [], extra: [] })
    const there = await open(to)
    expect(await describeAll(there, true)).toEqual(expected)
    await there.close()
  }
})
