import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atMostEvery } from '../../packages/dashboard/src/atMostEvery.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first at once, all others of a pause as one after it', () => {
  const runs: number[] = []
  const began = Date.now()
  const { now } = atMostEvery(3000, () => runs.push(Date.now() - began))
  for (let call = 0; call < 10; call += 1) {
    now()
    vi.advanceTimersByTime(500)
  }
  vi.advanceTimersByTime(60_000)
  expect(runs).toEqual([0, 3000, 6000])
  now()
  expect(runs).toHaveLength(4)
})

test('nothing comes after it is stopped', () => {
  const task = vi.fn()
  const { now, stop } = atMostEvery(3000, task)
  now()
  now()
  stop()
  vi.advanceTimersByTime(60_000)
  expect(task).toHaveBeenCalledTimes(1)
})
