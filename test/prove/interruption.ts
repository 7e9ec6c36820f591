/** npm passes a Ctrl-C on that the terminal has sent here already: only one that comes later than this, ms, is a second one. */
const echo = 500

/** A signal that is aborted by the first Ctrl-C or SIGTERM. The second one ends the process at once. */
export function onInterruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const interrupt = (): void => {
    if (first > 0 && performance.now() - first > echo) process.exit(130)
    if (first > 0) return
    first = performance.now()
    say('Finishing and judging what is under way; once more to give up')
    controller.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt)
  return controller.signal
}
