import { skewTolerance } from '@treadlight/protocol'
import type { Arrival } from './readHit.ts'

/** A hit further ahead of the collector's clock than this has been made by a wrong one; so has one whose sender is as far off. ms */
export const aheadAllowed: number = 24 * 3_600_000

/** How much a sender's clock is to be put right, ms: nothing for what may just be a slow network. */
export function skewOf({ received, sentAt = received }: Pick<Arrival, 'received' | 'sentAt'>): number {
  const skew = received - sentAt
  return Math.abs(skew) > skewTolerance ? skew : 0
}
