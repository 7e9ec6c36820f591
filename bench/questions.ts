import type { Filter, HitFilter, Query, VisitQuestion } from '@treadlight/store'
import { dayStart } from './dayStart.ts'

export const site = 'shop'
export const zone = 'America/New_York'
/** What the clock says: in the evening of a day of which nothing is compacted, behind the last day with hits. */
export const now: number = Date.parse('2026-11-21T20:00:00-05:00')
export const lastDay = '2026-11-20'

/** When a day began, ms since 1970. @param back how many days before today */
export function daysAgo(back: number): number {
  const known = starts.get(back)
  if (known !== undefined) return known
  const start = dayStart(zone, new Date(Date.parse('2026-11-21') - back * 86_400_000).toISOString().slice(0, 10))
  starts.set(back, start)
  return start
}

/** Who asks several questions of one range finds out once when it is. */
const starts = new Map<number, number>()

export type QuestionName = 'unfiltered' | 'filtered' | 'view'

/** What is asked at once. */
export interface Question {
  /** @param days how many the site has. @param variant 0 the first time; later ones differ, so that no answer can be remembered */
  queries(days: number, variant: number): Query[]
}

type Asked = Pick<Query, 'metrics'> & Partial<Query>

/** The whole history to yesterday, but for its first days. */
function overall(days: number, variant: number, asked: Asked): Query {
  return during(daysAgo(days - variant), daysAgo(0), asked)
}

function during(from: number, to: number, asked: Asked): Query {
  return { site, timezone: zone, range: { from, to }, ...asked }
}

/** The same of what visits did: of all, and of a country every other time. */
export function visitQuestion(days: number, variant: number): VisitQuestion {
  const { range, timezone } = overall(days, 0, { metrics: ['visits'] })
  return { site, range: { ...range, from: range.from + variant * 60_000 }, timezone, ...(variant % 2 === 1 && { filters: isFrom(...pairs[variant % pairs.length]!).slice(0, 1) }) }
}

const headline = ['visitors', 'visits', 'pageviews', 'views_per_visit', 'bounce_rate', 'visit_duration'] as const

/** "dash" of the comparison of layouts, in the words of today's queries. */
const unfiltered: readonly Asked[] = [
  { metrics: headline },
  { metrics: ['visitors', 'visits', 'pageviews'], dimensions: ['time:day'] },
  { metrics: ['visitors', 'pageviews'], dimensions: ['event:page'], pagination: { limit: 10 } },
  { metrics: ['visitors'], dimensions: ['visit:source'], pagination: { limit: 10 } },
  { metrics: ['visitors'], dimensions: ['visit:country'], pagination: { limit: 10 } },
]

/** A country and a source that about as many have, so that they take about as long. */
const pairs: readonly (readonly [country: string, source: string])[] = [['DE', 'Google'], ['US', 'Google'], ['DE', 'DuckDuckGo'], ['US', 'DuckDuckGo'], ['GB', 'Google']]

export function isFrom(country: string, source: string): Filter[] {
  return [
    ['is', 'visit:country', [country]],
    ['is', 'visit:source', [source]],
  ]
}

const panel: Pick<Query, 'filters' | 'pagination'> = { filters: [], pagination: { limit: 10, offset: 0 } }
const whole: Pick<Query, 'filters' | 'pagination'> = { filters: [], pagination: { limit: 10_000, offset: 0 } }
const eight = ['visitors', 'visits', 'pageviews', 'views_per_visit', 'bounce_rate', 'visit_duration', 'time_on_page', 'scroll_depth'] as const

/**
 * What one view of the dashboard asks the store, as it is opened: 30 days with today, compared with nothing. Found by
 * opening it in a browser on a collector whose `store.query` wrote down what it was given (issue 8); the list of hits of
 * the last five minutes, which it asks for beside these, is in `realtime`.
 */
const view: readonly Asked[] = [
  { ...whole, metrics: eight, dimensions: [], orderBy: [['visitors', 'desc']] },
  { ...whole, metrics: eight, dimensions: ['time:day'], orderBy: [['time:day', 'asc'], ['visitors', 'desc']] },
  { ...panel, metrics: ['visitors', 'pageviews', 'time_on_page', 'scroll_depth'], dimensions: ['event:page'], orderBy: [['visitors', 'desc'], ['event:page', 'asc']] },
  { ...panel, metrics: ['visitors', 'percentage'], dimensions: ['visit:source'], orderBy: [['visitors', 'desc'], ['visit:source', 'asc']] },
  { ...panel, metrics: ['visitors', 'percentage'], dimensions: ['visit:country'], orderBy: [['visitors', 'desc'], ['visit:country', 'asc']], pagination: { limit: 300, offset: 0 } },
  { ...panel, metrics: ['visitors', 'percentage'], dimensions: ['visit:browser'], orderBy: [['visitors', 'desc'], ['visit:browser', 'asc']] },
  { ...panel, metrics: ['visitors', 'events', 'conversion_rate', 'total_revenue', 'average_revenue'], dimensions: ['event:goal'], orderBy: [['visitors', 'desc'], ['event:goal', 'asc']] },
]

/** The hits that a view lists beside its queries. */
export const realtime: HitFilter = { site, from: now - 5 * 60_000 + 1, to: now + 1, order: 'newest' }

export const questions: Record<QuestionName, Question> = {
  unfiltered: { queries: (days, variant) => unfiltered.map((asked) => overall(days, variant, asked)) },
  filtered: {
    queries: (days, variant) => [overall(days, variant, { metrics: headline, filters: isFrom(...pairs[variant % pairs.length]!) })],
  },
  view: {
    queries: (_days, variant) => view.map((asked) => during(daysAgo(29 - variant), daysAgo(-1), asked)),
  },
}
