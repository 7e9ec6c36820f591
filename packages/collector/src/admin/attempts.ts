/** Counts attempts per address and for all together. */
export interface Attempts {
  /** 0 when the attempt may go on, else the seconds to wait. */
  take(address: string): number
}

const window = 60_000
const perAddress = 10
const together = 300
const addressesKept = 10_000

/**
 * At most 10 log-in attempts a minute for one address and 300 for everybody, in bounded memory.
 *
 * @param now ms since 1970
 */
export function createAttempts(now: () => number): Attempts {
  let counts = new Map<string, number>()
  let total = 0
  let started = now()

  return {
    take(address) {
      if (now() - started >= window || now() < started) {
        counts = new Map()
        total = 0
        started = now()
      }
      const count = counts.get(address) ?? 0
      // A full table means an attack from many addresses: it counts as the limit for everybody.
      if (count >= perAddress || total >= together || counts.size >= addressesKept)
        return Math.max(1, Math.ceil((started + window - now()) / 1000))
      counts.set(address, count + 1)
      total++
      return 0
    },
  }
}
