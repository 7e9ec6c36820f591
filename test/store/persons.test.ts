import { createReferenceStore, createStore, verifyStorage, type HitFilter, type HitStore, type Store, type StoredHit } from '@treadlight/store'
import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeFrame } from '../../packages/store/src/frame.ts'
import { createPersonFilter, hashesOf, hashOf, hashOfBytes, mayHold, type PersonHash } from '../../packages/store/src/persons/personFilter.ts'
import { decodePersonFilters, encodePersonFilters, spanOf } from '../../packages/store/src/persons/personValue.ts'
import { decodeSegment } from '../../packages/store/src/segment/decodeSegment.ts'
import { encodeSegment } from '../../packages/store/src/segment/encodeSegment.ts'
import { decodeIds, decodePerson, eachPerson, type PersonColumn } from '../../packages/store/src/segment/findRows.ts'
import { openSegment } from '../../packages/store/src/segment/openSegment.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeEvent, makeHit, minute, noon } from './makeHit.ts'
import { arbitraryHit } from './segment/arbitraryHit.ts'

const columns = ['user', 'session', 'visitor'] as const

describe('rows of a segment', () => {
  test('are those that all facts would be picked from, whatever these say', async () => {
    const facts = fc.array(arbitraryHit, { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(facts, fc.constantFrom(...columns), fc.nat(), fc.boolean(), async (facts, column, index, isKept) => {
        const bytes = encodeSegment(facts)
        const all = await decodeSegment(bytes)
        const segment = openSegment(bytes)
        if (isKept) for (const group of segment.groups) group.kept = new Map()
        for (let time = 0; time < 2; time++) {
          const one = facts[index % facts.length]!
          for (const values of [new Set([one[column]]), new Set(facts.slice(0, 7).map((fact) => fact[column]))]) {
            expect(decodePerson(segment, new Map([[column, values]]))).toStrictEqual(all.filter((fact) => values.has(fact[column])))
          }
          for (const ids of [new Set([one.id]), new Set(facts.slice(0, 7).map(({ id }) => id))]) {
            expect(decodeIds(segment, ids)).toStrictEqual(all.filter(({ id }) => ids.has(id)))
          }
        }
        const named = new Set<string>()
        for (const group of segment.groups) eachPerson(group, (its, value) => named.add(`${its} ${value}`))
        for (const fact of facts) for (const each of columns) expect(named).toContain(`${each} ${fact[each]}`)
      }),
      { numRuns: 300 },
    )
  })

  test('are found in every row group', async () => {
    const facts = Array.from({ length: 45_000 }, (_, index) => makeHit({ visitor: `v${index % 30_000}`, user: index % 9000 === 0 ? 'ada' : '' }))
    const bytes = encodeSegment(facts)
    const all = await decodeSegment(bytes)
    expect(openSegment(bytes).groups).toHaveLength(3)
    expect(decodePerson(openSegment(bytes), new Map([['user', new Set(['ada'])]]))).toStrictEqual(all.filter(({ user }) => user === 'ada'))
  })
})

describe('a filter', () => {
  const hashes = (names: readonly string[], column: PersonColumn = 'user'): PersonHash[] => names.map((name) => hashOf(column, name))

  test('has of the bytes of a text the hash of the text, or none', () => {
    const text = fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(text, fc.constantFrom(...columns), (name, column) => {
        const bytes = Buffer.from(`x${name}x`)
        const hash = hashOfBytes(column, bytes, 1, bytes.length - 1)
        expect(hash).toEqual(bytes.length === name.length + 2 ? hashOf(column, name) : undefined)
      }),
    )
  })

  test('never says no to what it was made of', () => {
    const names = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\udc00\ud800', '__proto__', 'x'.repeat(10_000))))
    fc.assert(
      fc.property(names, fc.constantFrom(...columns), (names, column) => {
        const filter = createPersonFilter(hashes(names, column))
        for (const name of names) expect(mayHold(filter, hashesOf(new Map([[column, new Set([name])]])))).toBe(true)
      }),
    )
  })

  test.each([
    ['numbers', (index: number) => `user-${index}`],
    ['hex', (index: number) => (index * 2_654_435_761).toString(16).padStart(16, '0')],
    ['long prefix', (index: number) => `${'a'.repeat(100)}${index}`],
  ])('says no to all but a few of the others, also where they differ little: %s', (_, nameOf) => {
    const filter = createPersonFilter(hashes(Array.from({ length: 10_000 }, (_, index) => nameOf(index))))
    // Half of the bits are set.
    expect(filter.length / 10_000).toBeCloseTo(10 / Math.LN2 / 8, 2)
    const passed = (column: PersonColumn, from: number) =>
      Array.from({ length: 20_000 }, (_, index) => hashOf(column, nameOf(from + index))).filter((hash) => mayHold(filter, [hash])).length
    expect(passed('user', 10_000)).toBeLessThan(50)
    // Of another kind the same name is another one.
    expect(passed('session', 0)).toBeLessThan(50)
    expect(passed('visitor', 0)).toBeLessThan(20_000 / 50)
  })

  test('of nobody says no', () => {
    expect(mayHold(createPersonFilter([]), hashes(['ada']))).toBe(false)
  })
})

