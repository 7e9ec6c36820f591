import { createReferenceStore, createStore, verifyStorage, type HitStore, type Query, type Store, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { beforeEach, describe, expect, test } from 'vitest'
import { createBatch, type Batch } from '../../packages/store/src/batch.ts'
import { encodeFrame } from '../../packages/store/src/frame.ts'
import { createFreshFacts } from '../../packages/store/src/freshFacts.ts'
import { parseBatchKey } from '../../packages/store/src/keys.ts'
import { decodePacked, encodePacked, type PackedValue } from '../../packages/store/src/packed/packedValue.ts'
import { finish } from '../../packages/store/src/steps.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeEvent, makeHit, minute, noon, testId } from './makeHit.ts'
import { arbitraryHit } from './segment/arbitraryHit.ts'

function batchesOf(groups: readonly (readonly StoredHit[])[]): Batch[] {
  const fresh = createFreshFacts('shop', 50_000)
  return groups.map((facts, index) => {
    const key = `shop:batch:20261121T1200-w-${index}`
    const batch = createBatch(key, parseBatchKey(key)!)
    for (const fact of facts) fresh.add(batch, fact)
    return batch
  })
}

const pack = (batches: readonly Batch[]): Buffer => finish(encodePacked(batches.map((batch, index) => ({ batch, bytes: 100 + index }))))

function open(bytes: Buffer): PackedValue {
  const value = decodePacked(bytes, bytes.length)
  if (typeof value === 'string') throw new Error(value)
  return value
}

describe('a packed value', () => {
  test('has the facts of its batches, no others, and where they are', () => {
    const facts = fc.array(arbitraryHit, { maxLength: 25 }).chain((some) => fc.shuffledSubarray([...some, ...some, ...some.map((fact) => ({ ...fact, title: 'again' }))]))
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 5 }), fc.nat(), fc.array(arbitraryHit, { maxLength: 3 }), (groups, left, later) => {
        const batches = batchesOf(groups)
        const some = batches.filter((_, index) => index !== left % 6)
        const { head, tables: read } = open(pack(some))
        const tables = read('shop')
        expect(head.batches.map(({ key, count, bytes }) => [key, count, bytes])).toEqual(some.map(({ key, count }, index) => [key, count, 100 + index]))
        for (const [index, { runs }] of head.batches.entries()) {
          const said: string[] = []
          for (let at = 0; at < runs.length; at += 3) {
            for (let row = runs[at + 1]!; row < runs[at + 1]! + runs[at + 2]!; row++) said.push(JSON.stringify(tables[runs[at]!]!.fact(row)))
          }
          const its = [...some[index]!.rows].flatMap(([table, rows]) => rows.map((row) => JSON.stringify(table.fact(row))))
          expect(said).toEqual(its)
        }
        // As one that was filled with the same, whatever is asked and whatever comes.
        const own = createFreshFacts('shop', 50_000)
        for (const { rows } of some) for (const [table, its] of rows) for (const row of its) own.add(createBatch('', some[0]!.name), table.fact(row))
        expect(tables.map((table) => table.day).toSorted()).toEqual([...own.days.keys()].toSorted())
        for (const table of tables) {
          const [other] = own.days.get(table.day)!
          expect([table.size, table.from, table.to, table.hasShared()]).toEqual([other!.size, other!.from, other!.to, other!.hasShared()])
          for (const row of table.allRows()) {
            expect([table.person(row), table.time(row), table.received(row), table.isDurable(row)]).toEqual([...personOf(table.fact(row)), false])
          }
          for (const fact of [...later, ...groups.flat()].filter((fact) => fact.day === table.day)) {
            table.add(fact)
            other!.add(fact)
            expect(table.factsOf(fact.id).map((its) => JSON.stringify(its)).toSorted()).toEqual(other!.factsOf(fact.id).map((its) => JSON.stringify(its)).toSorted())
            for (const row of table.rowsOf(fact.id)) expect(table.hasOthers(row)).toBe(table.rowsOf(fact.id).length > 1)
          }
          expect(table.size).toBe(other!.size)
        }
      }),
      { numRuns: 200 },
    )

    function personOf(fact: StoredHit): unknown[] {
      return [expect.objectContaining({ day: fact.day, id: fact.id, time: fact.time, user: fact.user, session: fact.session, visitor: fact.visitor }), fact.time, fact.received]
    }
  })

  test('has more values of a field than 16 bits can number, and takes up more', () => {
    const count = 65_700
    const hitOf = (index: number) => makeHit({ id: testId(index), visitor: `v${index}`, title: index % 2 === 0 ? 'even' : `t${index % 65_535}` })
    for (const size of [65_534, count]) {
      const [table] = open(pack(batchesOf([Array.from({ length: size }, (_, index) => hitOf(index))]))).tables('shop')
      for (let index = size; index < count + 10; index++) table!.add(hitOf(index))
      for (const index of [0, 1, 65_533, 65_534, 65_535, 65_536, count + 9]) {
        expect([table!.text('visitor', index), table!.fact(index).title, table!.rowsOf(testId(index))]).toEqual([`v${index}`, hitOf(index).title, [index]])
      }
    }
  })

  test('names nobody who is in none of its batches', () => {
    const [one, other] = batchesOf([[makeHit({ user: 'ada', title: 'Ada' })], [makeHit({ user: 'eve', title: 'Eve' })]])
    expect(pack([other!]).toString('latin1')).not.toMatch(/ada/i)
    expect(pack([one!]).toString('latin1')).toMatch(/ada/i)
  })

  test('that is not whole is damaged, wherever', () => {
    const bytes = pack(batchesOf([[makeHit(), makeEvent('buy')]]))
    for (let at = 0; at < bytes.length; at++) {
      expect(decodePacked(bytes.subarray(0, at), bytes.length)).toBe('damaged')
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(decodePacked(changed, bytes.length)).toBeTypeOf('string')
    }
  })

  test.each([
    ['later', encodeFrame('{"version":2}\n')],
    ['later', encodeFrame('{"version":1,"names":"id,aura"}\n')],
    ['later', Buffer.from('treadlight 2 00000002 c79a65d3\n{}')],
    ['damaged', encodeFrame('no JSON')],
  ])('is %s', (what, bytes) => {
    expect(decodePacked(bytes, bytes.length)).toBe(what)
  })
})

