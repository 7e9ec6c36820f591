import { readMoment } from '../moment.ts'

const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\s?(?:(Z|UTC)|([+-]\d\d)(?::?(\d\d))?(?::\d\d)?)?$/i

/**
 * A moment as databases and programs write it: `2026-03-01 10:00:00.123+00`, `2026-03-01T10:00:00Z`.
 * @param zone IANA name: of times that do not say theirs
 * @returns ms since 1970, undefined where it is none
 */
export function readTime(text: string, zone: string): number | undefined {
  const [, day, clock, fraction = '', utc, hours, minutes = '00'] = form.exec(text.trim()) ?? []
  if (day === undefined || clock === undefined) return undefined
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const isLocal = utc === undefined && hours === undefined
  const time = isLocal && zone !== 'UTC' ? readMoment(zone, `${day} ${clock}`) : Date.parse(`${day}T${clock}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`)
  // The 30th of February is no day, whatever JavaScript takes it for.
  const isDay = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true
  return time === undefined || Number.isNaN(time) || !isDay ? undefined : time + ms
}
