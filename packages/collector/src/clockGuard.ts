/** Says whether the clock may be believed, before something is deleted by it. */
export interface ClockGuard {
  /** Undefined if it may; else what is odd about it, in one sentence with the remedy. */
  doubt(): string | undefined
}

export interface ClockGuardOptions {
  /** ms since 1970, by the clock that is in question. */
  now: () => number
  /** ms, by a clock that nobody sets. @default performance.now */
  elapsed?: () => number
  /** When the newest value was stored before this process began, ms since 1970; undefined where there is none. */
  newest?: number | undefined
}

const day = 86_400_000
/** A clock that is this much further than it should be has been set, or the machine slept. ms */
const tolerance = 2 * day
/** After this time of running with it, a clock is believed all the same. ms */
const probation = day

/**
 * A clock that jumps ahead would have everything pruned. It is believed as long as it is at most two days ahead of what
 * it said before and the time since, and at the start at most two days ahead of the newest value in the storage. Hits
 * that come later prove nothing: they are stamped by the same clock. After a day of running it is believed anyway: then
 * it was the machine that slept, or the collector that was off, or somebody had a day to read the log.
 */
export function createClockGuard({ now, elapsed = () => performance.now(), newest }: ClockGuardOptions): ClockGuard {
  let believed = { clock: newest ?? now(), elapsed: elapsed() }
  let doubted: typeof believed | undefined

  return {
    doubt() {
      const current = { clock: now(), elapsed: elapsed() }
      const isAhead = (of: typeof believed) => current.clock - of.clock - (current.elapsed - of.elapsed) > tolerance
      if (isAhead(believed)) {
        // A second jump begins anew.
        if (doubted === undefined || isAhead(doubted)) doubted = current
        if (current.elapsed - doubted.elapsed < probation) return describeJump(current.clock, believed.clock)
      }
      believed = current
      doubted = undefined
      return undefined
    },
  }
}

function describeJump(clock: number, before: number): string {
  const days = Math.floor((clock - before) / day)
  return `nothing is pruned: the clock says ${new Date(clock).toISOString().slice(0, 16)}Z, ${days} days after the last thing known (${new Date(before).toISOString().slice(0, 16)}Z). Set it right; if it is, run treadlight prune, or wait: after a day of running it is believed`
}
