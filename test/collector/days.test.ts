import { siteDay } from '@treadlight/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, isTimeZone, startOfDay } from '../../packages/collector/src/days.ts'

// Half-hour and quarter-hour offsets, both hemispheres, both sides of the date line, clocks that jump over midnight.
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Africa/Casablanca',
]

test.each([
  ['UTC', '2026-11-21T00:00:00Z', '2026-11-21'],
  ['UTC', '2026-11-20T23:59:59.999Z', '2026-11-20'],
  ['Europe/Berlin', '2026-11-20T23:00:00Z', '2026-11-21'],
  ['Europe/Berlin', '2026-06-30T21:59:59Z', '2026-06-30'],
  ['America/New_York', '2026-11-21T04:59:59Z', '2026-11-20'],
  ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', '2026-11-21'],
])('%s: %s is on %s', (zone, time, day) => {
  expect(siteDay(zone, Date.parse(time))).toBe(day)
})

test.each(zones)('every moment of %s lies between the start of its day and the next', (zone) => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) }), (time) => {
      const day = siteDay(zone, time)
      const start = startOfDay(zone, day)
      expect(start).toBeLessThanOrEqual(time)
      expect(time).toBeLessThan(startOfDay(zone, addDays(day, 1)))
      expect(siteDay(zone, start)).toBe(day)
      expect(siteDay(zone, start - 1)).toBe(addDays(day, -1))
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Australia/Lord_Howe', '2026-04-05', 24.5],
  // Midnight does not exist: clocks go from 00:00 to 01:00.
  ['Asia/Beirut', '2026-03-29', 23],
])('%s: %s has %d hours', (zone, day, hours) => {
  expect((startOfDay(zone, addDays(day, 1)) - startOfDay(zone, day)) / 3_600_000).toBe(hours)
})

test('knows zones from nonsense', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true)
  expect(isTimeZone('Mars/Olympus')).toBe(false)
})
