import { readMoment } from '../moment.ts'
import { remember } from '../remember.ts'

const form = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?\s?(?:(Z|UTC)|([+-])(\d\d)(?::?(\d\d))?(?::\d\d)?)?$/i

/** When a day began in UTC, ms since 1970; NaN for none: the 30th of February is no day, whatever JavaScript takes it for. */
const startOf = remember(2000, (day: string): number => {
  const start = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(day) ? start : NaN
})

/**
 * A moment as databases and programs write it: `2026-03-01 10:00:00.123+00`, `2026-03-01T10:00:00Z`.
 * @param zone IANA name: of times that do not say theirs
 * @returns ms since 1970, undefined where it is none
 */
export function readTime(text: string, zone: string): number | undefined {
  const [, day, hour, minute, second, fraction = '', utc, sign, hours = '0', minutes = '0'] = form.exec(text.trim()) ?? []
  if (day === undefined) return undefined
  const ms = fraction === '' ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3))
  if (utc === undefined && sign === undefined && zone !== 'UTC') {
    const local = readMoment(zone, `${day} ${hour}:${minute}:${second}`)
    return local === undefined ? undefined : local + ms
  }
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
  const time = startOf(day) + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + ms - offset
  return Number.isNaN(time) ? undefined : time
}
