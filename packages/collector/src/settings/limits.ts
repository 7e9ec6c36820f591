import { asNumber, type Setting } from '../settings.ts'

/** Bounds on what strangers may ask for, in requests, of one process. */
export interface LimitSettings {
  /**
   * Requests a second to `/hit` from one address (of IPv6 the first 64 bits) in the long run; 0 is without limit.
   * One request brings up to 1,000 hits.
   * @default 100
   */
  perAddress: number
  /**
   * The same at once, after a quiet time: what 200 people behind one address send when their network is back.
   * @default 2000
   */
  burst: number
  /**
   * Requests a second to `/hit` from everybody, with ten seconds' worth at once; 0 is without limit.
   * @default 0
   */
  total: number
  /**
   * Connections that are open at a time; further ones are closed at once.
   * @default 10000
   */
  connections: number
}

const most = 1_000_000

export const limitSettings: Record<string, Setting> = {
  'limits.perAddress': {
    env: ['TREADLIGHT_LIMITS_PER_ADDRESS'],
    fallback: () => 100,
    read: (value) => asNumber(value, 0, most),
    allowed: `a number of requests a second from 0 (no limit) to ${most}`,
  },
  'limits.burst': {
    env: ['TREADLIGHT_LIMITS_BURST'],
    fallback: () => 2000,
    read: (value) => asNumber(value, 1, most),
    allowed: `a number of requests from 1 to ${most}`,
  },
  'limits.total': {
    env: ['TREADLIGHT_LIMITS_TOTAL'],
    fallback: () => 0,
    read: (value) => asNumber(value, 0, most),
    allowed: `a number of requests a second from 0 (no limit) to ${most}`,
  },
  'limits.connections': {
    env: ['TREADLIGHT_LIMITS_CONNECTIONS'],
    fallback: () => 10_000,
    read: (value) => asNumber(value, 10, most),
    allowed: `a number of connections from 10 to ${most}`,
  },
}
