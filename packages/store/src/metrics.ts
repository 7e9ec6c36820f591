import type { Metric } from './query.ts'
import { averageRevenue, mergeRevenue, totalRevenue, type RevenueSums } from './revenue.ts'
import type { Session } from './sessions.ts'

/** What the metrics of one row are computed from. */
export interface Tally {
  /** See `visitorKey`. */
  visitors: Set<string>
  pageviews: number
  events: number
  /** Engaged time of the row's views, ms. */
  engaged: number
  /** Visits with a view of the row whose engaged time is known. */
  engagedVisits: Set<Session>
  /** Deepest scroll of each visitor over the row's views, per cent. */
  scrolls: Map<string, number>
  /** Visits that began in the range. */
  visits: Set<Session>
  /** Those that stand for the row in what is said about whole visits: with `event:page`, those that entered there. */
  entered: Set<Session>
  /** Those among them whose bounce is asked about: with a page filter, those that entered at such a page. */
  landed: Set<Session>
  /** What the row's hits brought, where the query asks for it. */
  revenue?: RevenueSums
}

export function createTally(): Tally {
  return {
    visitors: new Set(),
    pageviews: 0,
    events: 0,
    engaged: 0,
    engagedVisits: new Set(),
    scrolls: new Map(),
    visits: new Set(),
    entered: new Set(),
    landed: new Set(),
  }
}

/**
 * What a tally comes to. Visitors and visits end with their home day, so the sums of days add up to the sums of a
 * range, and nobody has to hold a year of hits to answer for a year.
 */
export type Sums = Record<(typeof sumNames)[number], number> & { revenue?: RevenueSums }

const sumNames = [
  'visitors',
  'pageviews',
  'events',
  'engaged',
  'engagedVisits',
  'scroll',
  'scrolled',
  'visits',
  'entered',
  'enteredViews',
  'enteredTime',
  'landed',
  'bounced',
] as const

/** What nothing comes to. */
export const noSums: Readonly<Omit<Sums, 'revenue'>> = {
  visitors: 0,
  pageviews: 0,
  events: 0,
  engaged: 0,
  engagedVisits: 0,
  scroll: 0,
  scrolled: 0,
  visits: 0,
  entered: 0,
  enteredViews: 0,
  enteredTime: 0,
  landed: 0,
  bounced: 0,
}

export function sumUp(tally: Tally): Sums {
  const { visitors, pageviews, events, engaged, engagedVisits, scrolls, visits, entered, landed, revenue } = tally
  return {
    visitors: visitors.size,
    pageviews,
    events,
    engaged,
    engagedVisits: engagedVisits.size,
    scroll: sum(scrolls.values(), (scroll) => scroll),
    scrolled: scrolls.size,
    visits: visits.size,
    entered: entered.size,
    enteredViews: sum(entered, (visit) => visit.pageviews.length),
    enteredTime: sum(entered, (visit) => visit.end - visit.start),
    landed: landed.size,
    bounced: sum(landed, (visit) => Number(visit.bounced)),
    ...(revenue !== undefined && { revenue }),
  }
}

const nothing: RevenueSums = new Map()

const revenueMetrics: ReadonlySet<Metric> = new Set<Metric>(['total_revenue', 'average_revenue'])

/** Whether any of them is computed from what hits brought. */
export function asksForRevenue(metrics: readonly Metric[]): boolean {
  return metrics.some((metric) => revenueMetrics.has(metric))
}

export function addSums(a: Sums, b: Sums): Sums {
  const total = { ...a }
  for (const name of sumNames) total[name] += b[name]
  if (b.revenue !== undefined) total.revenue = mergeRevenue(a.revenue ?? nothing, b.revenue)
  return total
}

/**
 * Plausible's definitions (`lib/plausible/stats/sql/expression.ex` and `special_metrics.ex`), with one difference: a
 * ratio over nothing is null, where Plausible's SQL says 0.
 *
 * @param base what the row is compared with, for the metrics that `bases.ts` has one for; else the row itself
 */
export const metricValues: Record<Metric, (sums: Sums, base: Sums) => number | null> = {
  visitors: ({ visitors }) => visitors,
  visits: ({ visits }) => visits,
  pageviews: ({ pageviews }) => pageviews,
  events: ({ events }) => events,
  views_per_visit: ({ enteredViews, entered }) => ratio(enteredViews, entered, 2),
  bounce_rate: ({ bounced, landed }) => ratio(100 * bounced, landed, 0),
  // Seconds; a bounce counts as 0.
  visit_duration: ({ enteredTime, entered }) => ratio(enteredTime / 1000, entered, 0),
  // Seconds per visit that looked at the page.
  time_on_page: ({ engaged, engagedVisits }) => ratio(engaged / 1000, engagedVisits, 0),
  scroll_depth: ({ scroll, scrolled }) => ratio(scroll, scrolled, 0),
  percentage: ({ visitors }, base) => ratio(100 * visitors, base.visitors, 1),
  conversion_rate: ({ visitors }, base) => ratio(100 * visitors, base.visitors, 1),
  group_conversion_rate: ({ visitors }, base) => ratio(100 * visitors, base.visitors, 1),
  total_revenue: ({ revenue = nothing }) => totalRevenue(revenue),
  average_revenue: ({ revenue = nothing }) => averageRevenue(revenue),
  // Of the views of a page, those that were a visit's last.
  exit_rate: ({ visits }, base) => ratio(100 * visits, base.pageviews, 1),
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}

/** Rounded half up to `digits` decimals. */
function ratio(value: number, count: number, digits: number): number | null {
  return count === 0 ? null : Math.round((value / count) * 10 ** digits) / 10 ** digits
}