describe('a stored value', () => {
  const filters = new Map([
    ['a', Uint8Array.of(1, 2, 3)],
    ['b', undefined],
    ['c', Uint8Array.of(10)],
  ])

  test('comes back', () => {
    const read = decodePersonFilters(encodePersonFilters(filters))
    expect([...(read as typeof filters)].map(([key, filter]) => [key, filter && [...filter]])).toEqual([...filters].map(([key, filter]) => [key, filter && [...filter]]))
  })

  test('that is not whole is damaged, wherever', () => {
    const bytes = encodePersonFilters(filters)
    for (let at = 0; at < bytes.length; at++) {
      expect(decodePersonFilters(bytes.subarray(0, at))).toBe('damaged')
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      expect(decodePersonFilters(changed)).not.toBeInstanceOf(Map)
    }
  })

  test.each([
    ['later', encodeFrame('{"version":2,"filters":[]}\n')],
    ['later', Buffer.from('treadlight 2 00000002 c79a65d3\n{}')],
    ['damaged', encodeFrame('{"version":1,"filters":[["a",2]]}\nx')],
    ['damaged', encodeFrame('{"version":1}\n')],
    ['damaged', encodeFrame('no JSON')],
  ])('is %s', (what, bytes) => {
    expect(decodePersonFilters(bytes)).toBe(what)
  })

  test.each([
    ['2026-11-01', '2026-11-01', '2026-11-10'],
    ['2026-11-10', '2026-11-01', '2026-11-10'],
    ['2026-11-11', '2026-11-11', '2026-11-20'],
    ['2026-11-30', '2026-11-21', '2026-11-30'],
    ['2026-12-31', '2026-12-21', '2026-12-31'],
    ['2028-02-29', '2028-02-21', '2028-02-29'],
  ])('of %s is of %s to %s', (day, first, last) => {
    expect(spanOf(day)).toEqual({ first, last })
  })
})

