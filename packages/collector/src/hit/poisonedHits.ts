import type { Refusal } from '@treadlight/protocol'
import { StepError } from '../enrich/pipeline.ts'
import type { Totals } from '../metrics/totals.ts'

/** What becomes of hits that a step throws on. */
export interface PoisonedHits {
  /**
   * Refuses the hit, tells the owner, and counts it.
   * @throws Error where it cannot be the hit that is to blame
   */
  refuse(error: unknown, id: string): Refusal
  /** A hit went through all steps. */
  pass(): void
}

export interface PoisonedHitsOptions {
  totals: Totals
  now: () => number
  onError: (error: unknown) => void
}

/** So many one after another are no accident: the collector is broken, and hits had better wait until it is mended. */
const mostInARow = 20
/** ms between two lines of the log on one step: such hits can be made up by anybody. */
const quiet = 60_000

/**
 * A hit that makes a step throw would do so at each of its returns, and keep back all that is sent with it. So it alone is
 * refused, for good.
 */
export function createPoisonedHits({ totals, now, onError }: PoisonedHitsOptions): PoisonedHits {
  const told = new Map<string, number>()
  let inARow = 0
  return {
    pass: () => void (inARow = 0),
    refuse(error, id) {
      const { step, cause } = error instanceof StepError ? error : { step: 'identify', cause: error }
      totals.add('stepFailures', step)
      if (++inARow > mostInARow) throw new Error(`[treadlight] ${step} fails on every hit: none is refused, they wait with their senders until it is mended`, { cause })
      if (now() - (told.get(step) ?? -Infinity) >= quiet) {
        told.set(step, now())
        onError(new Error(`[treadlight] ${step} failed on hit ${id}, which was refused for it; please report this`, { cause }))
      }
      return { field: 'hit', reason: `failed in ${step}` }
    },
  }
}
