import type { Dimension, FilterOperator, Metric } from '@treadlight/store'

// What a query may name: the parser, its messages, the description for programs and the client's types all take it from here.

/** Metrics, by Plausible's names; `exit_rate` is ours. */
export const metricNames: readonly Metric[] = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'views_per_visit',
  'bounce_rate',
  'visit_duration',
  'time_on_page',
  'scroll_depth',
  'percentage',
  'conversion_rate',
  'group_conversion_rate',
  'total_revenue',
  'average_revenue',
  'exit_rate',
]

/** Whether a metric is money: answered as a sum with its currency. */
export function isRevenue(metric: string): metric is 'total_revenue' | 'average_revenue' {
  return metric === 'total_revenue' || metric === 'average_revenue'
}

const touchNames = ['source', 'referrer', 'channel', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'click_id'] as const

/** A dimension that is called by its name alone. */
export type NamedDimension = Exclude<Dimension, `time:${string}` | `event:props:${string}`>

/** Dimensions that filters take too; with `event:props:NAME` beside them. */
export const dimensionNames: readonly NamedDimension[] = [
  'event:name',
  'event:page',
  'event:hostname',
  'event:goal',
  'visit:entry_page',
  'visit:exit_page',
  'visit:entry_page_hostname',
  'visit:exit_page_hostname',
  ...touchNames.flatMap((name) => [`visit:${name}`, `first:${name}`, `last:${name}`] as const),
  'visit:browser',
  'visit:browser_version',
  'visit:os',
  'visit:os_version',
  'visit:device',
  'visit:country',
  'visit:country_name',
  'visit:region',
  'visit:region_name',
  'visit:city',
  'visit:city_name',
  'visit:screen_class',
  'visit:language',
]

/** Buckets of time; `time` is the one that suits the range. */
export const timeNames = ['time', 'time:minute', 'time:hour', 'time:day', 'time:week', 'time:month'] as const

/** How a dimension is compared with values. */
export const operatorNames: readonly FilterOperator[] = ['is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not']

const propPrefix = 'event:props:'

/** Whether a dimension is that of a custom property: everything behind the prefix is its name. */
export function isProp(value: unknown): value is `event:props:${string}` {
  return typeof value === 'string' && value.startsWith(propPrefix) && value.length > propPrefix.length
}
