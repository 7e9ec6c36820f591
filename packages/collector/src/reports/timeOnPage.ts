import type { Entry } from './entries.ts'

/** What is needed of an entry to tell how long somebody was on a page. */
export type Presence = Pick<Entry, 'time' | 'engaged' | 'path'>

/** How long one person was on one page without going elsewhere. Times are ms since 1970. */
export interface Visit {
  path: string
  start: number
  /** When the last entry ends, by the time that it stands for. */
  end: number
  /** Its entries. */
  beats: number
  /** ms. */
  engaged: number
  /** Time of its last entry. */
  last: number
}

/**
 * The visits of one person, in order (PT19): entries on one page make one visit, until there is one on another page, or
 * none for longer than two intervals.
 *
 * @param entries of one session, oldest first
 * @param interval ms between beats
 * @example
 * // Five beats, one a minute, are one visit of five minutes.
 * visitsOf([0, 1, 2, 3, 4].map((at) => ({ time: at * 60_000, engaged: 60_000, path: '/' })), 60_000)
 */
export function visitsOf(entries: Iterable<Presence>, interval: number): Visit[] {
  const visits: Visit[] = []
  for (const entry of entries) {
    const visit = continueVisit(visits.at(-1), entry, interval)
    if (visit !== visits.at(-1)) visits.push(visit)
  }
  return visits
}

/** Adds an entry to the visit where it belongs to that; else answers the visit that it begins. */
export function continueVisit(visit: Visit | undefined, { time, engaged, path }: Presence, interval: number): Visit {
  if (visit === undefined || visit.path !== path || time - visit.last > 2 * interval)
    return { path, start: time, end: time + engaged, beats: 1, engaged, last: time }
  visit.end = Math.max(visit.end, time + engaged)
  visit.beats++
  visit.engaged += engaged
  visit.last = time
  return visit
}
