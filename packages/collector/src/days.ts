import { siteDay } from '@treadlight/store'

/** Every zone is a multiple of this off UTC: 15 minutes in ms. */
const quarter = 15 * 60_000

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

/** From one day to another; negative where that is earlier. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000)
}

/**
 * Whether a text is a day that there is: JavaScript takes the 30th of February for the 2nd of March. Of the years 1000 to
 * 9998, so that days around it have four digits too.
 */
export function isDay(text: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(text) && text < '9999' && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

/** Whether `zone` is an IANA name that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    siteDay(zone, 0)
    return true
  } catch {
    return false
  }
}
