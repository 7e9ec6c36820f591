import { afterEach, expect, test, vi } from 'vitest'
import { readRetryAfter, retryDelay } from '../../packages/tracker/src/retry.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test.each([
  [0, 1000],
  [1, 2000],
  [5, 32_000],
  [9, 300_000],
  [5000, 300_000],
])('edge 30: after %i failures the wait is anywhere below %i ms', (failures, longest) => {
  const random = vi.spyOn(Math, 'random')
  random.mockReturnValue(0)
  expect(retryDelay(failures)).toBe(0)
  random.mockReturnValue(1)
  expect(retryDelay(failures)).toBe(longest)
})

test.each([
  [null, 0],
  ['', 0],
  ['0', 0],
  ['7', 7000],
  ['0.5', 500],
  ['-7', 0],
  ['soon', 0],
  ['1e99', 3_600_000],
  ['86400', 3_600_000],
  ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
])('edge 30: Retry-After %j is %i ms', (header, pause) => {
  vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') })
  expect(readRetryAfter(header)).toBe(pause)
})
