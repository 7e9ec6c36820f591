import { idMaxAge, idTime, isId } from '@treadlight/protocol'
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
  const moved = move(isTimed(id) ? idTime(id.toLowerCase()) : claimed)
  if (received - moved > idMaxAge) return undefined
  return {
    ...input,
    ...(!Number.isNaN(claimed) && { timestamp: new Date(move(claimed)).toISOString() }),
    ...(isTimed(id) && { id: withTime(id, move) }),
    ...(isTimed(view) && { view: withTime(view, move) }),
  }
}

function isTimed(id: unknown): id is string {
  return typeof id === 'string' && isId(id.toLowerCase())
}

/** The id with its first 48 bits, the time, moved; the rest tells it from others. */
function withTime(id: string, move: (time: number) => number): string {
  const stamp = move(idTime(id.toLowerCase())).toString(16).padStart(12, '0')
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}${id.slice(13).toLowerCase()}`
}
