/** Counts how long this process did not get to run: its machine was busy, or it was stopped. */
export interface StallClock {
  /** ms so far. */
  readonly stalled: number
  end(): void
}

const beat = 50
/** Less than this, ms, is how timers are. */
const stall = 250

export function createStallClock(): StallClock {
  let stalled = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const late = performance.now() - last - beat
    last += late + beat
    if (late > stall) stalled += late
  }, beat)
  return {
    get stalled() {
      return stalled
    },
    end: () => clearInterval(timer),
  }
}