describe('filters of a store', () => {
  let faulty: FaultyStorage
  let time: number
  let store: Store
  let reference: HitStore
  beforeEach(async () => {
    faulty = createFaultyStorage({ append: true })
    time = noon - 14 * day
    reference = createReferenceStore({ now: () => time })
    store = await open()
    await appendAll(Array.from({ length: 60 }, (_, index) => hitOf(index)))
    for (let count = 0; count < 3; count++) await rest(5 * day)
  })

  const open = (): Promise<Store> => createStore({ storage: faulty.storage, durability: 'volatile', now: () => time, refreshMs: 0 })
  const hitOf = (index: number, fields: Partial<StoredHit> = {}): StoredHit =>
    makeHit({ time: noon - 14 * day + (index % 6) * day, visitor: `v${index % 20}`, session: `s${index % 15}`, user: index % 4 === 0 ? `u${index % 12}` : '', ...fields })
  const keysOf = (kind: string): string[] => [...faulty.values.keys()].filter((key) => key.startsWith(`shop:${kind}:`))

  async function appendAll(hits: readonly StoredHit[]): Promise<void> {
    for (const each of [store, reference]) await each.append(hits)
  }

  async function rest(ms: number): Promise<void> {
    time += ms
    await store.maintain()
  }

  async function expectSame(asked: Store): Promise<void> {
    const names = [...Array.from({ length: 20 }, (_, index) => index), 'nobody']
    const filters = names.flatMap((name): Omit<HitFilter, 'site'>[] => [{ visitor: `v${name}` }, { session: `s${name}` }, { user: `u${name}`, limit: 3 }])
    for (const filter of filters) expect(await list(asked, filter)).toEqual(await list(reference, filter))
  }

  async function list(asked: HitStore, filter: Omit<HitFilter, 'site'>): Promise<StoredHit[]> {
    const hits: StoredHit[] = []
    for await (const hit of asked.hits({ site: 'shop', ...filter })) hits.push(hit)
    return hits
  }

  /** Asks whoever was there before, and who comes now. */
  async function expectAllSame(): Promise<void> {
    await expectSame(store)
    const other = await open()
    await expectSame(other)
    await other.close()
  }

  /** The segments that all stored filters are of. */
  function filtered(): string[] {
    return keysOf('persons').flatMap((key) => Array.from((decodePersonFilters(faulty.values.get(key)!) as Map<string, unknown>).keys()))
  }

  test('are one value for some ten days, of which all segments are', async () => {
    expect(keysOf('persons')).toHaveLength(2)
    expect(filtered().toSorted()).toEqual(keysOf('segment').toSorted())
    await expectAllSame()
    expect(store.problems).toEqual([])
    expect(await verifyStorage(faulty.storage, { now: () => time })).toMatchObject({ problems: [], foreign: [] })
  })

  test('PV33 spare the segments that do not name the person', async () => {
    const other = await open()
    const before = faulty.calls
    expect(await list(other, { user: 'nobody at all' })).toEqual([])
    // The listings of a look at what is new, the values themselves, and nothing more.
    const first = faulty.calls - before
    for (let count = 0; count < 2; count++) expect(await list(other, { user: 'nobody at all' })).toEqual([])
    expect(first).toBeLessThan(12)
    await other.close()
  })

  test.each<[string, (key: string, value: Buffer) => Buffer | undefined]>([
    ['are gone', () => undefined],
    ['are torn', (_, value) => value.subarray(0, 40)],
    ['are damaged', (_, value) => Buffer.from(value).fill(0, 100, 110)],
    ['are of a later version', () => encodeFrame('{"version":2,"filters":[]}\n')],
    ['say yes to everybody', (_, value) => encodePersonFilters(new Map([...(decodePersonFilters(value) as Map<string, Uint8Array>)].map(([key]) => [key, new Uint8Array(4).fill(255)])))],
    ['are of other segments', () => encodePersonFilters(new Map([['shop:segment:other', Uint8Array.of(0)]]))],
    ['say that the segments could not be read', (_, value) => encodePersonFilters(new Map([...(decodePersonFilters(value) as Map<string, Uint8Array>)].map(([key]) => [key, undefined])))],
  ])('are no more than a hint: the answers are the same when they %s', async (_, change) => {
    for (const key of keysOf('persons')) {
      const value = change(key, faulty.values.get(key)!)
      if (value === undefined) faulty.values.delete(key)
      else faulty.values.set(key, value)
    }
    await expectAllSame()
    const other = await open()
    await other.maintain({ force: true })
    await expectSame(other)
    await expectAllSame()
    await other.close()
  })

  test('that are damaged are reported, and made anew', async () => {
    for (const key of keysOf('persons')) faulty.values.get(key)!.fill(0, 100, 110)
    const damaged = keysOf('persons')
    expect((await verifyStorage(faulty.storage, { now: () => time })).problems.map(({ key }) => key)).toEqual(damaged.toSorted())
    const other = await open()
    await other.maintain({ force: true })
    expect(other.problems.map(({ key }) => key).toSorted()).toEqual(damaged.toSorted())
    expect(filtered().toSorted()).toEqual(keysOf('segment').toSorted())
    expect(keysOf('persons').filter((key) => damaged.includes(key))).toEqual([])
    await other.close()
  })

  test('of what came late follow, and facts of several origins and commits make one hit', async () => {
    const late = Array.from({ length: 30 }, (_, index) => hitOf(index, { origin: 'server', received: noon + index, user: `u${index}` }))
    await appendAll(late)
    await expectAllSame()
    await rest(2 * day)
    await expectAllSame()
    // Of the same hits, without the name, behind them.
    await appendAll(late.slice(0, 10).map(({ id, time, received }) => makeHit({ id, time, received, origin: 'import', visitor: 'x' })))
    await appendAll([makeEvent('buy', { time: noon - 10 * day, session: 's3', visitor: 'late' })])
    await expectAllSame()
    await rest(2 * day)
    await expectAllSame()
    await rest(minute * 30)
    expect(filtered().toSorted()).toEqual(keysOf('segment').toSorted())
    expect(keysOf('persons')).toHaveLength(2)
  })

  test('find the sessions that a link gave to the user', async () => {
    for (const each of [store, reference]) for (const session of ['s1', 's2', 's7']) await each.identify({ site: 'shop', session, user: 'u19', time })
    await expectAllSame()
  })

  test.each([{ user: 'u4' }, { session: 's7' }, { visitor: 'v3' }])('of an erased person go with the segments: %o', async (subject) => {
    expect(await list(store, subject)).not.toEqual([])
    expect(await store.erase({ site: 'shop', ...subject })).toEqual(await reference.erase({ site: 'shop', ...subject }))
    await expectAllSame()
    for (let round = 0; round < 3; round++) await rest(21 * minute)
    await expectAllSame()
    expect(filtered().toSorted()).toEqual(keysOf('segment').toSorted())
    const [[column, name]] = Object.entries(subject) as [[PersonColumn, string]]
    for (const key of keysOf('persons')) {
      const filters = decodePersonFilters(faulty.values.get(key)!) as Map<string, Uint8Array>
      for (const filter of filters.values()) expect(mayHold(filter, [hashOf(column, name)])).toBe(false)
    }
    expect(keysOf('erasure').some((key) => key.endsWith('-done'))).toBe(true)
  })

  test('go when nothing is left of their days', async () => {
    const policy = { anonymous: day, authenticated: day }
    for (const each of [store, reference]) await each.prune(policy)
    for (let round = 0; round < 3; round++) await rest(21 * minute)
    expect([keysOf('segment'), keysOf('persons')]).toEqual([[], []])
  })

  test('a damaged segment is left out and reported, and the others are found', async () => {
    const [key] = keysOf('segment').toSorted()
    faulty.values.get(key!)!.fill(7, 20, 30)
    const other = await open()
    const wanted = (hit: StoredHit) => !key!.includes(hit.day)
    for (const visitor of ['v0', 'v6', 'v12']) expect((await list(other, { visitor })).filter(wanted)).toEqual((await list(reference, { visitor })).filter(wanted))
    expect(other.problems).toEqual([{ key, offset: 0, reason: 'checksum' }])
    await other.close()
  })
})
