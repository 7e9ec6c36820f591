import type { Values } from '@treadlight/store'
import { startOfDay } from '../days.ts'
import { createRecords, type Recorded, type Records } from '../records/records.ts'
import type { TimeRange } from '../stats/dateRange.ts'
import { readAnnotation, type Annotation } from './readAnnotation.ts'

/** What happened to the sites. */
export type Annotations = Records<Annotation>

/** Most of one site: a deploy a day for five years. Each is a value that a process reads once. */
const maxAnnotations = 2000

/** @param now ms since 1970 */
export function createAnnotations(values: Values, now: () => number): Annotations {
  return createRecords<Annotation>({ values, prefix: 'annotation', read, max: maxAnnotations, now })
}

/**
 * Those of a range, the earliest first; a day counts by its beginning.
 * @param zone the site's
 */
export function annotationsOf(all: readonly Recorded<Annotation>[], zone: string, range?: TimeRange): Recorded<Annotation>[] {
  const timed = all.map((annotation) => ({ annotation, at: timeOf(annotation, zone) }))
  return timed
    .filter(({ at }) => range === undefined || (range.from <= at && at < range.to))
    .toSorted((a, b) => a.at - b.at)
    .map(({ annotation }) => annotation)
}

/** What its removal does. */
export function removalOf({ time, text }: Annotation): string {
  return `The annotation “${text}” of ${time} goes from the trend. This cannot be undone.`
}

/** ms since 1970. */
function timeOf({ time }: Annotation, zone: string): number {
  return time.length === 10 ? startOfDay(zone, time) : Date.parse(time)
}

function read(stored: Record<string, unknown>): Annotation | undefined {
  // What is stored says its zone.
  const annotation = typeof stored['time'] === 'string' ? readAnnotation(stored, 'UTC', 0) : 'time: is missing'
  return typeof annotation === 'string' ? undefined : annotation
}
