/** Runs a task as soon as fewer than the limit are running, in the order in which they came. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>

/** @param most tasks at once */
export function createLimit(most: number): Limit {
  const waiting: (() => void)[] = []
  let running = 0

  return async (task) => {
    // A slot is handed on, never free while somebody waits: so nobody who comes meanwhile can take it.
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
