import { idTime, isId } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createId } from '../../packages/tracker/src/id.ts'

// The page's clock starts at 2 ** 40, in 2004, so no id is older; the last has eleven digits in base 16.
test.each([2 ** 40, 1_795_000_000_123, Date.now(), 2 ** 44 - 1])('an id is a UUIDv7 of its time: %d', (time) => {
  for (let count = 0; count < 100; count++) {
    const id = createId(time)
    expect(isId(id)).toBe(true)
    expect(idTime(id)).toBe(time)
  }
})

test.each([0n, 1n, 2n ** 64n - 1n, 2n ** 63n])('whatever is drawn: %d', (drawn) => {
  const { getRandomValues } = crypto
  crypto.getRandomValues = (array) => ((array as unknown as BigUint64Array)[0] = drawn, array)
  expect(isId(createId(1_795_000_000_000))).toBe(true)
  crypto.getRandomValues = getRandomValues
})

test('edge 32: ids of one millisecond are distinct', () => {
  const ids = Array.from({ length: 3000 }, () => createId(1_795_000_000_000))
  expect(new Set(ids).size).toBe(ids.length)
})
