import { idMaxAge, idTime, isId, withTime } from '@treadlight/protocol'
import type { Arrival } from './readHit.ts'

const minute = 60_000

/**
 * A hit whose sender's clock is wrong, as it would have been with the collector's clock; nothing if it has simply waited
 * for too long. It keeps its distance to the sender's now, in whole minutes, so that retries make the same id of it and
 * its view goes with it. One that would be in the future even so was made before the clock was put right: it happened now.
 *
 * @param input a hit with an id or a timestamp, as it was sent
 */
export function retimeHit(input: object, { received, sentAt = received }: Arrival): object | undefined {
  const skew = Math.round((received - sentAt) / minute) * minute
  const move = (time: number): number => Math.min(time + skew, received - (received % minute))
  const { id, view, timestamp } = input as Record<string, unknown>
  const claimed = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN
  const moveId = (id: string): string => withTime(id.toLowerCase(), move(idTime(id.toLowerCase())))
  const moved = move(isTimed(id) ? idTime(id.toLowerCase()) : claimed)
  if (received - moved > idMaxAge) return undefined
  return {
    ...input,
    ...(!Number.isNaN(claimed) && { timestamp: new Date(move(claimed)).toISOString() }),
    ...(isTimed(id) && { id: moveId(id) }),
    ...(isTimed(view) && { view: moveId(view) }),
  }
}

function isTimed(id: unknown): id is string {
  return typeof id === 'string' && isId(id.toLowerCase())
}
