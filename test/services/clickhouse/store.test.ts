import type { HitStore } from '@treadlight/store'
import { hashPerson } from '@treadlight/store'
import { createClickhouseStore, type ClickhouseStoreOptions } from '@treadlight/store/clickhouse'
import { describe, expect, test } from 'vitest'
import { day, makeHit, noon, testId } from '../../store/makeHit.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

describe.skipIf(chdbModules === undefined)('the store on ClickHouse’s engine', { timeout: 60_000 }, () => {
  const open = (database: string, options: ClickhouseStoreOptions = {}) => createClickhouseStore({ client: openChdb(), database, pause: 0, now: () => noon, ...options })
  const ask = async <Row>(query: string): Promise<Row[]> => (await (await openChdb().query({ query, format: 'JSONEachRow' })).json<Row>()) as Row[]
  const command = (query: string) => openChdb().command({ query, clickhouse_settings: { mutations_sync: '2' } })
  const idsOf = async (store: HitStore) => {
    const ids: string[] = []
    for await (const { id } of store.hits({ site: 'shop', order: 'oldest' })) ids.push(id)
    return ids
  }

  test('several processes make the tables at once, and again', async () => {
    const database = freshDatabase()
    const stores = await Promise.all([open(database), open(database), open(database)])
    await stores[0]!.append([makeHit({ id: testId(1) })])
    expect(await idsOf(stores[1]!)).toEqual([testId(1)])
    expect(await idsOf(await open(database))).toEqual([testId(1)])
    expect(await ask(`SELECT max(version) AS version FROM ${database}.schema_version`)).toEqual([{ version: 3 }])
  })

  test('a migration that was cut short goes on', async () => {
    const database = freshDatabase()
    await open(database)
    await command(`DROP TABLE ${database}.day_state_view`)
    await command(`DROP TABLE ${database}.prunings`)
    await command(`TRUNCATE TABLE ${database}.schema_version`)
    const store = await open(database)
    await store.append([makeHit()])
    expect(await store.prune({ anonymous: day, authenticated: day }, { now: noon + 2 * day })).toMatchObject({ anonymous: 1 })
    expect(await store.sites()).toEqual(['shop'])
  })

  test('what a later version has made is refused, and nothing is changed', async () => {
    const database = freshDatabase()
    await open(database)
    await command(`INSERT INTO ${database}.schema_version VALUES (99, now())`)
    await expect(open(database)).rejects.toThrow(`database \`${database}\` has the schema version 99 of a later treadlight`)
  })

  test('nothing is made where something should be, or where only reading is allowed', async () => {
    const database = freshDatabase()
    for (const options of [{ existing: true }, { readOnly: true }]) await expect(open(database, options)).rejects.toThrow('has no tables of treadlight')
    expect(await ask(`SELECT name FROM system.databases WHERE name = '${database}'`)).toEqual([])
  })

  test('PV22 the backstop of retention follows the settings', async () => {
    const database = freshDatabase()
    const said = async () => /TTL .*?(?= SETTINGS)/.exec((await ask<{ said: string }>(`SELECT create_table_query AS said FROM system.tables WHERE database = '${database}' AND name = 'facts'`))[0]!.said)?.[0]
    const retention = { anonymous: 90 * day, authenticated: 365 * day }
    await open(database, { retention })
    expect(await said()).toBe('TTL day + toIntervalDay(97) WHERE NOT known, day + toIntervalDay(372) WHERE known')
    await open(database, { retention: { ...retention, anonymous: 30 * day } })
    expect(await said()).toContain('toIntervalDay(37) WHERE NOT known')
    await open(database)
    expect(await said()).toBeUndefined()
  })

  test('PV22 hits that a link gave to a user stay as long as the user’s, also for the backstop', async () => {
    const database = freshDatabase()
    // The backstop goes by the database's own clock.
    const now = Math.floor(Date.now() / day) * day + day / 2
    const store = await open(database, { now: () => now, retention: { anonymous: 90 * day, authenticated: 365 * day } })
    await store.append([makeHit({ session: 's1', time: now - 95 * day }), makeHit({ session: 's2', time: now - 95 * day })])
    await store.identify({ site: 'shop', session: 's1', user: 'u1', time: now })
    await store.maintain()
    expect(await ask(`SELECT session, known FROM ${database}.facts FINAL ORDER BY session`)).toEqual([{ session: 's1', known: true }, { session: 's2', known: false }])
    expect(await store.prune({ anonymous: 90 * day, authenticated: 365 * day })).toEqual({ anonymous: 1, authenticated: 0, others: 0 })
  })

  test('an erasure whose process was killed is finished by upkeep', async () => {
    const database = freshDatabase()
    const store = await open(database)
    await store.append([makeHit({ user: 'ada' }), makeHit({ session: 's1' }), makeHit({ id: testId(99), user: 'bob' })])
    await store.identify({ site: 'shop', session: 's1', user: 'ada', time: noon })
    // As it is written before anything is deleted.
    const row = { site: 'shop', id: 'x', kind: 'user', hash: hashPerson('user', 'ada'), time: noon, sessions: [hashPerson('session', 's1')], done: 0 }
    await openChdb().insert({ table: `${database}.erasures`, values: [row], format: 'JSONEachRow' })
    await store.maintain()
    expect(await idsOf(store)).toEqual([testId(99)])
    expect(await ask(`SELECT * FROM ${database}.links`)).toEqual([])
    expect(await ask(`SELECT done FROM ${database}.erasures FINAL`)).toEqual([{ done: 1 }])
  })

  test('nothing in the tables names who was erased', async () => {
    const database = freshDatabase()
    const store = await open(database)
    const hit = makeHit({ user: 'ada@example', session: 's-ada', visitor: 'v-ada' })
    await store.append([hit])
    // A retry that came later does not count, and is there all the same until parts are merged.
    await openChdb().command({ query: `SYSTEM STOP MERGES ${database}.facts` })
    await store.append([{ ...hit, received: hit.received - 1 }])
    await openChdb().command({ query: `SYSTEM START MERGES ${database}.facts` })
    await store.identify({ site: 'shop', session: 's-ada', user: 'ada@example', time: noon })
    expect(await store.erase({ site: 'shop', user: 'ada@example' })).toMatchObject({ erased: 1 })
    for (const { name } of await ask<{ name: string }>(`SELECT name FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree'`)) {
      expect(JSON.stringify(await ask(`SELECT * FROM ${database}.${name}`))).not.toMatch(/ada/)
    }
  })

  test('of hits that come while their person is erased none is left', async () => {
    const database = freshDatabase()
    const [store, other] = [await open(database), await open(database)]
    const appended = Array.from({ length: 12 }, (_, index) => other.append([makeHit({ id: testId(index), user: 'ada' })]))
    await Promise.all([...appended, store.erase({ site: 'shop', user: 'ada' })])
    expect(await idsOf(store)).toEqual([])
    expect(await ask(`SELECT count() AS facts FROM ${database}.facts`)).toEqual([{ facts: 0 }])
  })

  test('a long listing comes in parts, in order, and goes on behind a cursor', async () => {
    const database = freshDatabase()
    const store = await open(database)
    const hits = Array.from({ length: 25_000 }, (_, index) => makeHit({ id: testId(index), time: noon + index * 1000 }))
    await store.append(hits)
    expect(await idsOf(store)).toEqual(hits.map(({ id }) => id))
    const ids: string[] = []
    for await (const { id } of store.hits({ site: 'shop', after: { time: noon + 24_000_000, id: testId(24_000) } })) ids.push(id)
    expect(ids).toEqual(hits.slice(0, 24_000).map(({ id }) => id).toReversed())
    expect(await store.countAbout({ site: 'shop' })).toBe(25_000)
  })
})
