import type { Days } from './period.ts'
import type { View } from './view.ts'

/** As the stats API takes it. */
export type Comparison =
  | { mode: 'previous_period' | 'year_over_year' }
  | { mode: 'custom'; date_range: Days }

/** What to hold the view's numbers against; undefined for nothing. */
export function comparisonOf({ compare }: Pick<View, 'compare'>): Comparison | undefined {
  if (compare === 'none') return undefined
  return typeof compare === 'string' ? { mode: compare } : { mode: 'custom', date_range: compare }
}
