import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMoment, readMoment } from '../../packages/collector/src/moment.ts'

describe('PT15 a moment as it is written', () => {
  test.each([
    ['UTC', '2020-01-02 03:04:05', '2020-01-02T03:04:05Z'],
    ['UTC', '2020-01-02', '2020-01-02T00:00:00Z'],
    ['Europe/Berlin', '2026-01-01 00:00:00', '2025-12-31T23:00:00Z'],
    ['Europe/Berlin', '2026-07-01 00:00:00', '2026-06-30T22:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01 05:45:00', '2026-01-01T00:00:00Z'],
    ['America/Los_Angeles', '2026-01-01', '2026-01-01T08:00:00Z'],
    // The first of two: less is deleted.
    ['Europe/Berlin', '2026-10-25 02:30:00', '2026-10-25T00:30:00Z'],
    ['Europe/Berlin', '2026-10-25 03:00:00', '2026-10-25T02:00:00Z'],
    ['Europe/Berlin', '2026-03-29 03:00:00', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59Z'],
    // A day that begins at one o'clock.
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00Z'],
    ['Pacific/Kiritimati', '2026-01-01 00:00:00', '2025-12-31T10:00:00Z'],
  ])('%s %s', (zone, text, expected) => {
    expect(new Date(readMoment(zone, text)!).toJSON()).toBe(new Date(expected).toJSON())
  })

  test.each([
    '', 'garbage', 'yesterday', '2026-02-30', '2026-02-30 00:00:00', '2026-13-01', '2026-01-01 24:00:01', '2026-01-01 25:00:00', '2026-01-01 10:00', '2026-01-01T10:00:00',
    '2026-01-01 10:00:00Z', ' 2026-01-01', '2026-1-1', '2026-01-01 10:60:00', '20260101', '1767225600000',
  ])('P022: %j is none', (text) => expect(readMoment('Europe/Berlin', text)).toBeUndefined())

  test('an hour that the clock skips has none', () => {
    expect(readMoment('Europe/Berlin', '2026-03-29 02:30:00')).toBeUndefined()
    expect(readMoment('America/Havana', '2026-03-08 00:30:00')).toBeUndefined()
  })

  test('what is written of a moment is read as that moment, or the same hour before it', () => {
    const seconds = fc.integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2040, 0) / 1000 })
    fc.assert(
      fc.property(fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kolkata'), seconds, (zone, second) => {
        const read = readMoment(zone, formatMoment(zone, second * 1000))!
        expect([0, 1800, 3600]).toContain(second - read / 1000)
        expect(formatMoment(zone, read)).toBe(formatMoment(zone, second * 1000))
      }),
    )
  })
})
