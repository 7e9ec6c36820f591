import { eventValue, isEventDimension, isTimeDimension, visitValue } from './dimensions.ts'
import { deriveEngagement } from './engagement.ts'
import { entryMatches, matchesAll } from './filters.ts'
import type { StoredHit } from './hit.ts'
import { createTally, type Tally } from './metrics.ts'
import type { Metric, Query } from './query.ts'
import { deriveSessions, visitorKey, type Session } from './sessions.ts'
import { createBuckets } from './timeBuckets.ts'
import type { Touches } from './touches.ts'

/** Most queries ask for none of these, and the engagement of every view takes as long as the rest. */
const engagementMetrics: ReadonlySet<Metric> = new Set<Metric>(['time_on_page', 'scroll_depth'])

/** The hits of whole home days and the visits that they make. */
export interface Visits {
  hits: readonly StoredHit[]
  sessions: readonly Session[]
}

/**
 * What of some home days a query is about: the days with a hit in its range, whole, since a session that the range cuts
 * needs the hits outside, and no session leaves its home day.
 * @param touches follows the visits of the others too
 */
export function visitsIn(hits: readonly StoredHit[], { range: { from, to } }: Query, touches?: Touches): Visits {
  const days = new Set(hits.filter(({ time }) => time >= from && time < to).map(({ day }) => day))
  const relevant = hits.filter(({ day }) => days.has(day))
  if (touches === undefined) return { hits: relevant, sessions: deriveSessions(relevant) }
  const sessions = touches.follow(deriveSessions(hits.filter(({ day, session }) => session !== '' || days.has(day))))
  return { hits: relevant, sessions: sessions.filter(({ hits: [entry] }) => days.has(entry.day)) }
}

export interface TalliedRow {
  dimensions: string[]
  tally: Tally
}

/**
 * Sorts what happened in the range into the rows of a query: one row per combination of dimension values that has a
 * hit, and always exactly one without dimensions.
 *
 * Visitors, pageviews, events and engagement count the hits inside the range, what is said about visits the sessions
 * that began inside it. A filter on hits picks the sessions in which one hit meets all filters.
 */
export function tallyRows({ hits, sessions }: Visits, query: Query): TalliedRow[] {
  const { range, filters = [], dimensions = [] } = query
  const inRange = (time: number) => time >= range.from && time < range.to
  const engagement = query.metrics.some((metric) => engagementMetrics.has(metric)) ? deriveEngagement(hits) : undefined
  const buckets = createBuckets(query.timezone)
  const byPage = dimensions.includes('event:page')

  const rows = new Map<string, TalliedRow>()
  if (dimensions.length === 0) rowOf([])
  for (const session of sessions) {
    const matching = session.hits.filter((hit) => inRange(hit.time) && matchesAll(filters, hit, session))
    for (const hit of matching) addHit(tallyOf(hit, session, hit.time), hit, session)
    if (matching.length > 0 && inRange(session.start)) addVisit(session, matching)
  }
  return [...rows.values()]

  function addHit(tally: Tally, hit: StoredHit, session: Session): void {
    const visitor = visitorKey(hit)
    tally.visitors.add(visitor)
    tally.events++
    if (hit.type !== 'pageview') return
    tally.pageviews++
    const { engaged, scroll } = engagement?.get(hit.view) ?? {}
    if (engaged !== undefined) {
      tally.engaged += engaged
      tally.engagedVisits.add(session)
    }
    if (scroll !== undefined) tally.scrolls.set(visitor, Math.max(scroll, tally.scrolls.get(visitor) ?? 0))
  }

  function addVisit(session: Session, matching: readonly StoredHit[]): void {
    const entry = session.pageviews[0] ?? session.hits[0]
    const landed = entryMatches(filters, session)
    for (const hit of matching) {
      tallyOf(hit, session, session.start).visits.add(session)
      if (byPage && !landed) continue
      const tally = tallyOf(hit, session, session.start, entry)
      tally.entered.add(session)
      if (landed) tally.landed.add(session)
    }
  }

  /** @param entry of a whole visit, the hit that stands for its page and host name, as in Plausible */
  function tallyOf(hit: StoredHit, session: Session, time: number, entry = hit): Tally {
    const values = dimensions.map((dimension) => {
      if (isTimeDimension(dimension)) return buckets(dimension, time)
      if (!isEventDimension(dimension)) return visitValue(dimension, session)
      return eventValue(dimension, dimension === 'event:page' || dimension === 'event:hostname' ? entry : hit)
    })
    return rowOf(values).tally
  }

  function rowOf(values: string[]): TalliedRow {
    const key = values.length > 1 ? JSON.stringify(values) : (values[0] ?? '')
    const known = rows.get(key)
    if (known !== undefined) return known
    const row = { dimensions: values, tally: createTally() }
    rows.set(key, row)
    return row
  }
}
