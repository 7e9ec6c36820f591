import { groupBy } from './groupBy.ts'
import type { StoredHit } from './hit.ts'
import { byTime } from './byTime.ts'
import type { Touch } from './touches.ts'

/** A visit ends when nothing was heard for this long: 30 minutes in ms, Plausible's number. */
export const sessionGap: number = 30 * 60_000

/** One visitor's hits of one home day, less than `sessionGap` apart. Derived, never stored. */
export interface Session {
  /** First and last pageview or event, ms since 1970. */
  start: number
  end: number
  /** Pageviews and events by time and id; at least one. */
  hits: readonly [StoredHit, ...StoredHit[]]
  pageviews: readonly StoredHit[]
  /** The same with the engagement reports. */
  members: readonly StoredHit[]
  /**
   * At most one interactive hit: a custom event ends a bounce unless it says `interactive: false`. A visit of
   * non-interactive events alone is a bounce, as in Plausible.
   */
  bounced: boolean
  /** The first and the last touch of the session id; the visit's own unless `createTouches` has followed it. */
  first: Touch
  last: Touch
}

/**
 * Sorts hits into sessions.
 *
 * Sessions end with the home day: the daily salt makes another visitor of everybody at midnight, and figures of days
 * can then be added up. So a session id that lives over midnight makes two visits.
 *
 * Engagement keeps a session alive, since the visitor was there, but is no event: it lengthens no visit and makes none.
 */
export function deriveSessions(hits: readonly StoredHit[]): Session[] {
  const groups = groupBy(hits, sessionKey)
  return [...groups.values()].flatMap((group) => splitAtGaps(group.toSorted(byTime))).flatMap(toSession)
}

/** Whom Plausible's `visitors` counts, once per home day. */
export function visitorKey(hit: StoredHit): string {
  if (hit.visitor !== '') return `${hit.day} visitor ${hit.visitor}`
  if (hit.session !== '') return `${hit.day} session ${hit.session}`
  return `${hit.day} view ${hit.view || hit.id}`
}

/** The session id where there is one, else the visitor; without both, every view is a visit of its own. */
function sessionKey(hit: StoredHit): string {
  if (hit.session !== '') return `${hit.day} session ${hit.session}`
  if (hit.visitor !== '') return `${hit.day} visitor ${hit.visitor}`
  return `${hit.day} view ${hit.view || hit.id}`
}

function splitAtGaps(hits: readonly StoredHit[]): StoredHit[][] {
  const parts: StoredHit[][] = []
  let last = -Infinity
  for (const hit of hits) {
    if (hit.time - last >= sessionGap) parts.push([])
    parts.at(-1)?.push(hit)
    last = hit.time
  }
  return parts
}

function toSession(group: readonly StoredHit[]): Session[] {
  const [first, ...rest] = group.filter((hit) => hit.type !== 'engagement')
  if (first === undefined) return []
  const hits = [first, ...rest] as const
  return [
    {
      start: first.time,
      end: rest.at(-1)?.time ?? first.time,
      hits,
      pageviews: hits.filter((hit) => hit.type === 'pageview'),
      members: group,
      bounced: hits.filter((hit) => hit.interactive !== false).length <= 1,
      first,
      last: first,
    },
  ]
}
