/**
 * What the unfiltered hits of some whole home days come to: for no dimension by the day, and for each dimension that
 * sums can be kept of by its values. Derived from the hits that may be shown; no visit and no visitor can be told from it.
 */
export interface Rollup {
  /** In order. */
  readonly days: readonly RollupDay[]
  /** Which table of sources `visit:source` was named by: see `sourcesStamp`; 0 for none that is known. */
  readonly names: number
  /** All hits of each day, in the order of `days`. */
  totals(): Promise<SumColumns>
  /** By the values of a dimension, of all days together, in no order. @throws Error where the value in the storage is damaged */
  rows(dimension: RollupDimension): Promise<RollupRows>
}

export interface RollupDay {
  /** `YYYY-MM-DD` */
  readonly day: string
  /** When its first and its last pageview or event happened, ms since 1970, exactly; Infinity and -Infinity without any. */
  readonly first: number
  readonly last: number
  /** Of what it was made. */
  readonly fingerprint: string
  /** Whether any of its hits has brought revenue, of which nothing is kept. */
  readonly hasRevenue: boolean
}

export interface RollupRows {
  /** Each once, as a query's rows have them: `Direct / None`, `(not set)`. */
  readonly labels: readonly string[]
  readonly sums: SumColumns
}

/**
 * What is kept of `Sums`. Rows that no filter has touched have landed wherever they were entered, so `landed` is
 * `entered`. No revenue.
 */
export const keptSums = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'entered',
  'enteredViews',
  'enteredTime',
  'bounced',
  'engaged',
  'engagedVisits',
  'scroll',
  'scrolled',
] as const
export type KeptSum = (typeof keptSums)[number]

/** What is not kept for entry and exit pages, where it takes as much as the rest and is hardly ever asked for. */
export const engagementSums: ReadonlySet<KeptSum> = new Set<KeptSum>(['engaged', 'engagedVisits', 'scroll', 'scrolled'])

export function isWithoutEngagement(dimension: RollupDimension): boolean {
  return dimension === 'visit:entry_page' || dimension === 'visit:exit_page'
}

/** Sums are whole numbers from 0 to this: twice as much is still exact. */
export const largestSum: number = 2 ** 52 - 1

/** A number for each row. */
export type SumColumns = Readonly<Record<KeptSum, Float64Array>>

/**
 * What lies together in the storage, so that one read answers a panel of the dashboard. `event:goal` is that of sites
 * whose owner has named none.
 */
export const rollupSections = {
  pages: ['visit:entry_page', 'visit:exit_page', 'event:page'],
  sources: [
    'visit:source',
    'visit:referrer',
    'visit:channel',
    'visit:utm_source',
    'visit:utm_medium',
    'visit:utm_campaign',
    'visit:utm_term',
    'visit:utm_content',
  ],
  places: ['visit:country', 'visit:region', 'visit:city', 'visit:language'],
  devices: ['visit:browser', 'visit:browser_version', 'visit:os', 'visit:os_version', 'visit:device', 'visit:screen_class'],
  events: ['event:name', 'event:goal', 'visit:entry_page_hostname', 'visit:exit_page_hostname', 'event:hostname'],
} as const
export type RollupSection = keyof typeof rollupSections
export type RollupDimension = (typeof rollupSections)[RollupSection][number]

export const rollupDimensions: readonly RollupDimension[] = Object.values(rollupSections).flat()

/** Columns by their names. */
export function columnsOf(columnOf: (name: KeptSum) => Float64Array): SumColumns {
  return Object.fromEntries(keptSums.map((name) => [name, columnOf(name)])) as SumColumns
}
