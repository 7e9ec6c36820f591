/** Counts attempts per network and for all together. */
export interface Attempts {
  /** 0 when the attempt may go on, else the seconds to wait. */
  take(network: string): number
}

const window = 60_000
const perNetwork = 10
const together = 300

/**
 * At most 10 log-in attempts a minute for one network and 300 for everybody, so no more than 300 networks are kept.
 *
 * @param now ms since 1970
 */
export function createAttempts(now: () => number): Attempts {
  let counts = new Map<string, number>()
  let total = 0
  let started = now()

  return {
    take(network) {
      if (now() - started >= window || now() < started) {
        counts = new Map()
        total = 0
        started = now()
      }
      const count = counts.get(network) ?? 0
      if (count >= perNetwork || total >= together)
        return Math.max(1, Math.ceil((started + window - now()) / 1000))
      counts.set(network, count + 1)
      total++
      return 0
    },
  }
}
