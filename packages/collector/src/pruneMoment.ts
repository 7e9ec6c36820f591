import { formatMoment, readMoment } from './moment.ts'

const form = 'YYYY-MM-DD hh:mm:ss or YYYY-MM-DD'
const day = 86_400_000

/** A site whose calendar and clock are meant. */
interface SiteCalendar {
  id: string
  timezone: string
}

/** What is wrong with a moment before which hits are to be deleted, whatever the time zone: half a sentence. Undefined for nothing. */
export function momentProblem(text: unknown): string | undefined {
  return typeof text === 'string' && readMoment('UTC', text) !== undefined ? undefined : `must be ${form}, such as "2026-01-01 00:00:00" or 2026-01-01`
}

/**
 * The moment before which hits are to be deleted (PT15), ms since 1970, by a site's calendar; or what is wrong with it, half a sentence.
 * @param now ms since 1970
 */
export function readPruneMoment(text: unknown, { id, timezone }: SiteCalendar, now: number): number | string {
  const problem = momentProblem(text)
  if (problem !== undefined) return problem
  const moment = readMoment(timezone, text as string)
  if (moment === undefined) return `clocks in ${timezone}, where site ${id} is, have skipped it; take an hour more or less`
  if (moment > now) return `that is still to come in ${timezone}, where site ${id} is; name a moment that has been`
  return moment
}

/** What a form for it begins with: a day ago. @param now ms since 1970 */
export function usualPruneMoment(timezone: string, now: number): string {
  return formatMoment(timezone, now - day)
}
