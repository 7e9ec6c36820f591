import { ratingOf, vitalEvent, vitals } from '../../vitals/thresholds.ts'
import type { DialectHit } from '../dialect.ts'
import { numberOf } from '../textOf.ts'

/** What Umami calls a performance hit, as the tracker's own events of web vitals: one for each value. Its names are ours in lower case. */
export function vitalHits(view: DialectHit, payload: Record<string, unknown>): DialectHit[] {
  return vitals.flatMap(({ metric }) => {
    const value = numberOf(payload[metric.toLowerCase()])
    if (value === undefined || value < 0) return []
    return [{ ...view, type: 'event' as const, name: vitalEvent, interactive: false, props: { metric, value, rating: ratingOf(metric, value) } }]
  })
}
