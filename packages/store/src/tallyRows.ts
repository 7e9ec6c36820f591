import { compileRowValues } from './rowValues.ts'
import { deriveEngagement, pageviewKey } from './engagement.ts'
import { compileEntryFilters, compileFilters, type HitTest } from './filters.ts'
import type { StoredHit } from './hit.ts'
import { asksForRevenue, createTally, type Tally } from './metrics.ts'
import type { Metric, Query } from './query.ts'
import { addRevenue } from './revenue.ts'
import { deriveSessions, visitorKey, type Session } from './sessions.ts'
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

/** Sorts what happened on some home days into the rows of a query. */
export type RowTallier = (visits: Visits) => TalliedRow[]

/**
 * Makes what sorts the hits of a query's range into its rows: one row per combination of dimension values that has a
 * hit, and always exactly one without dimensions. A hit that reaches several goals is in several rows of `event:goal`,
 * one that reaches none in none.
 *
 * Visitors, pageviews, events, engagement and revenue count the hits inside the range, what is said about visits the
 * sessions that began inside it. A filter on hits picks the sessions in which one hit meets all filters.
 *
 * @throws RangeError for a time zone that Intl does not know, where a dimension of time asks for it, and a pattern that does not compile
 */
export function createRowTallier(query: Query): RowTallier {
  const { range, filters = [], dimensions = [], goals, metrics } = query
  const isWanted: HitTest = compileFilters(filters, { goals, range })
  const hasLanded = compileEntryFilters(filters)
  const { valuesOf, goalsOf } = compileRowValues(query)
  const asksForEngagement = metrics.some((metric) => engagementMetrics.has(metric))
  const sumsRevenue = asksForRevenue(metrics)
  const byPage = dimensions.includes('event:page')
  const inRange = (time: number) => time >= range.from && time < range.to

  return ({ hits, sessions }) => {
    const engagement = asksForEngagement ? deriveEngagement(hits) : undefined
    const rows = new Map<string, TalliedRow>()
    const only = dimensions.length === 0 ? tallyOf([]) : undefined
    for (const session of sessions) {
      const matching = session.hits.filter((hit) => inRange(hit.time) && isWanted(hit, session))
      for (const hit of matching) eachTally(hit, session, hit.time, hit, addHit)
      if (matching.length > 0 && inRange(session.start)) addVisit(session, matching)
    }
    return [...rows.values()]

    function addHit(tally: Tally, session: Session, hit: StoredHit): void {
      const visitor = visitorKey(hit)
      tally.visitors.add(visitor)
      tally.events++
      if (sumsRevenue && hit.revenue !== undefined) addRevenue((tally.revenue ??= new Map()), hit.revenue)
      if (hit.type !== 'pageview') return
      tally.pageviews++
      const { engaged, scroll } = engagement?.get(pageviewKey(hit)) ?? {}
      if (engaged !== undefined) {
        tally.engaged += engaged
        tally.engagedVisits.add(session)
      }
      if (scroll !== undefined) tally.scrolls.set(visitor, Math.max(scroll, tally.scrolls.get(visitor) ?? 0))
    }

    function addVisit(session: Session, matching: readonly StoredHit[]): void {
      const entry = session.pageviews[0] ?? session.hits[0]
      const landed = hasLanded(session)
      for (const hit of matching) {
        eachTally(hit, session, session.start, hit, visit)
        if (landed) eachTally(hit, session, session.start, entry, land)
        else if (!byPage) eachTally(hit, session, session.start, entry, enter)
      }
    }

    /** Calls back instead of giving a list: it is asked three times for every hit. */
    function eachTally(hit: StoredHit, session: Session, time: number, entry: StoredHit, use: (tally: Tally, session: Session, hit: StoredHit) => void): void {
      if (only !== undefined) use(only, session, hit)
      else if (goalsOf === undefined) use(tallyOf(valuesOf(hit, session, time, entry)), session, hit)
      else for (const goal of goalsOf(hit)) use(tallyOf(valuesOf(hit, session, time, entry, goal)), session, hit)
    }

    function tallyOf(values: string[]): Tally {
      const key = values.length > 1 ? JSON.stringify(values) : (values[0] ?? '')
      const known = rows.get(key)
      if (known !== undefined) return known.tally
      const row = { dimensions: values, tally: createTally() }
      rows.set(key, row)
      return row.tally
    }
  }
}

function visit({ visits }: Tally, session: Session): void {
  visits.add(session)
}

function enter({ entered }: Tally, session: Session): void {
  entered.add(session)
}

function land({ entered, landed }: Tally, session: Session): void {
  entered.add(session)
  landed.add(session)
}
