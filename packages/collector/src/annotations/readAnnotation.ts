import { isDay } from '../days.ts'
import { readMoment } from '../moment.ts'
import { isMoment } from '../stats/dateRange.ts'
import { isVisibleText } from '../visibleText.ts'

/** What happened to a site, and when. */
export interface Annotation {
  /** ISO 8601 in UTC, or a site day. */
  time: string
  text: string
  /** An address of the web with more of it. */
  link?: string
}

const longestText = 200
const longestLink = 2048

interface Given {
  time?: unknown
  text?: unknown
  link?: unknown
}

/**
 * Reads an annotation, as somebody made it or as it was stored. Without a time it is of now.
 * @param zone the site's: the clock of a time without one of its own
 * @param now ms since 1970
 * @returns what is wrong with it otherwise, naming the field
 */
export function readAnnotation({ time, text, link }: Given, zone: string, now: number): Annotation | string {
  if (!isVisibleText(text, longestText)) return `text: must be a text of one line, at most ${longestText} characters`
  const at = time === undefined ? new Date(now).toISOString() : readTime(time, zone)
  if (at === undefined) return 'time: must be a day as 2026-11-21, a moment with its zone as 2026-11-21T14:30:00Z, or 2026-11-21 14:30:00 by the site’s clock'
  if (link !== undefined && link !== '' && !isLink(link)) return `link: must be an address that begins with https:// or http://, of at most ${longestLink} characters`
  return { time: at, text: text.trim(), ...(link !== undefined && link !== '' && { link: link as string }) }
}

function readTime(time: unknown, zone: string): string | undefined {
  if (typeof time !== 'string') return undefined
  if (isDay(time)) return time
  const moment = isMoment(time) ? Date.parse(time) : readMoment(zone, time)
  return moment === undefined ? undefined : new Date(moment).toISOString()
}

function isLink(link: unknown): link is string {
  return isVisibleText(link, longestLink) && /^https?:\/\//.test(link) && URL.canParse(link)
}
