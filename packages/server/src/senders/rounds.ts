import type { Pause } from './courier.ts'

export interface RoundsOptions {
  /** How many hits begin a round at once. @default 20 */
  flushAt?: number
  /** How long fewer than that wait for others, ms. @default 5000 */
  flushAfter?: number
  /** Calls `run` in `ms`; what is returned calls it off. Only where somebody waits for it does it keep a process alive. */
  setTimer?: (run: () => void, ms: number, isAwaited: boolean) => () => void
}

/** ms: setTimeout takes 31 bits. */
export const longestTimer: number = 2 ** 31 - 1

/** Rounds of delivery: when one begins, one at a time, and what happens at the end. */
export interface Rounds {
  /** To be called when there are more hits. */
  wake(): void
  flush(): Promise<void>
  /** Delivers what waits for as long as there is time and a prospect. @param timeout ms */
  close(timeout: number): Promise<void>
}

/**
 * @param work delivers what waits; says why it has stopped, undefined when nothing waits. Must not reject.
 * @param countWaiting hits
 */
export function createRounds(
  work: (signal: AbortSignal) => Promise<Pause | undefined>,
  countWaiting: () => number,
  { flushAt = 20, flushAfter = 5000, setTimer = startTimer }: RoundsOptions,
): Rounds {
  const ending = new AbortController()
  let running: Promise<Pause | undefined> | undefined
  let cancelTimer: (() => void) | undefined
  let isPausing = false
  let isClosing = false
  /** The collector wants no request before this time, by performance.now(). */
  let earliest = 0

  function run(): Promise<Pause | undefined> {
    return (running ??= round())
  }

  async function round(): Promise<Pause | undefined> {
    cancelTimer?.()
    cancelTimer = undefined
    isPausing = false
    // So that `running` is set before anything can end.
    await undefined
    const pause = await work(ending.signal)
    running = undefined
    if (isClosing) return pause
    if (pause) {
      isPausing = true
      earliest = performance.now() + pause.wanted
      setNext(pause.duration)
    } else wake()
    return pause
  }

  function setNext(ms: number): void {
    cancelTimer = setTimer(() => void run(), ms, false)
  }

  function wake(): void {
    // The running round sees what has come, and a retry that is planned is waited for by all.
    if (running || isPausing || isClosing || countWaiting() === 0) return
    if (countWaiting() >= flushAt) void run()
    else if (!cancelTimer) setNext(flushAfter)
  }

  return {
    wake,
    async flush() {
      const pause = await running
      // What has come as a round was ending.
      if (!pause && countWaiting() > 0 && !isClosing && performance.now() >= earliest) await run()
    },
    async close(timeout) {
      isClosing = true
      cancelTimer?.()
      const end = performance.now() + timeout
      const cancelEnd = setTimer(() => ending.abort(), timeout, true)
      await running
      while (countWaiting() > 0 && !ending.signal.aborted) {
        const pause = await run()
        if (!pause) continue
        // Nobody waits for a try that will not be made.
        if (performance.now() + pause.duration > end) break
        await new Promise<void>((resolve) => setTimer(resolve, pause.duration, true))
      }
      cancelEnd()
    },
  }
}

/** Node.js and Bun can let a process end in spite of a timer; Workers need not. */
function startTimer(run: () => void, ms: number, isAwaited: boolean): () => void {
  // Beyond what a timer can hold it would fire at once: `close({ timeout: Infinity })` would wait for nothing.
  const timer: unknown = setTimeout(run, Math.min(ms, longestTimer))
  if (!isAwaited) (timer as { unref?: () => void }).unref?.()
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
