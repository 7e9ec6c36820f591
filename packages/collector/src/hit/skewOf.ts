import { idMaxAge, skewTolerance } from '@treadlight/protocol'
import type { Arrival } from './readHit.ts'

/** A hit further ahead of the collector's clock than this has been made by a wrong one; so has one whose sender is as far off. ms */
export const aheadAllowed: number = 24 * 3_600_000

/**
 * How much a time that a hit says is to be put right, ms: nothing for what may just be a slow network, nor where the clock
 * that sent it cannot have said it, since it is later than that or too long ago. Then the clock was set in between, and
 * the time may be right.
 *
 * @param time ms since 1970
 */
export function skewOf(time: number, { received, sentAt = received }: Pick<Arrival, 'received' | 'sentAt'>): number {
  const skew = received - sentAt
  const age = sentAt - time
  return Math.abs(skew) > skewTolerance && age >= -skewTolerance && age <= idMaxAge ? skew : 0
}
