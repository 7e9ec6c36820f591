/** Every zone in use is a multiple of this off UTC, so one label holds for all of it: 15 minutes in ms. */
const quarter = 15 * 60_000
/** What is kept: every quarter of a year for a dozen zones. A full map is emptied, cheaper than an order by age. */
const maxQuarters = 366 * 96
const maxZones = 12
/**
 * Since 1970 no zone has changed its clock twice within 166 hours (tzdata 2025: Cambridge Bay, 2000). So where a clock is as far
 * off UTC at the end of four days as at their beginning, it was so all the time, and no label has to be asked of Intl.
 */
const stretch = 96 * 3_600_000
/** Years of five digits are written in another way, ms since 1970. */
const latest = Date.UTC(9999, 0)

/** Where a quarter of an hour lies in the calendar of a zone. */
export interface ZoneLabel {
  /** `YYYY-MM-DD` */
  day: string
  /** `YYYY-MM-DD HH` */
  hour: string
  /** In which minute of the hour the quarter begins. */
  minute: number
}

interface Clock {
  label(time: number): ZoneLabel
  offset(from: number, to: number): number | undefined
}

const clocks = new Map<string, Clock>()

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
  return clockOf(zone).label
}

/**
 * How far a zone's clock is ahead of UTC from one moment to another, both ms since 1970: in ms, a multiple of 15 minutes;
 * undefined where it changes, or is no such multiple.
 * @throws RangeError for a time zone that Intl does not know
 */
export function steadyOffset(zone: string, from: number, to: number): number | undefined {
  return clockOf(zone).offset(from, to)
}

function clockOf(zone: string): Clock {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const clock = createClock(zone)
  if (clocks.size >= maxZones) clocks.clear()
  clocks.set(zone, clock)
  return clock
}

/** The first of a process takes Intl ten milliseconds, as long as a whole answer may: UTC has no need of it. */
function createClock(timeZone: string): Clock {
  let reader = timeZone === 'UTC' ? undefined : createReader(timeZone)
  // Formatting takes microseconds, and most of what is asked about lies close together.
  const labels = new Map<number, ZoneLabel>()
  const offsets = new Map<number, number>()
  return { label, offset }

  function label(time: number): ZoneLabel {
    const at = Math.floor(time / quarter)
    const known = labels.get(at)
    if (known !== undefined) return known
    const offset = offsetIn(Math.floor(time / stretch))
    const found = Number.isNaN(offset) ? ask(at * quarter) : labelOf(at * quarter + offset)
    if (labels.size >= maxQuarters) labels.clear()
    labels.set(at, found)
    return found
  }

  function offset(from: number, to: number): number | undefined {
    const first = Math.floor(from / stretch)
    const found = offsetIn(first)
    for (let at = first + 1; at <= Math.floor(to / stretch); at++) if (offsetIn(at) !== found) return undefined
    return Number.isNaN(found) ? undefined : found
  }

  /** Of a stretch of four days; NaN where it is not the same all the time. */
  function offsetIn(at: number): number {
    const known = offsets.get(at)
    if (known !== undefined) return known
    const start = offsetAt(at * stretch)
    const found = start === offsetAt((at + 1) * stretch) ? start : Number.NaN
    if (offsets.size >= maxQuarters) offsets.clear()
    offsets.set(at, found)
    return found
  }

  /** NaN for what arithmetic is not sure to get as Intl has it: times before 1970, and clocks not a multiple of a quarter off. */
  function offsetAt(time: number): number {
    if (!(time >= 0 && time < latest)) return Number.NaN
    if (timeZone === 'UTC') return 0
    const [year, month, day, hour, minute] = read(time)
    const offset = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) - time
    return offset % quarter === 0 ? offset : Number.NaN
  }

  function ask(time: number): ZoneLabel {
    const [year, month, day, hour, minute] = read(time)
    const date = `${year}-${month}-${day}`
    return { day: date, hour: `${date} ${hour}`, minute: Number(minute) }
  }

  function read(time: number): Numbers {
    reader ??= createReader(timeZone)
    return reader(time)
  }
}

/** Year, month, day, hour, minute. */
type Numbers = [string, string, string, string, string]

/** Reads the numbers of a formatted moment by where they stand, which takes a third of the time of asking for its parts. */
function createReader(timeZone: string): (time: number) => Numbers {
  const format = createFormat(timeZone)
  const order = format.formatToParts(0).flatMap(({ type }) => (type === 'literal' ? [] : type))
  const [year, month, day, hour, minute] = (['year', 'month', 'day', 'hour', 'minute'] as const).map((type) => order.indexOf(type)) as [number, number, number, number, number]
  return (time) => {
    const numbers = format.format(time).match(/\d+/g)!
    return [numbers[year]!, numbers[month]!, numbers[day]!, numbers[hour]!, numbers[minute]!]
  }
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', {
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
}

/** @param local a zone's own time, as ms since 1970 */
function labelOf(local: number): ZoneLabel {
  const text = new Date(local).toISOString()
  const day = text.slice(0, 10)
  return { day, hour: `${day} ${text.slice(11, 13)}`, minute: Number(text.slice(14, 16)) }
}
