import type { TimeDimension } from './dimensions.ts'
import { zoneClock } from './siteDay.ts'

const minuteLength = 60_000
const dayLength = 86_400_000

/**
 * A function from a time, ms since 1970, to the label of its bucket in `timezone`: `YYYY-MM-DD HH:MM:00` for minutes, `YYYY-MM-DD HH:00:00` for hours,
 * `YYYY-MM-DD` for days, for weeks their Monday, for months their first day.
 *
 * The hour that a clock goes through twice in autumn is one bucket, and so is each of its minutes, as the label says no more.
 *
 * @throws RangeError for a time zone that Intl does not know
 */
export function createBuckets(timezone: string): (dimension: TimeDimension, time: number) => string {
  const clock = zoneClock(timezone)

  return (dimension, time) => {
    const { day, hour, minute } = clock(time)
    if (dimension === 'time:minute') return `${hour}:${twoDigits(minute + Math.floor(time / minuteLength) % 15)}:00`
    if (dimension === 'time:hour') return `${hour}:00:00`
    if (dimension === 'time:week') return mondayOf(day)
    return dimension === 'time:month' ? `${day.slice(0, 7)}-01` : day
  }
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0')
}

/** Calendar arithmetic: the dates have no zone, UTC only serves to count days. */
function mondayOf(day: string): string {
  const time = Date.parse(day)
  const sinceMonday = (new Date(time).getUTCDay() + 6) % 7
  return new Date(time - sinceMonday * dayLength).toISOString().slice(0, 10)
}
