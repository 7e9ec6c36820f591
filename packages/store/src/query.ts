/** What is counted: the names of Plausible's Stats API, and its definitions. */
export type Metric =
  | 'visitors'
  | 'visits'
  | 'pageviews'
  | 'events'
  | 'views_per_visit'
  | 'bounce_rate'
  | 'visit_duration'
  | 'time_on_page'
  | 'scroll_depth'
  | 'percentage'

/**
 * What splits a metric: the names of Plausible's Stats API, and `visit:screen_class`, `visit:language`, `visit:click_id`
 * and the touches. A version says little without its browser or system: ask for both.
 */
export type Dimension =
  | 'event:name'
  | 'event:page'
  | 'event:hostname'
  | `event:props:${string}`
  | 'visit:entry_page'
  | 'visit:exit_page'
  | `visit:${TouchName}`
  | TouchDimension
  | 'visit:browser'
  | 'visit:browser_version'
  | 'visit:os'
  | 'visit:os_version'
  | 'visit:device'
  | 'visit:country'
  | 'visit:region'
  | 'visit:city'
  | 'visit:screen_class'
  | 'visit:language'
  | 'time:hour'
  | 'time:day'
  | 'time:week'
  | 'time:month'

/** Where a visit came from; `click_id` is its click ids as a URL has them (`gclid=…&wbraid=…`), in the order of their names. */
export type TouchName = 'source' | 'referrer' | 'channel' | 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_term' | 'utm_content' | 'click_id'

/** Where the visits of a session id first and last came from, up to the visit in question: see `createTouches`. */
export type TouchDimension = `first:${TouchName}` | `last:${TouchName}`

export type FilterOperator = 'is' | 'is_not' | 'contains' | 'contains_not'

/** `['is', 'visit:source', ['google']]`, joined by `and`, `or` and `not`. */
export type Filter =
  | readonly [FilterOperator, Exclude<Dimension, `time:${string}`>, readonly string[]]
  | readonly ['and' | 'or', readonly Filter[]]
  | readonly ['not', Filter]

/** Metrics × dimensions × filters × a range of time, as the store understands them. */
export interface Query {
  site: string
  /** Half open, ms since 1970. */
  range: { from: number; to: number }
  /** IANA name: where days and hours of `time:*` begin. */
  timezone: string
  metrics: readonly Metric[]
  dimensions?: readonly Dimension[]
  filters?: readonly Filter[]
  orderBy?: readonly (readonly [Metric | Dimension, 'asc' | 'desc'])[]
  /** @default { limit: 10_000, offset: 0 } */
  pagination?: { limit?: number; offset?: number }
}

export interface QueryRow {
  /** In the order of the query; time buckets as `YYYY-MM-DD` or `YYYY-MM-DD HH:00:00` in the query's time zone. */
  dimensions: string[]
  /** In the order of the query; null where a metric has no value (a bounce rate without visits). */
  metrics: (number | null)[]
}

export interface QueryResult {
  rows: QueryRow[]
  /** Rows there are without `pagination`. */
  totalRows: number
}
