import { expect, test } from 'vitest'
import { readRetryAfter, retryPause, type Trouble } from '@treadlight/destinations/forward'

const now = Date.parse('2026-11-21T12:00:00Z')

test.each([
  [null, 0],
  ['', 0],
  ['7', 7000],
  [' 7 ', 7000],
  ['0', 0],
  ['-3', 0],
  ['1.5', 0],
  ['soon', 0],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['86400', 3_600_000],
])('SS38: Retry-After %j is %d ms', (value, ms) => {
  expect(readRetryAfter(value, now)).toBe(ms)
})

test.each<[string, Partial<Trouble>, number, number, number]>([
  ['none of the first second', {}, 0, 0, 0],
  ['half of the first second', {}, 0, 0.5, 500],
  ['half of 2 s', {}, 1, 0.5, 1000],
  ['half of 4 s', {}, 2, 0.5, 2000],
  ['half of 256 s at most', {}, 5000, 0.5, 128_000],
  ['on top of what the collector asks for', { retryAfter: 5000 }, 0, 0.5, 5500],
  ['slowly where only the owner can mend it', { isOwners: true }, 0, 0.5, 60_500],
])('SS38: the pause is %s', (_, trouble, failures, random, ms) => {
  expect(retryPause({ reason: '', retryAfter: 0, isOwners: false, ...trouble }, failures, random)).toBe(ms)
})
