import { createRateLimit } from '../rateLimit.ts'
import type { LimitSettings } from '../settings/limits.ts'

/** Says of a request from a network whether it is taken: 0, or the seconds after which to come back. Without a network only the limit of all holds. */
export type RequestLimit = (network?: string) => number

/** Seconds' worth of all requests that may come at once. */
const totalBurst = 10

/**
 * The limits on requests to `/hit`: of one address, and of all together. What one address has too much of is not held
 * against the others.
 */
export function createRequestLimit({ perAddress, burst, total }: Omit<LimitSettings, 'connections'>, now: () => number): RequestLimit {
  const each = perAddress > 0 ? createRateLimit({ rate: perAddress, burst, now }) : undefined
  const all = total > 0 ? createRateLimit({ rate: total, burst: total * totalBurst, now, keys: 2 }) : undefined
  return (network) => (network !== undefined && each?.take(network)) || all?.take('') || 0
}
