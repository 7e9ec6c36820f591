import { compileComparison, isComparison, type ValueTest } from '../comparisons.ts'
import type { Metric, Query } from '../query.ts'
import { columnsOfAxis, compileIndexAxis, type IndexAxis } from './indexAxes.ts'
import { columnsOf, compileIndexCondition, isOfVisit, looksAtHits, type IndexCondition } from './indexConditions.ts'
import type { ColumnName } from './sessionIndex.ts'
import { touchedPage } from './visitFields.ts'

/** What a query asks of any index, settled once. */
export interface IndexPlan {
  range: Query['range']
  timezone: string
  axes: readonly IndexAxis[]
  /** What visits have to meet: all of it. */
  visits: readonly IndexCondition[]
  /** What a hit of theirs has to meet. */
  hits: readonly IndexCondition[]
  /** Of the page that a visit was entered at: see `compileEntryFilters`. */
  landing: LandingTest | undefined
  asks: AskedSums
  /** Columns that it needs in any case. */
  columns: readonly ColumnName[]
  /** Whether a whole day of unmixed visits has to be looked at hit by hit. */
  byHit: boolean
  /** Whether it has to know where the hits of visits are. */
  looksAtHits: boolean
  /** Whether it asks for props, which not every day keeps. */
  asksProps: boolean
}

interface LandingTest {
  test: ValueTest
  /** What it says of visits without a pageview. */
  missing: boolean
}

/** Sums that need a column or a loop of their own. */
interface AskedSums {
  visits: boolean
  /** And what is said of those that entered. */
  entered: boolean
  events: boolean
  views: boolean
  time: boolean
  engaged: boolean
  scroll: boolean
  revenue: boolean
}

/** Which sums metrics are computed from. An exit rate without a base is compared with the row's own pageviews. */
const sumsOfMetrics: Partial<Record<Metric, readonly (keyof AskedSums)[]>> = {
  visits: ['visits'],
  events: ['events'],
  pageviews: ['views'],
  views_per_visit: ['entered', 'views'],
  bounce_rate: ['entered'],
  visit_duration: ['entered', 'time'],
  exit_rate: ['visits', 'views'],
  time_on_page: ['engaged'],
  scroll_depth: ['scroll'],
  total_revenue: ['revenue'],
  average_revenue: ['revenue'],
}

/**
 * Undefined where an index cannot tell.
 * @throws RangeError for a time zone that Intl does not know, where a dimension of time asks for it, and a pattern that does not compile
 */
export function compileIndexPlan(query: Query): IndexPlan | undefined {
  const { range, timezone, metrics, dimensions = [], filters = [], goals } = query
  const axes = allOf(dimensions.map((dimension) => compileIndexAxis(dimension, query)))
  const conditions = allOf(filters.map((filter) => compileIndexCondition(filter, goals)))
  if (axes === undefined || conditions === undefined) return undefined
  const landing = compileLanding(query)
  const asks = asksOf(metrics)
  const parts = conditions.flatMap(sideBySide)
  const visits = parts.filter(isOfVisit)
  const hits = parts.filter((part) => !isOfVisit(part))
  const byHit = hits.length > 0 || asks.engaged || asks.scroll || axes.some(({ kind }) => kind === 'page' || kind === 'name' || kind === 'prop' || kind === 'goal')
  const columns = new Set<ColumnName>(['flags', ...axes.flatMap(columnsOfAxis), ...parts.flatMap(columnsOf)])
  if (landing !== undefined) for (const name of ['kind', 'path'] as const) columns.add(name)
  if (asks.views) columns.add('viewCount')
  if (asks.time) columns.add('duration')
  return {
    range,
    timezone,
    axes,
    visits,
    hits,
    landing,
    asks,
    columns: [...columns],
    asksProps: columns.has('props'),
    byHit,
    looksAtHits: byHit || visits.some(looksAtHits) || axes.some(({ kind }) => kind === 'touched'),
  }
}

function allOf<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  return items.every((item) => item !== undefined) ? items : undefined
}

/** Conditions that all hold anyway, taken out of their `and`. */
function sideBySide(condition: IndexCondition): IndexCondition[] {
  return condition.kind === 'and' ? condition.parts.flatMap(sideBySide) : [condition]
}

/** As `compileEntryFilters`. */
function compileLanding({ filters = [] }: Query): LandingTest | undefined {
  const tests = filters.filter(isComparison).filter(([, dimension]) => dimension === 'event:page').map(compileComparison)
  const test: ValueTest = (value) => tests.every((each) => each(value))
  return tests.length === 0 ? undefined : { test, missing: test(touchedPage('visit:entry_page')!.missing) }
}

function asksOf(metrics: readonly Metric[]): AskedSums {
  const asked = new Set(metrics.flatMap((metric) => sumsOfMetrics[metric] ?? []))
  const [visits, entered, events, views] = [asked.has('visits'), asked.has('entered'), asked.has('events'), asked.has('views')]
  return { visits, entered, events, views, time: asked.has('time'), engaged: asked.has('engaged'), scroll: asked.has('scroll'), revenue: asked.has('revenue') }
}
