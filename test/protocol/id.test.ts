import { createId, cutText, idFrom, idTime, isId, withTime } from '@treadlight/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('an id is a UUIDv7 that tells its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 32 }), (time, bytes) => {
      const id = idFrom(time, bytes)
      expect(isId(id)).toBe(true)
      expect(idTime(id)).toBe(time)
    }),
  )
})

test('the same time and bytes give the same id, other bytes another', () => {
  const bytes = new Uint8Array(10).fill(7)
  expect(idFrom(1, bytes)).toBe(idFrom(1, bytes))
  expect(idFrom(1, bytes)).not.toBe(idFrom(1, new Uint8Array(10).fill(8)))
})

test('an id is that and nothing around it', () => {
  const id = createId(1)
  for (const text of [` ${id}`, `0${id}`, `${id} `, `${id}0`, `${id}\n`]) expect(isId(text)).toBe(false)
})

test('an id of another time is the same but for that', () => {
  const id = createId(1)
  const moved = withTime(id, 1_700_000_000_000)
  expect([isId(moved), idTime(moved), moved.slice(13)]).toEqual([true, 1_700_000_000_000, id.slice(13)])
})

test('new ids differ', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => createId(1))).size).toBe(10_000)
})

test('cutting keeps whole characters and nothing behind the limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, limit) => {
      expect(cutText(text, limit)).toBe([...text].slice(0, limit).join(''))
    }),
  )
})
