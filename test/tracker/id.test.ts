import { idTime, isId, queueMaxAge } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createId, idStart } from '../../packages/tracker/src/id.ts'
import { maxAge } from '../../packages/tracker/src/queue.ts'

test('an id is a UUIDv7 of its time, from the first millisecond of 1970 on', () => {
  for (const time of [0, 1, 1_795_000_000_123, Date.now(), 2 ** 44]) {
    const id = createId(time)
    expect(isId(id)).toBe(true)
    expect(idTime(id)).toBe(time)
  }
})

test('edge 32: ids of one millisecond are distinct and sort in the order in which they were made', () => {
  // Four thousand and more, so that the count runs over.
  const ids = Array.from({ length: 3000 }, () => createId(1_795_000_000_000))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.toSorted()).toEqual(ids)
})

test('the same id of another time keeps all but the time', () => {
  const id = createId(1_795_000_000_000)
  const moved = idStart(1_700_000_000_000) + id.slice(13)
  expect(idTime(moved)).toBe(1_700_000_000_000)
  expect(isId(moved)).toBe(true)
})

test('the queue keeps hits as long as the protocol says', () => {
  expect(maxAge).toBe(queueMaxAge)
})
