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
  | 'conversion_rate'
  | 'group_conversion_rate'
  | 'total_revenue'
  | 'average_revenue'
  | 'exit_rate'

/**
 * What splits a metric: the names of Plausible's Stats API, and `event:name`, `visit:screen_class`, `visit:language`,
 * `visit:click_id`, `time:minute` and the touches. A hit that reaches several goals is in the row of each. A version says little without its browser or system: ask for both.
 */
export type Dimension =
  | 'event:name'
  | 'event:page'
  | 'event:hostname'
  | 'event:goal'
  | `event:props:${string}`
  | 'visit:entry_page'
  | 'visit:exit_page'
  | 'visit:entry_page_hostname'
  | 'visit:exit_page_hostname'
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
  | 'visit:country_name'
  | 'visit:region_name'
  | 'visit:city_name'
  | 'visit:screen_class'
  | 'visit:language'
  | 'time:minute'
  | 'time:hour'
  | 'time:day'
  | 'time:week'
  | 'time:month'

/** Where a visit came from; `click_id` is its click ids as a URL has them (`gclid=…&wbraid=…`), in the order of their names. */
export type TouchName = 'source' | 'referrer' | 'channel' | 'utm_source' | 'utm_medium' | 'utm_campaign' | 'utm_term' | 'utm_content' | 'click_id'

/** Where the visits of a session id first and last came from, up to the visit in question: see `createTouches`. */
export type TouchDimension = `first:${TouchName}` | `last:${TouchName}`

export type FilterOperator = 'is' | 'is_not' | 'contains' | 'contains_not' | 'matches' | 'matches_not'

/** How values are compared. */
export interface FilterModifiers {
  /** `false` compares in lower case, as Unicode has it. @default true */
  caseSensitive?: boolean
}

/**
 * `['is', 'visit:source', ['google']]`: any of the values will do. Joined by `and`, `or` and `not`.
 *
 * In values of `is` and `is_not` on pages `*` stands for any text: see `createWildcard`. `matches` takes regular
 * expressions in RE2's syntax: see `compilePattern`.
 */
export type Filter =
  | readonly [FilterOperator, Exclude<Dimension, `time:${string}`>, readonly string[], FilterModifiers?]
  | readonly ['and' | 'or', readonly Filter[]]
  | readonly ['not', Filter]
  /** Every hit of the sessions in which some hit of the range meets, or none meets, the filter. */
  | readonly ['has_done' | 'has_not_done', Filter]

/** What the owner wants visitors to do: send an event of this name, or see a page, where `*` stands for any text. */
export type Goal = { name: string } & ({ event: string } | { page: string })

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
  /** @default every interactive custom event is a goal of its own name */
  goals?: readonly Goal[]
  orderBy?: readonly (readonly [Metric | Dimension, 'asc' | 'desc'])[]
  /** @default { limit: 10_000, offset: 0 } */
  pagination?: { limit?: number; offset?: number }
  /** Whether days that another product has told the sums of (`ImportedSums`) count. @default false */
  imports?: boolean
}

export interface QueryRow {
  /** In the order of the query; time buckets as `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:00` in the query's time zone. */
  dimensions: string[]
  /** In the order of the query; null where a metric has no value (a bounce rate without visits). */
  metrics: (number | null)[]
  /** ISO 4217: of `total_revenue` and `average_revenue`. Of revenue in several currencies both are null, and there is none. */
  currency?: string
}

export interface QueryResult {
  rows: QueryRow[]
  /** Rows there are without `pagination`. */
  totalRows: number
  /**
   * Figures of before this moment, ms since 1970, are of the hits that pruning has left: there are sums of these days, and
   * this question cannot be answered from sums. Only of stores that keep such sums.
   */
  prunedBefore?: number
  /** Figures of before this moment, ms since 1970, are in part those of another product. Only where `Query.imports` asks for them. */
  importedBefore?: number
  /** There are imported days before this moment, ms since 1970, that this question cannot be answered from; they are left out. */
  importsSkippedBefore?: number
}
