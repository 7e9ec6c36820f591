export interface Calm {
  /** Runs the task, or has it run once `pause` is over. */
  now(): void
  stop(): void
}

/** Runs `task` at once when it is called for, and then not again before `pause` ms: what is called for meanwhile becomes one run. */
export function atMostEvery(pause: number, task: () => void): Calm {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isWanted = false

  function run(): void {
    isWanted = false
    timer = setTimeout(rested, pause)
    task()
  }
  function rested(): void {
    timer = undefined
    if (isWanted) run()
  }
  return {
    now() {
      isWanted = true
      if (timer === undefined) run()
    },
    stop: () => clearTimeout(timer),
  }
}
