import type { StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { decodeFact, encodeFact, versionOf } from '../../packages/store/src/clickhouse/factRow.ts'
import { explain } from '../../packages/store/src/clickhouse/explain.ts'
import { createGroupCommit } from '../../packages/store/src/clickhouse/groupCommit.ts'
import { migrationSql } from '../../packages/store/src/clickhouse/migrations.ts'
import { resolveOptions } from '../../packages/store/src/clickhouse/options.ts'
import { createParams } from '../../packages/store/src/clickhouse/params.ts'
import { createTables } from '../../packages/store/src/clickhouse/tables.ts'
import { timeToLive } from '../../packages/store/src/clickhouse/timeToLive.ts'
import { day, makeEvent, makeHit, noon } from './makeHit.ts'

describe('a fact as a row and back', () => {
  const whole = makeEvent('buy', {
    props: { plan: 'pro', seats: 3, trial: false },
    revenue: { amount: '9.99', currency: 'EUR' },
    clickIds: { gclid: 'x' },
    interactive: false,
    forwarding: false,
    engaged: 0,
    scroll: 12.5,
    country: 'DE',
  })
  const rows: [string, Partial<StoredHit>][] = [
    ['as a collector makes it', {}],
    ['half of a surrogate pair', { title: 'x\uD800y' }],
    ['a time that is no whole number', { time: noon + 0.5 }],
    ['an empty text where nothing would do', { term: '' }],
    ['objects without anything in them', { props: {}, clickIds: {} }],
    ['a field of a later version', { later: { a: [1] } } as Partial<StoredHit>],
    ['props whose text is the same as a number’s', { props: { a: '1', b: 1 } }],
  ]
  test.each(rows)('%s', (_, fields) => {
    const fact = { ...whole, ...fields }
    // As it comes back from the server.
    expect(decodeFact(JSON.parse(JSON.stringify(encodeFact(fact))) as Record<string, unknown>)).toEqual(fact)
  })

  test('says nothing beside the columns where these say all', () => {
    expect(encodeFact(makeHit({ props: { a: 'b' } }))['extras']).toBe('')
  })

  test('the one received first has the greatest version', () => {
    const [first, second] = [makeHit({ received: noon }), makeHit({ received: noon + 1 })]
    expect(BigInt(versionOf(first)) > BigInt(versionOf(second))).toBe(true)
    expect(versionOf(first)).toBe(versionOf({ ...first }))
  })

  test('a home day that no column holds is refused', () => {
    expect(() => encodeFact(makeHit({ day: '1969-12-31' }))).toThrow(RangeError)
  })
})

describe('the schema', () => {
  test('on one server', () => {
    const statements = migrationSql(0, { tables: createTables('hits') })
    expect(statements[0]).toContain('CREATE TABLE IF NOT EXISTS `hits`.facts (\n  site LowCardinality(String) CODEC(ZSTD(1)),')
    expect(statements[0]).toMatch(/\) ENGINE = ReplacingMergeTree\(version\)\nPARTITION BY toYYYYMM\(day\)\nORDER BY \(site, day, id, origin\)\nSETTINGS fsync_after_insert = 1, fsync_part_directory = 1$/)
    expect(statements.join('\n')).not.toMatch(/CLUSTER|Distributed|Replicated/)
    expect(statements.at(-1)).toMatch(/^INSERT INTO `hits`\.schema_version/)
  })

  test('on a cluster every statement is for all of it, and each table has one in front that shards it', () => {
    const statements = migrationSql(0, { tables: createTables('hits', 'main'), cluster: 'main' })
    for (const statement of statements.filter((each) => each.startsWith('CREATE'))) expect(statement).toContain('ON CLUSTER `main`')
    expect(statements[0]).toContain('CREATE TABLE IF NOT EXISTS `hits`.facts_local ON CLUSTER `main` (')
    expect(statements[0]).toContain("ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/hits/facts_local', '{replica}', version)")
    expect(statements[1]).toBe("CREATE TABLE IF NOT EXISTS `hits`.facts ON CLUSTER `main` AS `hits`.facts_local\nENGINE = Distributed('main', 'hits', 'facts_local', cityHash64(site, day))")
    expect(statements.find((each) => each.includes('MATERIALIZED VIEW'))).toContain('TO `hits`.day_state_local AS\nSELECT site, day')
    expect(statements.join('\n')).not.toMatch(/Replicated\w+\('[^']*', '\{replica\}', \)/)
  })

  test.each(['', 'a-b', 'a`b', '1x'])('no name such as %j', (name) => {
    expect(() => createTables(name)).toThrow(RangeError)
    expect(() => createTables('hits', name)).toThrow(RangeError)
  })

  test('PV22 the backstop of retention is a week behind it, apart for known users', () => {
    expect(timeToLive({ anonymous: 90 * day, authenticated: 365 * day })).toBe('day + toIntervalDay(97) DELETE WHERE NOT known, day + toIntervalDay(372) DELETE WHERE known')
    expect(timeToLive({ anonymous: 90 * day, authenticated: Infinity })).toBe('day + toIntervalDay(97) DELETE WHERE NOT known')
    expect(timeToLive(undefined)).toBe('')
  })
})

test('values are bound, never part of a statement; the same one once', () => {
  const params = createParams()
  expect([params.add('String', "x' OR 1"), params.add('Int64', 1), params.add('String', "x' OR 1")]).toEqual(['{p0:String}', '{p1:Int64}', '{p0:String}'])
  expect(params.values).toEqual({ p0: "x' OR 1", p1: 1 })
})

test('a store needs a server', () => {
  expect(() => resolveOptions({})).toThrow('needs the url of a server')
  expect(resolveOptions({ url: 'http://me:hunter2@db:8123' }).name).toBe('http://***@db:8123')
})

describe('what goes wrong is named with the server and the remedy', () => {
  const failures: [object, string, string][] = [
    [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }, 'Error', 'nobody answers at http://db:8123 (ECONNREFUSED): start the server, or check store.url'],
    [{ type: 'AUTHENTICATION_FAILED', message: 'me: Authentication failed' }, 'Error', 'check store.username and store.password'],
    [{ type: 'ACCESS_DENIED', message: 'me: Not enough privileges' }, 'Error', 'see docs/clickhouse.md'],
    [{ type: 'TOO_MANY_PARTS', message: 'Too many parts (3001)' }, 'StoreBusyError', 'has too much to do (TOO_MANY_PARTS)'],
    [{ message: 'Timeout error.' }, 'Error', 'did not answer in time'],
    [{ message: "Unknown expression `x` in scope SELECT 1 WHERE user = 'ada@example'" }, 'Error', 'Unknown expression `x`'],
  ]
  test.each(failures)('%j', (failure, name, message) => {
    const error = explain(Object.assign(new Error('x'), failure), 'http://db:8123')
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) as string })
    expect(error.message).not.toContain('ada@example')
  })
})

