/** How good a value is. */
export type Rating = 'good' | 'needs-improvement' | 'poor'

/**
 * Web vitals, and up to where a value is good and from where it is poor, in ms but for CLS: Google's thresholds
 * (https://web.dev/articles/defining-core-web-vitals-thresholds; FCP https://web.dev/articles/fcp, TTFB https://web.dev/articles/ttfb),
 * as the package web-vitals has them.
 */
export const vitals = [
  { metric: 'LCP', good: 2500, poor: 4000 },
  { metric: 'INP', good: 200, poor: 500 },
  { metric: 'CLS', good: 0.1, poor: 0.25 },
  { metric: 'FCP', good: 1800, poor: 3000 },
  { metric: 'TTFB', good: 800, poor: 1800 },
] as const
export type VitalName = (typeof vitals)[number]['metric']

/** The event that the tracker sends for each value. */
export const vitalEvent = 'Web Vitals'

export function ratingOf(name: VitalName, value: number): Rating {
  const { good, poor } = vitals.find(({ metric }) => metric === name)!
  return value <= good ? 'good' : value <= poor ? 'needs-improvement' : 'poor'
}
