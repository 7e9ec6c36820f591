import { deriveEngagement, deriveSessions, type HitPosition, type HitStore, type Session, type StoredHit } from '@treadlight/store'
import type { Person } from './person.ts'
import { describeVisit, isoTime, sumEngaged, type Engagements, type TimelineVisit } from './visit.ts'

export interface TimelineOptions {
  site: string
  person: Person
  /** Where the page before ended: `next` of it. @default the newest */
  after?: HitPosition | undefined
  /** At least so many visits, where there are: pages end with home days. @default 20 */
  limit?: number
}

/** All that is stored of a person, in figures. */
export interface PersonSummary {
  /** ISO 8601. */
  first_seen: string
  last_seen: string
  visits: number
  pageviews: number
  events: number
  /** Seconds, over all views. */
  engaged: number
  /** As whom they were signed in: at most 20. */
  users: string[]
  /** False where there is more than is summed up: the figures are of the newest hits. */
  complete: boolean
}

export interface Timeline {
  /** With the first page only; null where nothing is stored of the person. */
  summary?: PersonSummary | null
  /** Newest first. */
  visits: TimelineVisit[]
  /** For the page after this one; null where there is none. */
  next: string | null
}

/** Visits of a page, unless it is said. */
export const usualVisits = 20
/** More are not asked for at once. */
export const mostVisits = 100
/** Hits of a person and a day that are looked at together: of a day with more, visits are cut there. */
const mostOfDay = 5000
/** Hits that are summed up. */
const mostSummed = 100_000
const mostUsers = 20

/**
 * A person's visits, newest first, from a listing of their hits: visits are what the store makes of these. Whole home days,
 * since no visit goes beyond one.
 */
export async function readTimeline(store: Pick<HitStore, 'hits'>, { site, person, after, limit = usualVisits }: TimelineOptions): Promise<Timeline> {
  const summary = after === undefined ? createSummary() : undefined
  const visits: TimelineVisit[] = []
  let last: HitPosition | undefined
  let next: HitPosition | undefined
  for await (const part of readParts(store.hits({ site, ...person, ...(after && { after }) }))) {
    if (visits.length >= limit) next ??= last
    else visits.push(...part.sessions.toSorted((a, b) => b.start - a.start).map((session) => describeVisit(session, part.engagements)))
    last = part.last
    if (next !== undefined && summary === undefined) break
    if (summary?.add(part) === false) break
  }
  return { ...(summary && { summary: summary.sum() }), visits, next: next === undefined ? null : writePosition(next) }
}

/** A home day of a person, or as much of it as is looked at together. */
interface Part {
  hits: readonly StoredHit[]
  sessions: readonly Session[]
  engagements: Engagements
  last: HitPosition
}

/** @param hits newest first */
async function* readParts(hits: AsyncIterable<StoredHit>): AsyncGenerator<Part> {
  let gathered: StoredHit[] = []
  for await (const hit of hits) {
    if (gathered.length > 0 && (hit.day !== gathered[0]!.day || gathered.length >= mostOfDay)) {
      yield toPart(gathered)
      gathered = []
    }
    gathered.push(hit)
  }
  if (gathered.length > 0) yield toPart(gathered)
}

function toPart(hits: readonly StoredHit[]): Part {
  const { time, id } = hits.at(-1)!
  return { hits, sessions: deriveSessions(hits), engagements: deriveEngagement(hits), last: { time, id } }
}

function createSummary() {
  const users = new Set<string>()
  const sums = { visits: 0, pageviews: 0, events: 0, engaged: 0 }
  let [hits, first, last] = [0, Infinity, -Infinity]
  return {
    /** False where that is enough. */
    add(part: Part): boolean {
      const pageviews = part.hits.filter(({ type }) => type === 'pageview')
      sums.visits += part.sessions.length
      sums.pageviews += pageviews.length
      sums.events += part.hits.filter(({ type }) => type === 'event').length
      sums.engaged += sumEngaged(pageviews, part.engagements)
      for (const { user } of part.hits) if (user !== '' && users.size < mostUsers) users.add(user)
      first = Math.min(first, part.last.time)
      last = Math.max(last, part.hits[0]!.time)
      hits += part.hits.length
      return hits < mostSummed
    },
    sum(): PersonSummary | null {
      if (hits === 0) return null
      return { first_seen: isoTime(first), last_seen: isoTime(last), ...sums, users: [...users], complete: hits < mostSummed }
    },
  }
}

/** A place in a timeline as text: `1763726400000.019aa5b6-…` */
function writePosition({ time, id }: HitPosition): string {
  return `${time}.${id}`
}

/** Undefined for a text that is none of `writePosition`'s. */
export function readPosition(text: string): HitPosition | undefined {
  const [, time, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(text) ?? []
  return id === undefined ? undefined : { time: Number(time), id }
}
