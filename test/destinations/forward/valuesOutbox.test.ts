import { createValuesOutbox, createWriters, parseOutboxKey, type ValuesOutbox } from '@treadlight/destinations/forward'
import { createValues, isForeignKey, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeForwarded } from './makeForwarded.ts'

let values: Values
let clock: number
const now = (): number => clock
const open = (writer: string): ValuesOutbox => createValuesOutbox({ values, writer, now })

beforeEach(() => {
  values = createValues(createStorage())
  clock = Date.parse('2026-11-21T12:00:00Z')
})

describe('an outbox in a storage', () => {
  test('gives back what was put in, oldest first, and says who did', async () => {
    const [one, two] = [open('a1'), open('b2')]
    const hits = [makeForwarded({ title: 'Ça\n"x"\u2028' }), makeForwarded()]
    const first = await one.write('ga4', hits)
    clock++
    await two.write('matomo', [makeForwarded({ site: 'blog_-' })])
    expect(await two.read(first)).toEqual(hits)
    expect((await one.list()).map(({ destination, site, writer, hits: count }) => [destination, site, writer, count])).toEqual([
      ['ga4', 'shop', 'a1', 2],
      ['matomo', 'blog_-', 'b2', 1],
    ])
    await two.remove(first)
    expect(await one.read(first)).toBeUndefined()
  })

  test('many of one millisecond are many, and sort as they were written', async () => {
    const outbox = open('a1')
    const keys: string[] = []
    for (let index = 0; index < 300; index++) keys.push((await outbox.write('ga4', [makeForwarded()])).key)
    expect((await outbox.list()).map(({ key }) => key)).toEqual(keys)
  })

  test('no key of it is taken for a site’s, nor another for one of it', async () => {
    const { key } = await open('a1').write('batch', [makeForwarded({ site: 'forwarding' })])
    expect(isForeignKey(key)).toBe(false)
    for (const other of ['shop:batch:20261121T1200-w-1', 'forwarding:batch:20261121T1200-w-1', 'forwarding:waiting:x', `${key}.x:y`, 'token:waiting']) expect(parseOutboxKey(other)).toBeUndefined()
  })

  test('what was given up waits again, once, or is removed; of other destinations nothing', async () => {
    const outbox = open('a1')
    const [one, two] = [makeForwarded({ title: 'one' }), makeForwarded({ site: 'blog', title: 'two' })]
    await outbox.bury('ga4', [{ hit: one, reason: 'x', time: clock }, { hit: two, reason: 'y', time: clock }])
    await outbox.bury('matomo', [{ hit: one, reason: 'z', time: clock }])
    const parcels = await open('b2').revive('ga4')
    expect(parcels.map(({ destination, site, hits }) => [destination, site, hits]).toSorted()).toEqual([['ga4', 'blog', 1], ['ga4', 'shop', 1]])
    expect((await Promise.all(parcels.map((parcel) => outbox.read(parcel)))).flat().map((hit) => hit!.title).toSorted()).toEqual(['one', 'two'])
    expect((await outbox.list()).map(({ writer }) => writer)).toEqual(['b2', 'b2'])
    expect([await outbox.revive('ga4'), await outbox.countDead('ga4'), await outbox.countDead('matomo')]).toEqual([[], 0, 1])
    expect([await outbox.discardDead('matomo'), await outbox.discardDead('matomo'), await outbox.countDead('matomo')]).toEqual([1, 0, 0])
  })

  test('a person is taken out of what waits and of dead letters, whoever wrote it; of other sites nobody', async () => {
    const outbox = open('a1')
    const [jo, al] = [makeForwarded({ user: 'jo' }), makeForwarded({ user: 'al' })]
    await outbox.write('ga4', [jo, al])
    await outbox.write('ga4', [jo])
    await outbox.write('ga4', [makeForwarded({ user: 'jo', site: 'blog' })])
    await outbox.bury('ga4', [{ hit: jo, reason: 'x', time: clock }, { hit: al, reason: 'y', time: clock }])
    expect(await open('c3').erase('shop', ({ user }) => user === 'jo')).toBe(3)
    const left = await Promise.all((await outbox.list()).map(async (parcel) => (await outbox.read(parcel))?.map(({ user, site }) => `${user} ${site}`)))
    expect(left.flat().toSorted()).toEqual(['al shop', 'jo blog'])
    expect((await outbox.deadLetters('ga4', 9)).map(({ hit }) => hit.user)).toEqual(['al'])
    for (const key of await values.list('')) {
      const text = new TextDecoder().decode(await values.read(key))
      expect(text.includes('"jo"') && !key.endsWith('.blog')).toBe(false)
    }
  })

  test('two who take different people out at once both succeed', async () => {
    const outbox = open('a1')
    await outbox.write('ga4', ['jo', 'al', 'bo'].map((user) => makeForwarded({ user })))
    await Promise.all([outbox.erase('shop', ({ user }) => user === 'jo'), open('b2').erase('shop', ({ user }) => user === 'al')])
    const left = await Promise.all((await outbox.list()).map(async (parcel) => (await outbox.read(parcel))!.map(({ user }) => user)))
    expect(left).toEqual([['bo']])
  })

  test('dead letters are bounded, and the newest stay', async () => {
    const outbox = open('a1')
    for (let index = 0; index < 12; index++) {
      clock++
      await outbox.bury('ga4', Array.from({ length: 100 }, () => ({ hit: makeForwarded(), reason: `round ${index}`, time: clock })))
    }
    expect(await outbox.countDead('ga4')).toBe(1000)
    expect((await outbox.deadLetters('ga4', 1))[0]?.reason).toBe('round 11')
  })

  test('what had its time goes: dead letters, and what waits for nobody', async () => {
    const outbox = open('a1')
    await outbox.write('gone', [makeForwarded()])
    await outbox.write('ga4', [makeForwarded()])
    await outbox.bury('ga4', [{ hit: makeForwarded(), reason: 'x', time: clock }])
    clock += 1000
    await outbox.sweep((name) => name === 'ga4', 2000)
    expect(await values.list('forwarding:')).toHaveLength(3)
    clock += 2000
    await outbox.sweep((name) => name === 'ga4', 2000)
    expect((await outbox.list()).map(({ destination }) => destination)).toEqual(['ga4'])
    expect(await outbox.countDead('ga4')).toBe(0)
  })

  test('a value that is damaged is left out, and holds up nothing', async () => {
    const storage = createStorage()
    values = createValues(storage)
    const outbox = open('a1')
    const parcel = await outbox.write('ga4', [makeForwarded()])
    await storage.setItemRaw(parcel.key, Buffer.from('rubbish'))
    expect(await outbox.read(parcel)).toBeUndefined()
  })
})

