import { getTimezone } from 'countries-and-timezones'
import { remember } from '../remember.ts'
import type { Place } from './place.ts'

/**
 * The country of an IANA time zone by tzdata's own table; of several the first, which gives the zone its name (Zurich: CH
 * before DE and LI). Undefined for zones that are nowhere, such as UTC, and for what is no zone.
 */
export function zonePlace(timezone: string): Place | undefined {
  return timezone.length > longestZone ? undefined : (countryOf(timezone) ?? undefined)
}

/** Longer than any: America/Argentina/ComodRivadavia has 32 characters. */
const longestZone = 40

const countryOf = remember(1000, (timezone: string): Place | null => {
  const [country] = getTimezone(timezone)?.countries ?? []
  return country === undefined ? null : { country }
})
