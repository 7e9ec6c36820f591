import type { Interval } from '../format.ts'
import { siteClock } from '../period.ts'
import { bucketOf } from '../series.ts'

/** What happened to the site, and when. */
export interface Annotation {
  id: string
  /** ISO 8601 in UTC, or a site day. */
  time: string
  text: string
  /** Text of whoever made it: trust nothing in it. */
  link?: string
}

/** The annotations of each bucket, by its index. */
export type Marks = ReadonlyMap<number, readonly Annotation[]>

/** The site's wall clock at an annotation, `YYYY-MM-DD HH:MM:SS`; a day is where it begins. */
export function clockOf({ time }: Annotation, timezone: string): string {
  return time.length === 10 ? `${time} 00:00:00` : siteClock(Date.parse(time), timezone)
}

/** In which bucket each is. A day whose first hour the clocks have skipped begins in the next one. */
export function marksOf(annotations: readonly Annotation[], labels: readonly string[], interval: Interval, timezone: string): Marks {
  const marks = new Map<number, Annotation[]>()
  for (const annotation of annotations) {
    const bucket = bucketOf(clockOf(annotation, timezone), interval)
    const index = labels.findIndex((label) => label >= bucket)
    if (index >= 0) marks.set(index, [...(marks.get(index) ?? []), annotation])
  }
  return marks
}
