import { compareStorages, mirrorStorage, createReferenceStore, createStore, createValues, isHitKey, verifyStorage, type HitStore, type Store } from '@treadlight/store'
import fc from 'fast-check'
import { createStorage, type Storage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createFsDriver } from '../../../packages/store/src/drivers/fs.ts'
import { day, makeHit, minute, noon, testId } from '../makeHit.ts'
import { describeAll, perform, step, type Step } from '../playHistory.ts'
import { createTemporaryDirectory } from '../temporaryDirectory.ts'

const same = { missing: [], differing: [], extra: [] }
const fail = (): never => {
  throw new Error('the power failed')
}

/** A storage of which every call of a method goes through `before` first. */
function watched(storage: Storage, method: 'getItemRaw' | 'setItemRaw' | 'removeItem', before: () => Promise<void> | void): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (name !== method) return typeof value === 'function' ? (value.bind(target) as unknown) : value
      return async (...args: unknown[]) => {
        await before()
        return (value as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
}

async function listIds(store: HitStore): Promise<string[]> {
  const ids: string[] = []
  for await (const { day: its, id } of store.hits({ site: 'shop' })) ids.push(`${its} ${id}`)
  return ids
}

const runOf = (length: number) => fc.array(step, { minLength: length, maxLength: 2 * length })

describe('mirrorStorage', () => {
  test('beside a collector that writes, compacts, erases and prunes; ended and begun again: in the end all is the same, and nobody who was gone is ever seen', async () => {
    await fc.assert(
      fc.asyncProperty(runOf(6), runOf(6), fc.integer({ min: 1, max: 40 }), fc.constantFrom('setItemRaw' as const, 'removeItem' as const), async (before, meanwhile, failAt, method) => {
        let time = noon
        const now = () => time
        const reference = createReferenceStore({ now })
        const [from, to] = [createStorage(), createStorage()]
        const open = (storage: Storage): Promise<Store> => createStore({ storage, durability: 'volatile', now, refreshMs: 0, keepSums: false })
        const source = await open(from)
        let oldest = -Infinity
        const play = async (planned: Step): Promise<void> => {
          time += 21 * minute
          if (planned.do === 'reopen' || planned.do === 'wait') return
          const each = planned.do === 'append' ? { ...planned, hits: planned.hits.filter((hit) => hit.time >= oldest) } : planned
          if (each.do === 'prune' && !each.dryRun) oldest = Math.max(oldest, each.newest === undefined ? time - Math.min(each.anonymous, each.authenticated) : time + day)
          await perform(reference, each, time)
          await perform(source, each, time)
        }
        for (const each of before) await play(each)
        const seen = new Set(await listIds(reference))
        const rest = [...meanwhile]
        let [reads, writes] = [0, 0]
        // What the collector does falls between any two reads of the copy.
        const live = watched(from, 'getItemRaw', async () => {
          if (++reads % 3 !== 0) return
          const next = rest.shift()
          if (next !== undefined) await play(next)
          for (const id of await listIds(reference)) seen.add(id)
        })
        const failing = watched(to, method, () => (++writes === failAt ? fail() : undefined))
        await mirrorStorage({ from: live, to: failing, source: 'here', parallel: 1, now }).catch((error: Error) => expect(error.message).toBe('the power failed'))
        const reader = await open(to)
        expect((await listIds(reader)).filter((id) => !seen.has(id))).toEqual([])
        expect(new Set(await listIds(reader)).size).toBe((await listIds(reader)).length)
        await mirrorStorage({ from: live, to, source: 'here', parallel: 3, now })
        for (const each of rest) await play(each)
        await source.close()
        // The collector has stopped.
        expect((await mirrorStorage({ from, to, source: 'here', now })).settled).toBe(true)
        expect(await compareStorages({ from, to })).toMatchObject(same)
        expect(await describeAll(reader, false)).toEqual(await describeAll(reference, false))
        expect(await describeAll(await open(to), false)).toEqual(await describeAll(reference, false))
        expect((await verifyStorage(to, { now })).foreign).toEqual([])
      }),
      { numRuns: 6 },
    )
  })

  test('marks come before the hits that they hide, and segments before what names them', async () => {
    const [from, to] = [createStorage(), createStorage()]
    let time = noon
    const store = await createStore({ storage: from, durability: 'volatile', now: () => time, refreshMs: 0, keepSums: true })
    await store.append([1, 2, 3, 4].map((number) => makeHit({ id: testId(number), user: number === 1 ? 'gone' : '', session: 's1', time: noon - number * day })))
    await store.identify({ site: 'shop', session: 's1', user: 'u1', time: noon })
    time += 3 * day
    await store.maintain({ force: true })
    await store.erase({ site: 'shop', user: 'gone' })
    await store.prune({ anonymous: 6 * day, authenticated: 6 * day })
    await store.append([makeHit({ id: testId(9), time })])
    await createValues(from).create('token:ab12', 'x')
    const order: string[] = []
    const setItemRaw = to.setItemRaw.bind(to)
    to.setItemRaw = async (key, value) => {
      order.push(key)
      await setItemRaw(key, value)
    }
    await mirrorStorage({ from, to, source: 'here', parallel: 4 })
    const kinds = order.map((key) => key.split(':')[isHitKey(key) ? 1 : 0])
    expect([...new Set(kinds)]).toEqual(['migration', 'erasure', 'link', 'kept', 'pruning', 'segment', 'manifest', 'batch', 'rollup', 'index', 'persons', 'token'])
    expect(kinds).toEqual([...kinds].toSorted((a, b) => kinds.indexOf(a) - kinds.indexOf(b)))
  })

  test('a batch that has grown since, as folders let them, is copied anew', async () => {
    const [from, to] = await Promise.all([1, 2].map(async () => createStorage({ driver: createFsDriver({ base: await createTemporaryDirectory(), sync: false }) })))
    const store = await createStore({ storage: from!, durability: 'volatile', now: () => noon })
    await store.append([makeHit({ id: testId(1) })])
    expect(await mirrorStorage({ from: from!, to: to!, source: 'here' })).toMatchObject({ copied: 1, settled: true })
    await store.append([makeHit({ id: testId(2) })])
    expect(await compareStorages({ from: from!, to: to! })).toMatchObject({ ...same, differing: [expect.stringMatching(/:batch:/)] })
    expect(await mirrorStorage({ from: from!, to: to!, source: 'here' })).toMatchObject({ kept: 1, settled: true })
    expect(await compareStorages({ from: from!, to: to! })).toMatchObject({ ...same, values: 1 })
    await Promise.all([from!.dispose(), to!.dispose()])
  })

  test('what the destination has from elsewhere is never touched', async () => {
    const [from, to] = [createStorage(), createStorage()]
    await createValues(from).create('token:aa', 'ours')
    await createValues(to).create('token:bb', 'theirs')
    const copy = (source = 'here') => mirrorStorage({ from, to, source })
    await expect(copy()).rejects.toThrow('the destination is not empty: it has 1 value (token:bb); name an empty one')
    await to.removeItem('token:bb')
    expect(await copy()).toMatchObject({ copied: 1, settled: true })
    await expect(copy('elsewhere')).rejects.toThrow('the destination has a copy of here, and this is one of elsewhere')
    // A collector has begun to use it.
    await createValues(to).create('login:cc', 'theirs')
    await createValues(from).create('token:dd', 'ours')
    await expect(copy()).rejects.toThrow('it is in use; nothing was changed')
    expect(await to.hasItem('token:dd')).toBe(false)
  })

  test('a dry run says what a run would do', async () => {
    const [from, to] = [createStorage(), createStorage()]
    await createValues(from).create('token:aa', 'x')
    expect(await mirrorStorage({ from, to, source: 'here', dryRun: true })).toMatchObject({ values: 1, copied: 1, kept: 0, deleted: 0 })
    expect(await to.getKeys()).toEqual([])
  })
})
