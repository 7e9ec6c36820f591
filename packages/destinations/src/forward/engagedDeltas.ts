import type { ForwardedHit } from '../destination.ts'

/** Most views whose time is remembered: those of about the last hour of a busy site, in a few MB. */
const mostViews = 20_000

/**
 * Says of each report of engaged time how much of it is new, for systems that add up what they are told: our tracker tells the total of
 * the view so far. Of a view that this process has heard nothing of yet, all is new: after a restart, or where another process has taken
 * what came before, it is told more than once.
 *
 * @returns the hit as it is where it tells no total, else one with `engagedDelta`
 */
export function createEngagedDeltas(): (hit: ForwardedHit) => ForwardedHit {
  const totals = new Map<string, number>()
  return (hit) => {
    const { engaged, engagedDelta, site, view } = hit
    if (engaged === undefined || engagedDelta !== undefined || view === '') return hit
    const key = `${site} ${view}`
    const before = totals.get(key) ?? 0
    totals.delete(key)
    totals.set(key, Math.max(before, engaged))
    if (totals.size > mostViews) totals.delete(totals.keys().next().value!)
    return { ...hit, engagedDelta: Math.max(0, engaged - before) }
  }
}
