import { formatDuration, formatNumber, formatPercent, formatRatio } from './format.ts'

/** The headline numbers; also what the trend can show. */
export type Metric =
  | 'visitors'
  | 'visits'
  | 'pageviews'
  | 'views_per_visit'
  | 'bounce_rate'
  | 'visit_duration'
  | 'time_on_page'
  | 'scroll_depth'

/** What tells metrics apart. */
export interface MetricKind {
  /** Takes the value as the API has it: counts, percent, seconds. */
  format(value: number): string
  /** A bucket without hits: counts are zero, an average of nothing is nothing. */
  empty: 0 | null
  /** Which way is good news. */
  better: 'more' | 'less'
  /** Distances that the chart's lines may have. */
  steps: number[]
}

const powers = Array.from({ length: 10 }, (_, power) => 10 ** power)
const countSteps = powers.flatMap((power) => [power, 2 * power, 5 * power])
const durationSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]

/** How each metric is written and drawn. */
export const metricKinds: Readonly<Record<Metric, MetricKind>> = {
  visitors: { format: formatNumber, empty: 0, better: 'more', steps: countSteps },
  visits: { format: formatNumber, empty: 0, better: 'more', steps: countSteps },
  pageviews: { format: formatNumber, empty: 0, better: 'more', steps: countSteps },
  views_per_visit: { format: formatRatio, empty: null, better: 'more', steps: [0.1, 0.2, 0.5, ...countSteps] },
  bounce_rate: { format: formatPercent, empty: null, better: 'less', steps: [1, 2, 5, 10, 20, 25, 50] },
  visit_duration: { format: formatDuration, empty: null, better: 'more', steps: durationSteps },
  time_on_page: { format: formatDuration, empty: null, better: 'more', steps: durationSteps },
  scroll_depth: { format: formatPercent, empty: null, better: 'more', steps: [1, 2, 5, 10, 20, 25, 50] },
}

/** In the order in which the page shows them. */
export const metrics: readonly Metric[] = Object.keys(metricKinds) as Metric[]

/** Whether the page knows a metric of this name. */
export function isMetric(name: string): name is Metric {
  return Object.hasOwn(metricKinds, name)
}

/** A dash where there is no value. */
export function formatMetric(metric: Metric, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : metricKinds[metric].format(value)
}