describe('group commit', () => {
  test('one write at a time, what comes meanwhile goes together, and not before the pause is over', async () => {
    const writes: { items: readonly number[]; at: number }[] = []
    const queue = createGroupCommit<number, string>({
      pause: 40,
      maxWaiting: 100,
      async write(items) {
        writes.push({ items, at: performance.now() })
        return items.map(String)
      },
    })
    const first = queue.add([1])
    await first
    const outcomes = await Promise.all([queue.add([2, 3]), queue.add([4])])
    expect(outcomes).toEqual([['2', '3'], ['4']])
    expect(writes.map(({ items }) => items)).toEqual([[1], [2, 3, 4]])
    expect(writes[1]!.at - writes[0]!.at).toBeGreaterThan(38)
  })

  test('a write that fails refuses all of it, and too much that waits is refused at once', async () => {
    let fail: (error: Error) => void = () => expect.fail()
    const queue = createGroupCommit<number, string>({ pause: 0, maxWaiting: 2, write: () => new Promise((_, reject) => void (fail = reject)) })
    const waiting = [queue.add([1]), queue.add([2])]
    await expect(queue.add([3])).rejects.toMatchObject({ name: 'StoreBusyError', retryAfter: 1 })
    await Promise.resolve()
    fail(new Error('away'))
    for (const each of waiting) await expect(each).rejects.toMatchObject({ name: 'StoreBusyError', retryAfter: 5 })
  })
})
