import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRollup } from '../../../packages/store/src/rollup/encodeRollup.ts'
import { foldRollups } from '../../../packages/store/src/rollup/foldRollups.ts'
import { openRollup, type StoredRollup } from '../../../packages/store/src/rollup/openRollup.ts'
import { packedLength, packSums, unpackSums } from '../../../packages/store/src/rollup/packSums.ts'
import { columnsOf, keptSums, largestSum, rollupDimensions, type Rollup } from '../../../packages/store/src/rollup/rollup.ts'
import { LaterRollup, RollupDamaged } from '../../../packages/store/src/rollup/rollupFormat.ts'
import { makeHit, noon } from '../makeHit.ts'
import { arbitraryDays, dayAfter } from './arbitraryDays.ts'
import { rollUp } from './rollups.ts'

function open(bytes: Uint8Array): Promise<StoredRollup> {
  return openRollup(async (start, end) => bytes.subarray(start, end), bytes.length)
}

/** All that it says, in an order of its own. */
async function say(rollup: Rollup): Promise<unknown> {
  const rows = new Map()
  for (const dimension of rollupDimensions) {
    const { labels, sums } = await rollup.rows(dimension)
    rows.set(dimension, new Map(labels.map((label, row) => [label, keptSums.map((name) => sums[name][row])])))
  }
  return { days: rollup.days, names: rollup.names, totals: await rollup.totals(), rows }
}

test('a rollup is read as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryDays, async (days) => {
      const rollups = await Promise.all(days.map((hits, count) => rollUp(dayAfter(count), hits)))
      for (const rollup of [...rollups, foldRollups(rollups)]) {
        const stored = await open(await encodeRollup(rollup, { site: 'shop' }))
        expect(stored.site).toBe('shop')
        expect(await say(stored)).toEqual(await say(rollup))
      }
    }),
    { numRuns: 50 },
  )
})

const hits = ['/', '/a', '/b'].map((path, at) => makeHit({ path, time: noon + at, visitor: `v${at}`, country: 'DE', engaged: 7000 }))

describe('a rollup that is not what was written', () => {
  test('is refused, wherever a bit has changed', async () => {
    const bytes = await encodeRollup(await rollUp(dayAfter(0), hits), { site: 'shop' })
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes)
      damaged[at]! ^= 1 << (at % 8)
      await expect(open(damaged).then(say)).rejects.toThrow(RollupDamaged)
    }
  })

  test('is refused, wherever it ends', async () => {
    const bytes = await encodeRollup(await rollUp(dayAfter(0), hits), { site: 'shop' })
    for (let end = 0; end < bytes.length; end++) await expect(open(bytes.subarray(0, end)).then(say)).rejects.toThrow(RollupDamaged)
  })

  test('is refused by what it says of itself: a later format', async () => {
    const bytes = Buffer.from(await encodeRollup(await rollUp(dayAfter(0), hits), { site: 'shop' }))
    const length = parseInt(bytes.toString('latin1', 21, 29), 16)
    const head = `treadlight rollup 99 ${bytes.toString('latin1', 21, 29)} `
    bytes.write(`${head}${crc32(bytes.subarray(39, 39 + length), crc32(head)).toString(16).padStart(8, '0')}`, 'latin1')
    await expect(open(bytes)).rejects.toThrow(LaterRollup)
  })

  test('does not spoil what is whole, and may be read another time', async () => {
    const bytes = await encodeRollup(await rollUp(dayAfter(0), hits), { site: 'shop' })
    let isDamaged = true
    const last = bytes.length - 1
    const stored = await openRollup(async (start, end) => bytes.subarray(start, end).map((byte, at) => (isDamaged && start + at === last ? byte ^ 1 : byte)), bytes.length)
    expect((await stored.rows('visit:country')).labels).toEqual(['DE'])
    await expect(stored.rows('event:name')).rejects.toThrow(RollupDamaged)
    isDamaged = false
  })
})

test('a section of a large rollup is read by itself', async () => {
  const day = dayAfter(0)
  const many = Array.from({ length: 70_000 }, (_, at) => makeHit({ day, path: `/${(at * 2654435761) % 2 ** 32}`, time: noon + at, visitor: `v${at % 9000}` }))
  const rollup = await rollUp(day, many)
  const bytes = await encodeRollup(rollup, { site: 'shop' })
  let read = 0
  const stored = await openRollup(async (start, end) => ((read += end - start), bytes.subarray(start, end)), bytes.length)
  expect((await stored.totals())['pageviews'][0]).toBe(70_000)
  expect((await stored.rows('visit:country')).labels).toEqual(['(not set)'])
  expect(read).toBeLessThan(70_000)
  expect((await stored.rows('event:page')).labels).toHaveLength(70_000)
})

test('sums that are too large to be exact are not written', async () => {
  const rollup = await rollUp(dayAfter(0), hits)
  const sums = async (largest: number) => columnsOf(() => Float64Array.of(largest))
  const stored = await open(await encodeRollup({ ...rollup, totals: () => sums(largestSum) }, { site: 'shop' }))
  expect(await stored.totals()).toEqual(await sums(largestSum))
  await expect(encodeRollup({ ...rollup, totals: () => sums(largestSum + 1) }, { site: 'shop' })).rejects.toThrow(RangeError)
})

test('columns of whole numbers', () => {
  const number = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -largestSum, max: largestSum }), fc.nat())
  fc.assert(
    fc.property(fc.array(number), fc.nat(10), (numbers, before) => {
      const packed = packSums(Float64Array.from(numbers))
      expect(packed).toHaveLength(packedLength(packed[0]!, numbers.length))
      expect([...unpackSums(Uint8Array.from([...new Uint8Array(before), ...packed]), before, numbers.length)]).toEqual(numbers.map((its) => its + 0))
    }),
  )
})
