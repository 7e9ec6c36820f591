import { copyText } from './copyText.ts'

/** Bounds how often something may happen, for each key by itself. */
export interface RateLimit {
  /** 0 when it may happen now, else after how many whole seconds to come back. */
  take(key: string): number
}

export interface RateLimitOptions {
  /** How often in a second, in the long run. */
  rate: number
  /** How often at once, after a quiet time. */
  burst: number
  /** ms since 1970. */
  now: () => number
  /** Keys kept. @default 40,000 */
  keys?: number
}

/** ms since 1970. */
interface Bucket {
  full: number
}

/** What a number of this size cannot tell apart, ms. */
const imprecision = 0.01

/**
 * A token bucket for each key, kept as one number: when it would be full again (the generic cell rate algorithm). Forty
 * thousand keys at most, in two halves: when the younger is full, the older is forgotten. Who is forgotten has a whole
 * burst again, so what an owner of many addresses can do is bounded by a limit for all together.
 */
export function createRateLimit({ rate, burst, now, keys = 40_000 }: RateLimitOptions): RateLimit {
  const interval = 1000 / rate
  const allowance = burst * interval
  let young = new Map<string, Bucket>()
  let old = new Map<string, Bucket>()

  return {
    take(key) {
      const time = now()
      const recent = young.get(key)
      const bucket = recent ?? old.get(key) ?? { full: 0 }
      // Further ahead than a whole burst it never was: the clock has been set back.
      const full = bucket.full > time && bucket.full <= time + allowance + imprecision ? bucket.full : time
      const next = full + interval
      const early = next - time - allowance
      if (early > imprecision) return Math.max(1, Math.ceil((early - imprecision) / 1000))
      bucket.full = next
      if (recent !== undefined) return 0
      if (young.size >= keys / 2) {
        old = young
        young = new Map()
      }
      young.set(copyText(key), bucket)
      return 0
    },
  }
}
