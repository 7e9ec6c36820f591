import { ratingOf, type Rating, type VitalName } from './thresholds.ts'

/** What the values of one metric came to. */
export interface VitalSummary {
  /** The 75th percentile, in ms but for CLS: the smallest value that at least three quarters do not exceed. Null without any. */
  p75: number | null
  rating: Rating | null
  /** Reports of it, those without a value of their own included. */
  measured: number
  good: number
  needs_improvement: number
  poor: number
  /** Reports whose value was beyond those that are kept apart on one day: they count by their rating, and not for `p75`. */
  left_out: number
}

/** Collects the values of one metric. */
export interface VitalTally {
  /** @param value as the event has it @param rating as it says itself, for values that nobody kept */
  add(value: string, rating: string, count: number): void
  summary(): VitalSummary
}

export function createVitalTally(metric: VitalName): VitalTally {
  const counts = new Map<number, number>()
  const ratings: Record<Rating, number> = { good: 0, 'needs-improvement': 0, poor: 0 }
  let leftOut = 0

  return {
    add(text, said, count) {
      const value = numberOf(text)
      const rating = value === undefined ? said : ratingOf(metric, value)
      if (!Object.hasOwn(ratings, rating)) return
      ratings[rating as Rating] += count
      if (value === undefined) leftOut += count
      else counts.set(value, (counts.get(value) ?? 0) + count)
    },
    summary() {
      const p75 = percentileOf(counts, 0.75)
      const { good, 'needs-improvement': needsImprovement, poor } = ratings
      return {
        p75,
        rating: p75 === null ? null : ratingOf(metric, p75),
        measured: good + needsImprovement + poor,
        good,
        needs_improvement: needsImprovement,
        poor,
        left_out: leftOut,
      }
    },
  }
}

function numberOf(text: string): number | undefined {
  const value = /^\d/.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? value : undefined
}

/** By nearest rank: one of the values, as exact as they are. @param counts how often each value came */
export function percentileOf(counts: ReadonlyMap<number, number>, share: number): number | null {
  const values = [...counts.keys()].toSorted((a, b) => a - b)
  const wanted = [...counts.values()].reduce((sum, count) => sum + count, 0) * share
  let seen = 0
  for (const value of values) {
    seen += counts.get(value)!
    if (seen >= wanted) return value
  }
  return null
}
