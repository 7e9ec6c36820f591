/** Every zone in use is a multiple of this off UTC, so one label holds for all of it: 15 minutes in ms. */
const quarter = 15 * 60_000
/** What is kept: every quarter of a year for a dozen zones. A full map is emptied, cheaper than an order by age. */
const maxQuarters = 366 * 96
const maxZones = 12

/** Where a quarter of an hour lies in the calendar of a zone. */
export interface ZoneLabel {
  /** `YYYY-MM-DD` */
  day: string
  /** `YYYY-MM-DD HH` */
  hour: string
  /** In which minute of the hour the quarter begins. */
  minute: number
}

const clocks = new Map<string, (time: number) => ZoneLabel>()

/**
 * The calendar day, `YYYY-MM-DD`, of a moment in a time zone. Settled once per zone and quarter of an hour, so that it
 * may be asked for every hit.
 *
 * @param zone IANA name
 * @param time ms since 1970
 * @throws RangeError for a time zone that Intl does not know
 * @example
 * siteDay('Asia/Kathmandu', Date.UTC(2026, 10, 21, 18, 15)) // '2026-11-22'
 */
export function siteDay(zone: string, time: number): string {
  return zoneClock(zone)(time).day
}

/**
 * The clock of a time zone, shared by all who ask for it.
 * @throws RangeError for a time zone that Intl does not know
 */
export function zoneClock(zone: string): (time: number) => ZoneLabel {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const clock = createClock(zone)
  if (clocks.size >= maxZones) clocks.clear()
  clocks.set(zone, clock)
  return clock
}

function createClock(timeZone: string): (time: number) => ZoneLabel {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  // Formatting takes microseconds, and most of what is asked about lies close together.
  const labels = new Map<number, ZoneLabel>()

  return (time) => {
    const at = Math.floor(time / quarter)
    const known = labels.get(at)
    if (known !== undefined) return known
    const parts = Object.fromEntries(format.formatToParts(at * quarter).map(({ type, value }) => [type, value]))
    const day = `${parts['year']}-${parts['month']}-${parts['day']}`
    const label = { day, hour: `${day} ${parts['hour']}`, minute: Number(parts['minute']) }
    if (labels.size >= maxQuarters) labels.clear()
    labels.set(at, label)
    return label
  }
}
