const types = {
  day: 'Date CODEC(ZSTD(1))',
  /** See `visitorKey`. */
  visitor: 'UInt64 CODEC(ZSTD(1))',
  /** Whose the visit is: that of its first hit. */
  owner: 'UInt64 CODEC(ZSTD(1))',
  visit: 'UInt64 CODEC(ZSTD(1))',
  /** Which hit of its visit it is, by time and id, from 1 on. */
  place: 'UInt32 CODEC(T64, ZSTD(1))',
  /** 2 in the first row of its visitor on its home day, 1 in the first of its visitor in other visits, else 0. */
  mark: 'UInt8 CODEC(T64, ZSTD(1))',
  /** 0 where `mark` is not 0; of the others 1 for pageviews, 2 for events. Rows lie by it, so that a question reads those it needs. */
  section: 'UInt8 CODEC(T64, ZSTD(1))',
  time: 'Int64 CODEC(DoubleDelta, ZSTD(1))',
  isView: 'UInt8 CODEC(T64, ZSTD(1))',
  interactive: 'UInt8 CODEC(T64, ZSTD(1))',
  /** As `event:name` has it. */
  name: 'LowCardinality(String) CODEC(ZSTD(1))',
  path: 'LowCardinality(String) CODEC(ZSTD(1))',
  hostname: 'LowCardinality(String) CODEC(ZSTD(1))',
  props: 'Map(LowCardinality(String), String) CODEC(ZSTD(1))',
  /** In millionths; 0 where `currency` is '', which is what counts as no revenue. */
  amount: 'Int128 CODEC(ZSTD(1))',
  currency: 'LowCardinality(String) CODEC(ZSTD(1))',
  /** Of a pageview, see `deriveEngagement`; -1 where nobody told. */
  engaged: 'Float64 CODEC(ZSTD(1))',
  scroll: 'Float64 CODEC(ZSTD(1))',
  /** Of all pageviews of the visit, in its first row; -1 in the others, and where nobody told. */
  visitEngaged: 'Float64 CODEC(ZSTD(1))',
  /** The deepest scroll of the visitor in the visit, in their first row of it; else -1. */
  visitScroll: 'Float64 CODEC(ZSTD(1))',
  /** The same of the visitor's home day. */
  dayScroll: 'Float64 CODEC(ZSTD(1))',
  /** As `mark`, among the rows of a path. */
  pageMark: 'UInt8 CODEC(T64, ZSTD(1))',
  /** 1 in the first row of a path in a visit of which `engaged` is known. */
  pageRead: 'UInt8 CODEC(T64, ZSTD(1))',
  /** As `dayScroll`, among the rows of a path. */
  pageScroll: 'Float64 CODEC(ZSTD(1))',
  /** Of the visit: its first hit, and how long after it came the last. */
  start: 'Int64 CODEC(DoubleDelta, ZSTD(1))',
  duration: 'Int64 CODEC(T64, ZSTD(1))',
  /** Pageviews and events. */
  hits: 'UInt32 CODEC(T64, ZSTD(1))',
  /** Pageviews. */
  views: 'UInt32 CODEC(T64, ZSTD(1))',
  bounced: 'UInt8 CODEC(T64, ZSTD(1))',
  /** Of the hit that stands for the visit: its first pageview, without one its first hit. */
  entryTime: 'Int64 CODEC(DoubleDelta, ZSTD(1))',
  entryPath: 'LowCardinality(String) CODEC(ZSTD(1))',
  entryHost: 'LowCardinality(String) CODEC(ZSTD(1))',
  /** Of its last pageview; '' without one. */
  exitPath: 'LowCardinality(String) CODEC(ZSTD(1))',
  exitHost: 'LowCardinality(String) CODEC(ZSTD(1))',
  /** Hash of its session id; 0 without one. */
  session: 'UInt64 CODEC(ZSTD(1))',
  /** Whether it came from nowhere: see `createTouches`. */
  direct: 'UInt8 CODEC(T64, ZSTD(1))',
  /** As `visit:source` has it. */
  source: 'LowCardinality(String) CODEC(ZSTD(1))',
  referrer: 'String CODEC(ZSTD(1))',
  channel: 'LowCardinality(String) CODEC(ZSTD(1))',
  utmSource: 'LowCardinality(String) CODEC(ZSTD(1))',
  utmMedium: 'LowCardinality(String) CODEC(ZSTD(1))',
  utmCampaign: 'LowCardinality(String) CODEC(ZSTD(1))',
  utmTerm: 'LowCardinality(String) CODEC(ZSTD(1))',
  utmContent: 'LowCardinality(String) CODEC(ZSTD(1))',
  /** As `visit:click_id` has it; '' for none. */
  clickIds: 'String CODEC(ZSTD(1))',
  browser: 'LowCardinality(String) CODEC(ZSTD(1))',
  browserVersion: 'LowCardinality(String) CODEC(ZSTD(1))',
  os: 'LowCardinality(String) CODEC(ZSTD(1))',
  osVersion: 'LowCardinality(String) CODEC(ZSTD(1))',
  device: 'LowCardinality(String) CODEC(ZSTD(1))',
  country: 'LowCardinality(String) CODEC(ZSTD(1))',
  countryName: 'LowCardinality(String) CODEC(ZSTD(1))',
  region: 'LowCardinality(String) CODEC(ZSTD(1))',
  city: 'LowCardinality(String) CODEC(ZSTD(1))',
  language: 'LowCardinality(String) CODEC(ZSTD(1))',
  /** As `visit:screen_class` has it; '' for none. */
  screenClass: 'LowCardinality(String) CODEC(ZSTD(1))',
} as const

export type RowColumn = keyof typeof types

/**
 * The derived table `visit_rows`: a row for each pageview and event of a visible hit, with what is known of its visit beside it. All
 * of it follows from the hits of the home day, so it can be made anew at any time: see `deriveSql`.
 *
 * Moments are ms since 1970, spans ms. Keys are hashes of 64 bits with the home day in them: figures of days add up, as
 * visitors and visits end with their day.
 */
export const rowColumns: Readonly<Record<RowColumn, string>> = types

/** In the order in which they are written. */
export const rowColumnNames: readonly RowColumn[] = Object.keys(rowColumns) as RowColumn[]

/** To be raised with whatever changes what a row says: builds of before are made anew. What source names say is in `sourcesStamp`. */
export const rowsVersion: number = 3
