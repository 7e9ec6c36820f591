import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { packDeltas, unpackDeltas } from '../../../packages/store/src/segment/deltas.ts'
import { decodeSegment } from '../../../packages/store/src/segment/decodeSegment.ts'
import { encodeSegment } from '../../../packages/store/src/segment/encodeSegment.ts'
import { decodeAt, decodePerson } from '../../../packages/store/src/segment/findRows.ts'
import { openSegment } from '../../../packages/store/src/segment/openSegment.ts'
import type { StoredHit } from '../../../packages/store/src/hit.ts'
import { makeHit } from '../makeHit.ts'

/** Enough that pages are larger than what is inflated as a whole in any case. */
const count = 6000

function hexOf(number: number): string {
  return (Math.imul(number + 1, 2654435761) >>> 0).toString(16).padStart(8, '0')
}

/** With columns that every row has, that few have, and that only the last ones have. */
function makeHits(): StoredHit[] {
  return Array.from({ length: count }, (_, number) => ({
    ...makeHit({
      id: `01a17897-5658-7320-${hexOf(number).slice(0, 4)}-${hexOf(number * 7)}${hexOf(number).slice(4)}`,
      time: Date.UTC(2026, 9, 26) + ((number * 7919) % 80_000_000),
      visitor: hexOf(number >> 1),
      session: number % 3 === 0 ? '' : hexOf(number >> 2),
      path: `/page/${(number * number) % 997}`,
    }),
    ...(number % 5 === 0 && { engaged: (number * 104_729) % 60_000, scroll: number % 101 }),
    ...(number > count - 20 && { city: `city ${number}` }),
  }))
}

test('rows that are picked are those that all of them are, wherever they stand and in any order of asking', async () => {
  const bytes = encodeSegment(makeHits())
  const all = await decodeSegment(bytes)
  for (const rows of [[0], [0, 1, 2], [5, 700], [count / 2], [count - 1], [0, count - 1]]) {
    expect(decodeAt(openSegment(bytes), rows)).toEqual(rows.map((row) => all[row]))
  }
  const kept = openSegment(bytes)
  for (const group of kept.groups) Object.assign(group, { kept: new Map(), dictionaries: new Map() })
  for (const row of [3, 2500, 40, count - 3, 4000, 3]) {
    expect(decodeAt(kept, [row])).toEqual([all[row]])
    const { session, visitor } = all[row]!
    expect(decodePerson(kept, new Map([['visitor', new Set([visitor])]]))).toEqual(all.filter((hit) => hit.visitor === visitor))
    if (session !== '') expect(decodePerson(kept, new Map([['session', new Set([session])]]))).toEqual(all.filter((hit) => hit.session === session))
  }
})

test('differences are unpacked as hyparquet does, as many as are asked for', () => {
  const integers = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), { minLength: 1, maxLength: 700 })
  fc.assert(
    fc.property(integers, fc.integer({ min: 1, max: 700 }), (values, most) => {
      const bytes = packDeltas(0, Int32Array.from(values), 'INT32')
      const wanted = Math.min(most, values.length)
      const theirs = new Int32Array(values.length)
      deltaBinaryUnpack({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }, values.length, theirs)
      expect([...theirs]).toEqual(values)
      const { base, offsets } = unpackDeltas(bytes, wanted)
      expect(Array.from(offsets, (offset) => (base + offset) | 0)).toEqual(values.slice(0, wanted))
    }),
  )
})

test('differences that end too early are an error', () => {
  const bytes = packDeltas(0, Int32Array.from({ length: 600 }, (_, at) => at * at), 'INT32')
  expect(() => unpackDeltas(bytes.subarray(0, bytes.length >> 1), 600)).toThrow(RangeError)
})
