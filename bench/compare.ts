import type { Figure } from './run.ts'

/** What is held against what. */
export interface Comparison {
  /** @example 'hits a second, a hit a request, on disk' */
  what: string
  ours: number
  baseline: string
  theirs: number
  unit: string
  better: Figure['better']
  /** Where the work is not the same. */
  unequal?: string
  /** Measures it at its full size. */
  command: string
}

/** How many times better ours is: above 1 it is the faster or the smaller one, whatever the unit. */
export function compare(comparison: Comparison): Figure {
  const { what, ours, baseline, theirs, better } = comparison
  return { name: `${what}, against ${baseline}`, value: better === 'higher' ? ours / theirs : theirs / ours, unit: '×', better: 'higher', against: comparison }
}
