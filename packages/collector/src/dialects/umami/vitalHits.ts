import type { DialectHit } from '../dialect.ts'
import { numberOf } from '../textOf.ts'

/** Web vitals by Umami's names: ours, and up to where a value is good and from where it is poor (web.dev/articles/vitals). */
const vitals = [
  ['lcp', 'LCP', 2500, 4000],
  ['inp', 'INP', 200, 500],
  ['cls', 'CLS', 0.1, 0.25],
  ['fcp', 'FCP', 1800, 3000],
  ['ttfb', 'TTFB', 800, 1800],
] as const

/** What Umami calls a performance hit, as the tracker's own events of web vitals: one for each value. */
export function vitalHits(view: DialectHit, payload: Record<string, unknown>): DialectHit[] {
  return vitals.flatMap(([field, metric, good, poor]) => {
    const value = numberOf(payload[field])
    if (value === undefined || value < 0) return []
    const rating = value <= good ? 'good' : value <= poor ? 'needs-improvement' : 'poor'
    return [{ ...view, type: 'event' as const, name: 'Web Vitals', interactive: false, props: { metric, value, rating } }]
  })
}
