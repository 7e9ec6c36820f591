import type { Figure } from '../../bench/run.ts'

export type Verdict = '' | 'goal reached' | 'goal missed' | 'floor reached' | '**floor missed**'

/** What a figure comes to beside its floor and goal; what is exactly at a bound has reached it. */
export function verdictOf({ value, better, floor, goal }: Figure): Verdict {
  const reaches = (bound: number): boolean => (better === 'higher' ? value >= bound : value <= bound)
  if (floor !== undefined && !reaches(floor)) return '**floor missed**'
  if (goal !== undefined) return reaches(goal) ? 'goal reached' : 'goal missed'
  return floor === undefined ? '' : 'floor reached'
}
