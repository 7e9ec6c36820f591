/** How to repeat. */
export interface Repeat {
  /** From start to start, in ms. A slow task is given three times its own duration to rest. */
  every: number
  /** Called with the error of each failed round, and with undefined once one succeeds. */
  onTrouble(error: unknown): void
}

type Task = (signal: AbortSignal) => Promise<void>

const longestPause = 30_000

/**
 * Runs `task` now and again and again: one at a time, only while the page is visible, after failures
 * ever less often. Coming back to the page or online runs it at once. Returns the way to stop it.
 */
export function repeatWhileVisible(task: Task, { every, onTrouble }: Repeat): () => void {
  const controller = new AbortController()
  const { signal } = controller
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRunning = false
  let failures = 0

  async function run(): Promise<void> {
    if (isRunning || signal.aborted || document.visibilityState === 'hidden') return
    clearTimeout(timer)
    isRunning = true
    const started = performance.now()
    try {
      await task(signal)
      failures = 0
      if (!signal.aborted) onTrouble(undefined)
    } catch (error) {
      failures += 1
      if (!signal.aborted) onTrouble(error)
    }
    isRunning = false
    if (!signal.aborted) timer = setTimeout(run, pauseAfter(performance.now() - started))
  }

  function pauseAfter(took: number): number {
    if (failures > 0) return Math.min(every * 2 ** failures, longestPause)
    return Math.max(every - took, Math.min(took * 3, longestPause))
  }

  document.addEventListener('visibilitychange', run, { signal })
  addEventListener('online', run, { signal })
  void run()
  return () => {
    controller.abort()
    clearTimeout(timer)
  }
}
