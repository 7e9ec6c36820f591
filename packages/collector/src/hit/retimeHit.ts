import { idMaxAge, idTime, isId, withTime } from '@treadlight/protocol'
import type { Arrival } from './readHit.ts'
import { aheadAllowed, skewOf } from './skewOf.ts'

/**
 * Ids move by whole steps of this, ms, so that each try makes the same id of a hit, though one takes longer than another,
 * and a view's id is the same wherever it is named. It is another one for who sends again what a lost answer has made of
 * it already, if one try is rounded up and another down: where the tries differ by 3 s, that is one clock in 300.
 */
const idStep = 15 * 60_000
const hour = 3_600_000

/**
 * A hit whose sender's clock is wrong, as it would have been with the collector's clock; nothing if it has simply waited
 * for too long. Its timestamp moves by the exact skew, its ids by whole steps: see `idStep`. Each of them by itself, so that
 * a view from before the clock went wrong keeps the id that it was stored with.
 *
 * What would be refused as of the future even so was made before the clock was put right, and nobody knows when: it is of
 * the hour in which it came, by its id and the time. Sent again in another hour it is another hit.
 *
 * @param input a hit with an id, a view or a timestamp, as it was sent
 */
export function retimeHit(input: object, arrival: Pick<Arrival, 'received' | 'sentAt'>): object | undefined {
  const { received } = arrival
  const { id, view, timestamp, retimed } = input as Record<string, unknown>
  const now = received - (received % hour)
  const move = (time: number, step: number): number => {
    // By the collector's clock already.
    const skew = retimed === true ? 0 : skewOf(time, arrival)
    const moved = time + Math.round(skew / step) * step
    return moved > now + aheadAllowed ? now : Math.max(moved, 0)
  }
  const moveId = (id: string): string => withTime(id.toLowerCase(), move(idTime(id.toLowerCase()), idStep))
  const claimed = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN
  // Where there is no id, one will be made of the timestamp.
  const moved = isTimed(id) ? idTime(moveId(id)) : move(claimed, idStep)
  if (received - moved > idMaxAge) return undefined
  return {
    ...input,
    ...(!Number.isNaN(claimed) && { timestamp: new Date(isTimed(id) ? move(claimed, 1) : moved).toISOString() }),
    ...(isTimed(id) && { id: moveId(id) }),
    ...(isTimed(view) && { view: moveId(view) }),
    retimed: true,
  }
}

function isTimed(id: unknown): id is string {
  return typeof id === 'string' && isId(id.toLowerCase())
}
