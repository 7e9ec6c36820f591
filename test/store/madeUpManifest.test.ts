import type { Buffer } from 'node:buffer'
import { createStore, openStorage, verifyStorage, type MaintainReport, type Store } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { fillFolder, hitOf, runCli } from '../collector/runCli.ts'
import { createFaultyStorage, type FaultyStorage } from './faultyStorage.ts'
import { day, makeHit, minute, noon } from './makeHit.ts'
import { createTemporaryDirectory } from './temporaryDirectory.ts'

const later = noon + 20 * day
type Values = ReadonlyMap<string, Buffer>

const open = ({ storage }: FaultyStorage, now: () => number) => createStore({ storage, durability: 'volatile', now, refreshMs: 0 })
const keysOf = (values: Values, part: string) => [...values.keys()].filter((key) => key.includes(part)).toSorted()

async function idsOf(store: Store): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of store.hits({ site: 'shop', order: 'oldest' })) ids.push(id)
  return ids
}

/**
 * Three days in segments that one manifest names, and a second manifest that has replaced some of them.
 * @param change brings it about
 * @param others hits of each day beside two: few are put together with what is written anew, by a third manifest
 */
async function replaced(change: (store: Store) => Promise<unknown>, others: number): Promise<{ values: Values; ids: string[] }> {
  const faulty = createFaultyStorage({ append: true })
  let now = noon
  const store = await open(faulty, () => now)
  for (const age of [5, 4, 3]) {
    const time = noon - age * day
    await store.append([makeHit({ time }), makeHit({ time, visitor: age === 3 ? 'v' : 'ada' }), ...Array.from({ length: others }, () => makeHit({ time, user: 'bob' }))])
  }
  for (let round = 0; round < 6; round++) {
    if (round === 2) await change(store)
    now += 21 * minute
    await store.maintain()
  }
  const { values } = faulty
  expect(keysOf(values, ':manifest:')).toHaveLength(others < 4 ? 3 : 2)
  return { values, ids: await idsOf(store) }
}

interface Outcome {
  report: MaintainReport
  ids: string[]
  /** As somebody sees it who comes when upkeep is done with it. */
  problems: readonly object[]
  verified: readonly object[]
}

/** Upkeep finds the second manifest changed, and values gone. */
async function makeUp(values: Values, change: (manifest: Buffer) => Buffer, gone: readonly string[] = []): Promise<Outcome> {
  const faulty = createFaultyStorage({ append: true })
  for (const [key, value] of values) if (!gone.includes(key)) faulty.values.set(key, value)
  const [, manifest] = keysOf(values, ':manifest:')
  faulty.values.set(manifest!, change(values.get(manifest!)!))
  let time = later
  const keeper = await open(faulty, () => time)
  const report = await keeper.maintain()
  for (let round = 0; round < 2; round++) {
    time += 21 * minute
    await keeper.maintain()
  }
  const newcomer = await open(faulty, () => time)
  const ids = await idsOf(newcomer)
  await newcomer.maintain()
  return { report, ids, problems: newcomer.problems, verified: (await verifyStorage(faulty.storage, { now: () => time })).problems }
}

const flip = (bit: number) => (bytes: Buffer) => bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) as Buffer

describe('a manifest that has replaced segments, and is damaged', async () => {
  const erased = await replaced((store) => store.erase({ site: 'shop', visitor: 'ada' }), 12)
  const merged = await replaced((store) => store.erase({ site: 'shop', visitor: 'ada' }), 1)
  const pruned = await replaced((store) => store.prune({ anonymous: 4.5 * day, authenticated: 4.5 * day }), 12)

  test.each([
    ['an erasure', erased, 2],
    ['an erasure, of which nothing is left', merged, 0],
    ['a pruning', pruned, 0],
  ] as const)('of %s: wherever a bit has changed, all is back and nobody is told that something is missing', async (_, { values, ids }, found) => {
    const { length } = values.get(keysOf(values, ':manifest:')[1]!)!
    for (let bit = 0; bit < length * 8; bit += 13) {
      const { report, ...outcome } = await makeUp(values, flip(bit))
      expect([bit, outcome]).toEqual([bit, { ids, problems: [], verified: [] }])
      expect([bit, report]).toMatchObject([bit, { deleted: expect.toSatisfy((count: number) => count > 0), ...(found > 0 && { regained: found }) }])
    }
  })

  test('and a segment that it has named is lost: that stays to be seen', async () => {
    const { values } = erased
    const { files } = JSON.parse(values.get(keysOf(values, ':manifest:')[1]!)!.toString().split('\n')[1]!) as { files: { key: string; day: string }[] }
    for (const { key, day: home } of files) {
      const { problems, verified } = await makeUp(values, flip(100 * 8), [key])
      expect(problems).toMatchObject([{ reason: 'missing' }])
      expect(verified).toMatchObject([{ key: expect.stringContaining(home), reason: 'missing' }])
    }
  })

  test('and a segment is lost that it says nothing of: that stays to be seen', async () => {
    const { values } = erased
    const key = keysOf(values, `:segment:${new Date(noon - 3 * day).toISOString().slice(0, 10)}`)[0]!
    expect((await makeUp(values, flip(100 * 8), [key])).problems).toEqual([{ key, offset: 0, reason: 'missing' }])
  })
})

test('compact says that it has found hits again', async () => {
  const folder = await createTemporaryDirectory()
  await fillFolder(`${folder}/data`, [hitOf(5), hitOf(4), hitOf(4)], 2)
  const { storage, durability } = await openStorage({ driver: 'fs', base: `${folder}/data` })
  const store = await createStore({ storage, durability, now: () => Date.now() - day })
  await store.maintain({ force: true })
  await store.close()
  await storage.dispose()
  for (const key of await storage.getKeys('default:batch')) await storage.removeItem(key)
  const [manifest] = await storage.getKeys('default:manifest')
  const bytes = (await storage.getItemRaw<Buffer>(manifest!))!
  await storage.removeItem(manifest!)
  await storage.setItemRaw(manifest!, flip(100 * 8)(bytes))
  const { code, out } = await runCli(folder, ['compact'])
  // Whether ten days have ended since the first upkeep, and are put together, depends on the date.
  expect([code, out]).toEqual([0, expect.stringMatching(/^Found 3 hits again, of segments whose manifest is damaged, (indexed 2 days, )?deleted 1 value that was no longer needed\./)])
  expect((await runCli(folder, ['export'])).code).toBe(0)
})
