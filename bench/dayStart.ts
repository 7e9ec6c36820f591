import { siteDay } from '../packages/store/src/siteDay.ts'

const hour = 3_600_000

/** When a day begins in a zone, ms since 1970: days there begin at midnight, within 14 hours of those in UTC. */
export function dayStart(timezone: string, day: string): number {
  let time = Date.parse(day) - 14 * hour
  while (siteDay(timezone, time) < day) time += hour / 4
  return time
}
