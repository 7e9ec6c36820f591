import { createBuckets, siteDay } from '@treadlight/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const rows: [zone: string, time: string, day: string][] = [
  ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-21'],
  ['UTC', '2026-11-22T00:00:00.000Z', '2026-11-22'],
  ['Asia/Kathmandu', '2026-11-21T18:14:59.999Z', '2026-11-21'],
  ['Asia/Kathmandu', '2026-11-21T18:15:00.000Z', '2026-11-22'],
  ['Pacific/Kiritimati', '2026-11-21T10:00:00.000Z', '2026-11-22'],
  ['Pacific/Pago_Pago', '2026-11-21T10:59:59.999Z', '2026-11-20'],
  // The clock jumps from 24:00 to 01:00 of the next day.
  ['Africa/Cairo', '2026-04-23T21:59:59.999Z', '2026-04-23'],
  ['Africa/Cairo', '2026-04-23T22:00:00.000Z', '2026-04-24'],
]
test.each(rows)('in %s %s is on %s', (zone, time, day) => {
  expect(siteDay(zone, Date.parse(time))).toBe(day)
})

test('is the day of the buckets, and what Intl says, in any order and zone', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const time = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) })
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, (zone, at) => {
      const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at)
      expect([siteDay(zone, at), createBuckets(zone)('time:day', at)]).toEqual([day, day])
    }),
    { numRuns: 300 },
  )
})

test('an unknown time zone is refused', () => {
  expect(() => siteDay('Mars/Base', 0)).toThrow(RangeError)
})
