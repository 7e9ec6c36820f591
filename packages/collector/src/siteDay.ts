const formatters = new Map<string, Intl.DateTimeFormat>()
const days = new Map<string, Map<number, string>>()

/** Every zone's offset is a multiple of a quarter of an hour since 1972, so a day is settled per quarter. */
const quarter = 15 * 60_000
const daysKept = 4096

/**
 * The calendar day, `YYYY-MM-DD`, of a moment in a time zone.
 *
 * @param zone IANA name
 * @param time ms since 1970
 */
export function siteDay(zone: string, time: number): string {
  let known = days.get(zone)
  if (!known) days.set(zone, (known = new Map()))
  const slot = Math.floor(time / quarter)
  let day = known.get(slot)
  if (day === undefined) {
    if (known.size >= daysKept) known.clear()
    known.set(slot, (day = formatter(zone).format(slot * quarter)))
  }
  return day
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

function formatter(zone: string): Intl.DateTimeFormat {
  let format = formatters.get(zone)
  if (!format) {
    // Sweden writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    formatters.set(zone, format)
  }
  return format
}
