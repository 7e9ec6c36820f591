import type { Dimension, FilterOperator, Goal, Metric } from '@treadlight/store'
import type { RangeName } from '../stats/dateRange.ts'
import type { Money } from '../stats/money.ts'

export type { Money }

/** A name, `[first day, last day]` inclusive, or `[from, to]` as ISO 8601 times. */
export type DateRange = RangeName | readonly [from: string, to: string]

type FilterDimension = Exclude<Dimension, `time:${string}`>

/** A filter as it is sent: see docs/stats-api.md. */
export type WireFilter =
  | readonly [FilterOperator, FilterDimension, readonly string[], { readonly case_sensitive: boolean }?]
  | readonly ['and' | 'or', readonly WireFilter[]]
  | readonly ['not' | 'has_done' | 'has_not_done', WireFilter]

/** A query of `POST /api/v2/query`. */
export interface StatsQuery<Metrics extends readonly Metric[] = readonly Metric[], Dimensions extends readonly (Dimension | 'time')[] = readonly (Dimension | 'time')[]> {
  /** A site's id or one of its hosts. @default that of the client */
  site_id?: string
  date_range: DateRange
  metrics: Metrics
  dimensions?: Dimensions
  filters?: readonly WireFilter[]
  order_by?: readonly (readonly [Metric | Dimension | 'time', 'asc' | 'desc'])[]
  include?: {
    imports?: boolean
    time_labels?: boolean
    total_rows?: boolean
    comparisons?: { mode: 'previous_period' | 'year_over_year'; match_day_of_week?: boolean } | { mode: 'custom'; date_range: readonly [from: string, to: string] }
  }
  pagination?: { limit?: number; offset?: number }
}

/** A value for each metric in the order in which they were asked for: counts are numbers, ratios may be null, and revenue is money. */
export type Values<Metrics extends readonly Metric[]> = { -readonly [Index in keyof Metrics]: ValueOf<Metrics[Index]> }

type Count = 'visitors' | 'visits' | 'pageviews' | 'events'
type ValueOf<Name> = Name extends Count ? number : Name extends 'total_revenue' | 'average_revenue' ? Money | null : number | null

type Texts<Dimensions extends readonly unknown[]> = { -readonly [Index in keyof Dimensions]: string }

/** A row with values in the order of the query. */
export interface QueryRow<Metrics extends readonly Metric[], Dimensions extends readonly unknown[]> {
  dimensions: Texts<Dimensions>
  metrics: Values<Metrics>
  /** Where ranges are compared. */
  comparison?: Compared<Metrics, Dimensions>
}

/** The row of the other range, and by how much each metric has changed: in percent, of rates in points. */
export interface Compared<Metrics extends readonly Metric[], Dimensions extends readonly unknown[]> {
  dimensions: Texts<Dimensions>
  metrics: Values<Metrics>
  change: { -readonly [Index in keyof Metrics]: number | null }
}

/** What a query is answered with. */
export interface QueryAnswer<Metrics extends readonly Metric[], Dimensions extends readonly unknown[]> {
  results: QueryRow<Metrics, Dimensions>[]
  meta: {
    imports_included?: boolean
    time_labels?: string[]
    comparison_time_labels?: string[]
    total_rows?: number
    /** ISO 8601: figures of before are of the hits that retention has left. Only where this question cannot be answered from sums. */
    pruned_before?: string
    /** The same in words. */
    warning?: string
  }
  /** As it was understood, with the ranges as ISO 8601 times. */
  query: { site_id: string; timezone: string; date_range: [from: string, to: string]; comparison_date_range?: [from: string, to: string] }
}

/** Sites that can be asked about, the default one first. */
export interface SiteList {
  sites: { id: string; timezone: string; hosts: string[] }[]
  /** The collector's. */
  version: string
  /** Days for which hits without and with a user are kept. */
  retention: { anonymous: number; authenticated: number }
}

/** A site's goals; where there are none, every custom event is one. */
export interface GoalList {
  site_id: string
  goals: Goal[]
  every_event: boolean
}
