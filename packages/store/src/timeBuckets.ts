import type { TimeDimension } from './dimensions.ts'

/** Every zone in use is a multiple of this off UTC, so one label holds for all of it: 15 minutes in ms. */
const step = 15 * 60_000
const dayLength = 86_400_000

/**
 * A function from a time, ms since 1970, to the label of its bucket in `timezone`: `YYYY-MM-DD HH:00:00` for hours,
 * `YYYY-MM-DD` for days, for weeks their Monday, for months their first day.
 *
 * The hour that a clock goes through twice in autumn is one bucket, as the label says no more.
 *
 * @throws RangeError for a time zone that Intl does not know
 */
export function createBuckets(timezone: string): (dimension: TimeDimension, time: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  })
  // Formatting takes microseconds and a range has few steps.
  const hours = new Map<number, string>()

  return (dimension, time) => {
    const hour = hourOf(time)
    const day = hour.slice(0, 10)
    if (dimension === 'time:hour') return `${hour}:00:00`
    if (dimension === 'time:week') return mondayOf(day)
    return dimension === 'time:month' ? `${day.slice(0, 7)}-01` : day
  }

  /** `YYYY-MM-DD HH` */
  function hourOf(time: number): string {
    const at = Math.floor(time / step)
    const known = hours.get(at)
    if (known !== undefined) return known
    const parts = Object.fromEntries(format.formatToParts(at * step).map(({ type, value }) => [type, value]))
    const hour = `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}`
    hours.set(at, hour)
    return hour
  }
}

/** Calendar arithmetic: the dates have no zone, UTC only serves to count days. */
function mondayOf(day: string): string {
  const time = Date.parse(day)
  const sinceMonday = (new Date(time).getUTCDay() + 6) % 7
  return new Date(time - sinceMonday * dayLength).toISOString().slice(0, 10)
}
