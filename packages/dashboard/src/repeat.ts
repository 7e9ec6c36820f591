/** How to repeat. */
export interface Repeat {
  /** From start to start, in ms; asked anew after each round. A slow task is given three times its own duration to rest. */
  every(): number
  /** Called with the error of each failed round, and with undefined once one succeeds. */
  onTrouble(error: unknown): void
}

export interface Rounds {
  /** Runs the task at once; right after the one under way if there is one. Its rest is kept all the same. */
  now(): void
  stop(): void
}

type Task = (signal: AbortSignal) => Promise<void>

const longestPause = 30_000
const firstPause = 400

/**
 * Runs `task` now and again and again: one at a time, only while the page is visible, after failures ever less often, and
 * not before an error's `retryAfter` ms have passed. Coming back to the page or online runs it at once.
 */
export function repeatWhileVisible(task: Task, { every, onTrouble }: Repeat): Rounds {
  const controller = new AbortController()
  const { signal } = controller
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRunning = false
  let isWanted = false
  let failures = 0
  let notBefore = 0

  async function run(): Promise<void> {
    if (isRunning || signal.aborted || document.visibilityState === 'hidden') return
    clearTimeout(timer)
    isRunning = true
    isWanted = false
    const started = performance.now()
    let wait = 0
    try {
      await task(signal)
      failures = 0
      if (!signal.aborted) onTrouble(undefined)
    } catch (error) {
      failures += 1
      wait = retryAfterOf(error)
      if (!signal.aborted) onTrouble(error)
    }
    isRunning = false
    const took = performance.now() - started
    const rest = Math.max(restAfter(took), wait)
    notBefore = performance.now() + rest
    if (!signal.aborted) timer = setTimeout(run, isWanted || failures > 0 ? rest : Math.max(every() - took, rest))
  }

  function restAfter(took: number): number {
    if (failures > 0) return Math.min(firstPause * 2 ** failures, longestPause)
    return Math.min(took * 3, longestPause)
  }

  function now(): void {
    isWanted = true
    if (isRunning || signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(run, Math.max(0, notBefore - performance.now()))
  }

  // A round that is under way began in another world: its answer may be good, and the next one's would come late.
  function again(): void {
    isWanted = true
    void run()
  }

  document.addEventListener('visibilitychange', again, { signal })
  addEventListener('online', again, { signal })
  // It will fail, and say so at once.
  addEventListener('offline', again, { signal })
  void run()
  return {
    now,
    stop() {
      controller.abort()
      clearTimeout(timer)
    },
  }
}

function retryAfterOf(error: unknown): number {
  const wait = (error as { retryAfter?: unknown } | undefined)?.retryAfter
  return typeof wait === 'number' ? wait : 0
}