describe('processes that share one', () => {
  const begin = () => createWriters({ values, now, takeOverAfter: 100, keepFor: 1000 })

  test('the one that has lived longest is the heir of one that gives no sign any more', async () => {
    const old = begin()
    clock++
    const dead = begin()
    clock++
    const young = begin()
    for (const writer of [old, dead, young]) await writer.beat([])
    for (const writer of [old, young]) expect((await writer.look()).alive).toEqual(new Set([old.own, dead.own, young.own]))
    clock += 60
    for (const writer of [old, young]) await writer.beat([])
    for (const writer of [old, young]) await writer.look()
    clock += 60
    expect(await old.look()).toMatchObject({ isHeir: true, alive: new Set([old.own, young.own]), gone: [{ name: dead.own }] })
    expect(await young.look()).toMatchObject({ isHeir: false, gone: [{ name: dead.own }] })
  })

  test('one that ended as it should is nobody to look for, and its ids are known for a while', async () => {
    const one = begin()
    await one.beat(['a', 'b'])
    await one.close()
    clock++
    const two = begin()
    await two.beat(['c'])
    expect(await two.look()).toMatchObject({ isHeir: true, gone: [], alive: new Set([two.own]) })
    expect(await two.writtenIds()).toEqual(new Set(['a', 'b', '', 'c']))
    await two.tidy()
    expect((await two.writtenIds()).has('a')).toBe(true)
    clock += 1001
    await two.tidy()
    expect((await two.writtenIds()).has('a')).toBe(false)
  })

  test('signs do not pile up', async () => {
    const one = begin()
    for (let index = 0; index < 100; index++) {
      clock += 50
      await one.beat([String(index)])
    }
    expect((await values.list('forwarding:writer:')).length).toBeLessThan(25)
  })
})
