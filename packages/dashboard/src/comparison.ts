import type { Days } from './period.ts'
import type { View } from './view.ts'

/** As the stats API takes it. */
export type Comparison =
  | { mode: 'previous_period' | 'year_over_year' }
  | { mode: 'custom'; date_range: Days }

/** What to hold the view's numbers against; undefined for nothing, as there is before all time. */
export function comparisonOf({ compare, period }: Pick<View, 'compare' | 'period'>): Comparison | undefined {
  if (compare === 'none' || period === 'all') return undefined
  return typeof compare === 'string' ? { mode: compare } : { mode: 'custom', date_range: compare }
}
