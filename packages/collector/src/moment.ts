import { startOfDay } from './days.ts'

const form = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d))?$/
const hour = 3_600_000

/**
 * The moment, ms since 1970, that a time zone's calendar and clock call so: the first of two where the clock is put
 * back. A day alone stands for its beginning.
 *
 * @param text `YYYY-MM-DD hh:mm:ss` (PT15) or `YYYY-MM-DD`
 * @returns undefined where there is no such moment
 */
export function readMoment(zone: string, text: string): number | undefined {
  const [, day, clock] = form.exec(text) ?? []
  if (day === undefined || new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) !== day) return undefined
  if (clock === undefined) return startOfDay(zone, day)
  const inUtc = Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(inUtc)) return undefined
  // What the zone is off UTC before and after the clock was put, if it was put that day.
  const offsets = [-24, 0, 24].map((hours) => offsetAt(zone, inUtc + hours * hour))
  return offsets.map((offset) => inUtc - offset).toSorted((a, b) => a - b).find((time) => formatMoment(zone, time) === `${day} ${clock}`)
}

/** How a time zone's calendar and clock call a moment: `YYYY-MM-DD hh:mm:ss`. @param time ms since 1970 */
export function formatMoment(zone: string, time: number): string {
  return new Date(Math.floor(time / 1000) * 1000 + offsetAt(zone, time)).toISOString().slice(0, 19).replace('T', ' ')
}

/** ms that the zone's clock is ahead of UTC. */
function offsetAt(timeZone: string, time: number): number {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone, calendar: 'iso8601', numberingSystem: 'latn', hourCycle: 'h23',
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  })
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
  const local = Date.parse(`${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}Z`)
  return local - Math.floor(time / 1000) * 1000
}
