import { eventValue, isEventDimension, isTimeDimension, visitValue } from './dimensions.ts'
import { deriveEngagement } from './engagement.ts'
import { entryMatches, matchesAll } from './filters.ts'
import type { StoredHit } from './hit.ts'
import { createTally, type Tally } from './metrics.ts'
import type { Metric, Query } from './query.ts'
import { deriveSessions, visitorKey, type Session } from './sessions.ts'
import { createBuckets } from './timeBuckets.ts'

/** Most queries ask for none of these, and the engagement of every view takes as long as the rest. */
const engagementMetrics: ReadonlySet<Metric> = new Set<Metric>(['time_on_page', 'scroll_depth'])

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
export function tallyRows(hits: readonly StoredHit[], query: Query): TalliedRow[] {
  const { range, filters = [], dimensions = [] } = query
  const inRange = (time: number) => time >= range.from && time < range.to
  // Whole days: a session that the range cuts needs the hits outside, and no session leaves its home day.
  const days = new Set(hits.filter((hit) => inRange(hit.time)).map((hit) => hit.day))
  const relevant = hits.filter((hit) => days.has(hit.day))
  const engagement = query.metrics.some((metric) => engagementMetrics.has(metric)) ? deriveEngagement(relevant) : undefined
  const buckets = createBuckets(query.timezone)
  const byPage = dimensions.includes('event:page')

  const rows = new Map<string, TalliedRow>()
  if (dimensions.length === 0) rowOf([])
  for (const session of deriveSessions(relevant)) {
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