describe.each([true, false])('packed batches of a store, appending: %s', (append) => {
  let faulty: FaultyStorage
  let time = noon
  let store: Store
  let reference: HitStore
  let problems: string[]
  const names: string[] = []

  const reopen = (): Promise<Store> =>
    createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0, onProblem: ({ key, reason }) => void problems.push(`${key.split(':')[1]} ${reason}`) })
  const keysOf = (kind: string): string[] => [...faulty.values.keys()].filter((key) => key.startsWith(`shop:${kind}:`))
  const query: Query = { site: 'shop', metrics: ['visitors', 'visits', 'pageviews', 'events'], range: { from: noon - 20 * day, to: noon + 20 * day }, timezone: 'UTC', dimensions: ['visit:source'] }

  beforeEach(async () => {
    faulty = createFaultyStorage({ append })
    time = noon
    problems = []
    names.length = 0
    reference = createReferenceStore({ now: () => time })
    store = await reopen()
    await addHits(0, 1500)
  })

  async function addHits(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += 20) {
      const hits = Array.from({ length: 20 }, (_, index) => hitOf(at + index))
      time += minute / 4
      expect(await store.append(hits)).toEqual(await reference.append(hits))
    }
  }

  const hitOf = (index: number): StoredHit => makeHit({ id: testId(index), time: noon + index, received: noon + index, visitor: `v${index % 70}`, session: `s${index % 50}`, user: index % 9 === 0 ? `user-${index % 4}` : '' })

  async function upkeep(): Promise<void> {
    time += 11 * minute
    await store.maintain()
    await reference.maintain()
  }

  async function expectSame(other: Store): Promise<void> {
    expect(await other.query(query)).toEqual(await reference.query(query))
    const hits: StoredHit[] = []
    for await (const hit of other.hits({ site: 'shop' })) hits.push(hit)
    const theirs: StoredHit[] = []
    for await (const hit of reference.hits({ site: 'shop' })) theirs.push(hit)
    expect(hits).toEqual(theirs)
  }

  /** Those that are read when the store is opened. */
  async function openCounting(): Promise<{ other: Store; read: string[] }> {
    const read: string[] = []
    const { driver } = faulty.storage.getMount('')
    const getItemRaw = driver.getItemRaw!.bind(driver)
    driver.getItemRaw = (key, options) => {
      if (key.includes(':batch:')) read.push(key)
      return getItemRaw(key, options)
    }
    const other = await reopen()
    driver.getItemRaw = getItemRaw
    return { other, read }
  }

  test('are taken without being read, answer the same, and know what comes again', async () => {
    await upkeep()
    expect(keysOf('packed')).toHaveLength(1)
    expect(keysOf('segment')).toEqual([])
    const { other, read } = await openCounting()
    expect(read.length).toBe(0)
    await expectSame(other)
    // What was read is not known to be durable, so it is written once more; it counts once.
    expect(await other.append([hitOf(3), hitOf(1499)])).toEqual(['duplicate', 'duplicate'])
    expect(await other.append([hitOf(3), hitOf(5000)])).toEqual(['duplicate', 'stored'])
    await reference.append([hitOf(5000)])
    await expectSame(other)
    expect(problems).toEqual([])
    expect((await verifyStorage(faulty.storage)).problems).toEqual([])
  })

  test('are packed anew when there is an eighth more, and the value before goes', async () => {
    await upkeep()
    const [first] = keysOf('packed')
    await addHits(1500, 1600)
    await upkeep()
    expect(keysOf('packed')).toEqual([first])
    await addHits(1600, 3100)
    await upkeep()
    expect(keysOf('packed')).toHaveLength(1)
    expect(keysOf('packed')).not.toEqual([first])
    await expectSame(await reopen())
  })

  test('that are in segments by now take the value with them', async () => {
    await upkeep()
    time += 2 * day
    await store.maintain()
    expect(keysOf('packed')).toEqual([])
    await expectSame(await reopen())
  })

  test('count for nothing beside the segments that they are in, where upkeep was killed in between', async () => {
    await upkeep()
    const kept = new Map(keysOf('packed').map((key) => [key, faulty.values.get(key)!]))
    time += 2 * day
    await store.maintain()
    for (const [key, value] of kept) faulty.values.set(key, value)
    const other = await reopen()
    await expectSame(other)
    await other.maintain({ force: true })
    expect(keysOf('packed')).toEqual([])
  })

  test('are in no value with somebody who was erased', async () => {
    await upkeep()
    await store.erase({ site: 'shop', user: 'user-3' })
    await reference.erase({ site: 'shop', user: 'user-3' })
    for (let round = 0; round < 4; round++) await upkeep()
    await store.maintain({ force: true })
    await upkeep()
    for (const [key, value] of faulty.values) expect(`${key} ${value.toString('latin1')}`).not.toContain('user-3')
    expect(keysOf('erasure').some((key) => key.endsWith('-done'))).toBe(true)
    await expectSame(await reopen())
  })

  test.each([
    ['is damaged', (value: Buffer) => Buffer.concat([value.subarray(0, -1), Buffer.of(value.at(-1)! ^ 1)]), ['packed checksum']],
    ['is torn', (value: Buffer) => value.subarray(0, -1), ['packed torn']],
    ['is of a later version', () => encodeFrame('{"version":2}\n'), []],
    ['is empty', () => Buffer.alloc(0), ['packed torn']],
  ])('are read where the value %s', async (_, change, reported) => {
    await upkeep()
    const [key] = keysOf('packed')
    faulty.values.set(key!, change(faulty.values.get(key!)!))
    time += day
    const { other, read } = await openCounting()
    expect(read.length).toBeGreaterThan(0)
    expect(problems).toEqual(reported)
    await expectSame(other)
    expect((await verifyStorage(faulty.storage, { now: () => time })).problems.map((problem) => problem.key)).toEqual([key])
    await other.maintain()
    await expectSame(await reopen())
    // What a later version has written stays, as long as nobody is to be erased.
    expect(keysOf('packed').includes(key!)).toBe(reported.length === 0)
  })

  test('are read where one has another length than it had, or is gone', async () => {
    if (!append) return
    await upkeep()
    const key = keysOf('batch')[0]!
    const value = faulty.values.get(key)!
    const late = makeHit({ time: noon, received: noon })
    faulty.values.set(key, Buffer.concat([value, encodeFrame(`${JSON.stringify(late)}\n`)]))
    await reference.append([late])
    const { other, read } = await openCounting()
    expect(read).toContain(key)
    await expectSame(other)
  })
})
