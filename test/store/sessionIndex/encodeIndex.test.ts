import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredHit } from '@treadlight/store'
import { generateHits } from '../../../bench/generateHits.ts'
import { buildIndex } from '../../../packages/store/src/sessionIndex/buildIndex.ts'
import { columnNames } from '../../../packages/store/src/sessionIndex/columnNames.ts'
import { columnsOfHits } from '../../../packages/store/src/sessionIndex/columnsOfHits.ts'
import { encodeIndex } from '../../../packages/store/src/sessionIndex/encodeIndex.ts'
import { foldIndexes } from '../../../packages/store/src/sessionIndex/foldIndexes.ts'
import { holdIndex, type HeldValues } from '../../../packages/store/src/sessionIndex/holdIndex.ts'
import { IndexDamaged, LaterIndex } from '../../../packages/store/src/sessionIndex/indexFormat.ts'
import { openIndex, type StoredIndex } from '../../../packages/store/src/sessionIndex/openIndex.ts'
import type { SessionIndex } from '../../../packages/store/src/sessionIndex/sessionIndex.ts'
import { day as dayLength, makeHit, noon } from '../makeHit.ts'
import { arbitraryHits } from './arbitraryDay.ts'
import { sayHits, sayIndex } from './sayDay.ts'

const tick = 60_000
const label = { site: 'shop', fingerprints: new Map([['2026-11-21', 'abc']]) }

function indexOf(day: string, hits: readonly StoredHit[]): SessionIndex {
  return buildIndex(columnsOfHits(day, hits)!, { tick })!
}

async function reopen(index: SessionIndex): Promise<StoredIndex> {
  return open(await encodeIndex(index, label))
}

function open(bytes: Uint8Array, onRead?: (bytes: number) => void): Promise<StoredIndex> {
  return openIndex(async (start, end) => {
    onRead?.(end - start)
    return bytes.subarray(start, end)
  }, bytes.length)
}

/** The same hits a few days later. */
function later(hits: readonly StoredHit[], days: number): { day: string; hits: StoredHit[] } {
  const home = new Date(noon + days * dayLength).toISOString().slice(0, 10)
  const moved: StoredHit[] = []
  for (const hit of hits) moved.push({ ...hit, day: home, time: hit.time + days * dayLength })
  return { day: home, hits: moved }
}

test('what was encoded says the same, and so do days folded into one, and those folded again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryHits, { minLength: 1, maxLength: 4 }), async (all) => {
      const days = all.map((hits, at) => later(hits, at))
      const said = days.map(({ day, hits }) => sayHits(day, hits, tick))
      const stored = await Promise.all(days.map(({ day, hits }) => reopen(indexOf(day, hits))))
      expect((await Promise.all(stored.map(sayIndex))).flat()).toEqual(said)
      const folded = await reopen(foldIndexes(stored.toReversed()))
      expect(await sayIndex(folded)).toEqual(said)
      const again = foldIndexes([folded, stored[0]!], ({ day }, index) => (index === folded) === (day !== stored[0]!.days[0]!.day))
      expect(await sayIndex(await reopen(again))).toEqual(said)
    }),
    { numRuns: 150 },
  )
})

test('days that were held say the same, and become the very same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryHits, { minLength: 1, maxLength: 4 }), async (all) => {
      const days = all.map((hits, at) => later(hits, at))
      const indexes = days.map(({ day, hits }) => indexOf(day, hits))
      const shared: HeldValues = new Map()
      const held: SessionIndex[] = []
      for (const index of indexes) held.push(await holdIndex(index, shared))
      expect((await Promise.all(held.map(sayIndex))).flat()).toEqual(days.map(({ day, hits }) => sayHits(day, hits, tick)))
      for (const few of [held, held.slice(1)]) {
        const plain = indexes.slice(indexes.length - few.length)
        expect(await encodeIndex(foldIndexes(few), label)).toEqual(await encodeIndex(foldIndexes(plain), label))
      }
    }),
    { numRuns: 150 },
  )
})

test('a day of generated hits', async () => {
  const [hits = []] = generateHits({ hits: 8000, days: 1, sessionIds: 0.3 })
  const index = await reopen(indexOf(hits[0]!.day, hits))
  expect(await sayIndex(index)).toEqual([sayHits(hits[0]!.day, hits, tick)])
  expect([index.site, index.fingerprints]).toEqual(['shop', label.fingerprints])
})

test.each([
  ['70,000 paths', Array.from({ length: 70_000 }, (_, at) => makeHit({ visitor: `v${at % 9000}`, path: `/${at}\ud800`, time: noon + at }))],
  ['a visit of 70,000 hits', Array.from({ length: 70_000 }, (_, at) => makeHit({ time: noon + at * 7, engaged: 2 ** 32 - 2 - at, scroll: at % 101 }))],
  ['70,000 visits, each with something of its own', Array.from({ length: 70_000 }, (_, at) => makeHit({ visitor: `v${at}`, country: `${at}`, time: noon + at * 600 }))],
])('%s', async (_, hits) => {
  expect(await sayIndex(await reopen(indexOf('2026-11-21', hits)))).toEqual([sayHits('2026-11-21', hits, tick)])
})

test('damage of any byte is found, or harmless', async () => {
  const hits = Array.from({ length: 300 }, (_, at) => makeHit({ visitor: `v${at % 100}`, path: `/${at % 50}/${'x'.repeat(at % 9)}`, engaged: at, time: noon + at * 977 }))
  const bytes = await encodeIndex(indexOf('2026-11-21', hits), label)
  const said = [sayHits('2026-11-21', hits, tick)]
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at]! ^= 1 << at % 8
    const found = await open(damaged).then(sayIndex).catch((error: unknown) => error)
    if (found instanceof IndexDamaged) continue
    expect(found).toEqual(said)
  }
  for (const length of [0, 10, 38, 500, bytes.length - 40]) await expect(open(bytes.subarray(0, length)).then(sayIndex)).rejects.toThrow(IndexDamaged)
})

test('a later version is told from damage', async () => {
  const { Buffer } = await import('node:buffer')
  const { crc32 } = await import('node:zlib')
  const head = 'treadlight index 09 00000002 '
  const bytes = Buffer.from(`${head}${crc32('{}', crc32(head)).toString(16).padStart(8, '0')}\n{}`)
  await expect(open(bytes)).rejects.toThrow(LaterIndex)
})

test('only what is asked for is read, what stands together at once', async () => {
  const [hits = []] = generateHits({ hits: 30_000, days: 1 })
  const bytes = await encodeIndex(indexOf(hits[0]!.day, hits), label)
  const reads: number[] = []
  const index = await open(bytes, (count) => reads.push(count))
  expect(reads.splice(0).length).toBe(1)
  await index.load(['flags', 'hitCount', 'viewCount', 'duration', 'country', 'rawSource'])
  expect(reads.length).toBe(1)
  expect(reads.splice(0)[0]!).toBeLessThan(bytes.length / 4)
  await index.load(columnNames)
  expect(reads.length).toBe(1)
})
