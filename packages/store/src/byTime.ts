import type { HitPosition } from './store.ts'

/** By time, then id: the order of every listing, and of the hits of a session. */
export function byTime(a: HitPosition, b: HitPosition): number {
  return a.time - b.time || compareText(a.id, b.id)
}

/** By code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
