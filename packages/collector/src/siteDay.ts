import { remember } from './remember.ts'

/** Every zone's offset is a multiple of a quarter of an hour since 1972, so a day is settled per quarter. */
const quarter = 15 * 60_000

const formatter = remember(100, (zone: string): Intl.DateTimeFormat =>
  // Sweden writes dates as ISO 8601 does.
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
)

const dayOfQuarter = remember(100, (zone: string) =>
  remember(4096, (slot: number): string => formatter(zone).format(slot * quarter)),
)

/**
 * The calendar day, `YYYY-MM-DD`, of a moment in a time zone.
 *
 * @param zone IANA name
 * @param time ms since 1970
 */
export function siteDay(zone: string, time: number): string {
  return dayOfQuarter(zone)(Math.floor(time / quarter))
}

/**
 * The first moment of a day in a time zone, ms since 1970.
 *
 * A day need not begin at midnight: where clocks jump over it, the day begins an hour later.
 */
export function startOfDay(zone: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // No zone is further than 14 hours from UTC, and days differ by 24 h: the start lies within this window.
  let early = midnight - 15 * 3_600_000
  let late = midnight + 15 * 3_600_000
  while (late - early > quarter) {
    const middle = early + Math.floor((late - early) / 2 / quarter) * quarter
    if (siteDay(zone, middle) >= day) late = middle
    else early = middle
  }
  return late
}

/** The day `count` days after `day`; before it where negative. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
}

/** Whether `zone` is an IANA name that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    formatter(zone)
    return true
  } catch {
    return false
  }
}
