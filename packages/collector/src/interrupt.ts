/**
 * A signal that is aborted by the first Ctrl-C (or a supervisor's SIGTERM), for work that has something to tidy up. The
 * second one ends the process at once.
 */
export interface Interrupt {
  signal: AbortSignal
  /** From here on signals do again what they always do. */
  release(): void
}

/** Ctrl-C, a supervisor, a terminal that is closed. */
export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What shells take for a process that Ctrl-C has ended. */
export const interrupted = 130

export function onInterrupt(): Interrupt {
  const controller = new AbortController()
  const release = (): void => {
    for (const name of signals) process.off(name, abort)
  }
  function abort(): void {
    release()
    controller.abort()
  }
  for (const name of signals) process.on(name, abort)
  return { signal: controller.signal, release }
}
