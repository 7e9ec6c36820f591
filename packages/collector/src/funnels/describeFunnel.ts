import type { FunnelResult, VisitStep } from '@treadlight/store'

/** A step of a funnel as the API, the CLI and the page tell it. Rates are per cent of visitors with a digit, null where there was nobody. */
export type FunnelRow = VisitStep & {
  /** Who came that far. */
  visitors: number
  visits: number
  /** Visitors who came to the step before, and no further; of the first step all others. */
  drop_off: number
  /** Of those who took the step before; of the first step, of all visitors. */
  step_rate: number | null
  /** Of those who took the first step. */
  conversion_rate: number | null
}

/** Puts beside the numbers of each step what they are of those before. */
export function describeFunnel(steps: readonly VisitStep[], result: Pick<FunnelResult, 'steps' | 'visitors'>): FunnelRow[] {
  const first = result.steps[0]?.visitors ?? 0
  return steps.map((step, index) => {
    const { visitors, visits } = result.steps[index]!
    const before = index === 0 ? result.visitors : result.steps[index - 1]!.visitors
    return Object.assign({}, step, { visitors, visits, drop_off: before - visitors, step_rate: rate(visitors, before), conversion_rate: rate(visitors, first) })
  })
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((1000 * part) / whole) / 10
}
