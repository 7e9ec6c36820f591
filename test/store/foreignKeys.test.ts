import { createStore, verifyStorage, type Store } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { createFaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'

const kinds = ['batch', 'manifest', 'segment', 'link', 'erasure', 'pruning'] as const
const foreign: string[] = kinds.map((kind) => `shop:${kind}:README.txt`)

describe('what others have put among the values of a site', () => {
  test.each([true, false])('counts for nothing, is no damage, and stays (append: %s)', async (append) => {
    const { storage, values } = createFaultyStorage({ append })
    for (const key of foreign) values.set(key, Buffer.from('These are the hits of our shop.\n'))
    let time = noon
    const open = (): Promise<Store> => createStore({ storage, durability: 'volatile', now: () => time, refreshMs: 0 })
    const store = await open()
    await store.append([makeHit({ user: 'ada' }), makeHit({ session: 's' })])
    await store.identify({ site: 'shop', session: 's', user: 'bob', time })
    await store.prune({ anonymous: 90 * day, authenticated: 365 * day })
    await store.erase({ site: 'shop', user: 'ada' })
    for (const rest of [2 * day, 30 * minute, 7 * 60 * minute, 30 * minute]) {
      time += rest
      await store.maintain()
    }
    // Nothing of them is waited for.
    expect([...values.keys()].filter((key) => key.endsWith('-done'))).not.toEqual([])
    const again = await open()
    for (const each of [store, again]) {
      expect(each.problems).toEqual([])
      expect(await each.sites()).toEqual(['shop'])
      const users: string[] = []
      for await (const { user } of each.hits({ site: 'shop' })) users.push(user)
      expect(users).toEqual(['bob'])
      await each.close()
    }
    expect([...values.keys()].filter((key) => key.endsWith('README.txt')).toSorted()).toEqual(foreign.toSorted())
    expect(await verifyStorage(storage, { now: () => time })).toMatchObject({ problems: [], foreign: foreign.toSorted() })
  })

  test.each(['manifest', 'link', 'erasure', 'pruning'])('one of a later version is refused, whatever its name: %s', async (kind) => {
    const { storage, values } = createFaultyStorage({ append: true })
    values.set(`shop:${kind}:v2`, Buffer.from('treadlight 2 00000002 c79a65d3\n{}'))
    await expect(createStore({ storage, durability: 'volatile' })).rejects.toThrow(new RegExp(`shop:${kind}:v2.*upgrade treadlight`))
    expect(await verifyStorage(storage)).toMatchObject({ problems: [{ key: `shop:${kind}:v2`, reason: 'later' }] })
  })

  test('beside a damaged manifest it is no segment to adopt', async () => {
    const { storage, values } = createFaultyStorage({ append: true })
    let time = noon
    const open = (): Promise<Store> => createStore({ storage, durability: 'volatile', now: () => time, refreshMs: 0 })
    const first = await open()
    await first.append([makeHit()])
    time += 2 * day
    await first.maintain()
    await first.close()
    const key = [...values.keys()].find((each) => each.includes(':manifest:'))!
    values.get(key)!.fill(0, 20, 30)
    values.set('shop:segment:README.txt', Buffer.from('These are the hits of our shop.\n'))
    time += day
    const store = await open()
    expect(await store.maintain()).toMatchObject({ regained: 1 })
    expect(store.problems.map((problem) => problem.key)).toEqual([key])
    await store.close()
  })

  test.each([
    ['manifest', 'shop:manifest:01a1fd7bc8c0-0123456789ab-400'],
    ['link', `shop:link:${'0a'.repeat(32)}`],
    ['erasure', `shop:erasure:${'0a'.repeat(32)}-1795262400000`],
    ['pruning', 'shop:pruning:01a1fd7bc8c0-0123456789ab'],
  ])('a %s by its name is still damage if it is none', async (_, key) => {
    const { storage, values } = createFaultyStorage({ append: true })
    values.set(key, Buffer.from('x'.repeat(400)))
    const store = await createStore({ storage, durability: 'volatile', now: () => noon, refreshMs: 0 })
    expect(store.problems.map((problem) => problem.key)).toEqual([key])
    await store.close()
  })
})
