import { idFrom } from '@treadlight/protocol'
import { describe, expect, test } from 'vitest'
import { createIdTable } from '../../packages/store/src/idTable.ts'

const start = Date.UTC(2026, 10, 21, 12)

function idOf(time: number, place: number, number: number): string {
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(place, number)
  return idFrom(time, bytes)
}

// `npm run prove -- slow` found that one hit of 140,000 was taken for another: half of the hash was of the words that did not differ.
describe('an id is never taken for another that differs from it', () => {
  test.each([
    ['by a number in its last bytes and by the millisecond', 200_000, (number: number) => idOf(start + (number % 60_000), 6, number)],
    ['by two numbers', 50_000, (number: number) => idOf(start + (number >> 9), 6, number & 511)],
  ])('%s', (_, count, create) => {
    const table = createIdTable()
    const ids = new Set(Array.from({ length: count }, (_, number) => create(number)))
    let alike = 0
    for (const id of ids) {
      if (table.hasAny(id)) alike++
      table.add(id, 1)
    }
    expect(alike).toBe(0)
    expect([...ids].every((id) => table.has(id, 1))).toBe(true)
  })
})
