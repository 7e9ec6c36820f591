import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { steadyOffset, zoneClock } from '../../packages/store/src/siteDay.ts'

const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'Pacific/Apia', 'Asia/Gaza', 'Africa/Monrovia', 'America/Cambridge_Bay', 'America/Sao_Paulo']
const quarter = 15 * 60_000
const formats = new Map(
  zones.map((zone) => [zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })]),
)

/** `YYYY-MM-DD HH:MM`, as Intl says. */
function askIntl(zone: string, time: number): string {
  return formats.get(zone)!.format(time)
}

const year = Date.UTC(2026, 0)
const time = fc.oneof(
  fc.integer({ min: -20, max: 366 * 96 * 20 }).map((at) => year + at * quarter),
  // Samoa leaves out a day, Gaza changes its clock twice within a week, Cambridge Bay and Monrovia their offset.
  fc.tuple(fc.constantFrom(Date.UTC(2011, 11, 30), Date.UTC(2040, 9, 23), Date.UTC(2000, 10, 2), Date.UTC(1972, 0, 7), Date.UTC(2026, 1, 17), 0), fc.integer({ min: -1000, max: 1000 })).map(([at, offset]) => at + offset * quarter),
)

test('a clock says what Intl says, at the beginning of each quarter of an hour', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, (zone, at) => {
      const { day, hour, minute } = zoneClock(zone)(at)
      expect([`${hour}:${String(minute).padStart(2, '0')}`, day]).toEqual([askIntl(zone, at), askIntl(zone, at).slice(0, 10)])
    }),
    { numRuns: 3000 },
  )
})

test('an offset is told where it holds all the time', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), time, fc.integer({ min: 0, max: 1000 }), (zone, from, quarters) => {
      const offset = steadyOffset(zone, from, from + quarters * quarter)
      if (offset === undefined) return
      for (let at = from; at <= from + quarters * quarter; at += quarter * 7) expect(askIntl(zone, at)).toBe(new Date(at + offset).toISOString().slice(0, 16).replace('T', ' '))
    }),
    { numRuns: 300 },
  )
  expect(steadyOffset('Asia/Kathmandu', year, year + 1)).toBe(5.75 * 3_600_000)
  expect(steadyOffset('America/New_York', Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2))).toBeUndefined()
})
