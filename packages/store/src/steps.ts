import { setImmediate as untilOthersHadTheirTurn } from 'node:timers/promises'

/** Work that can be left for a while wherever it yields: about once in a millisecond. */
export type Steps<T> = Generator<void, T, void>

/** What is done now; the next waits for it. Two at a time would take twice the memory and be no faster. */
let last: Promise<unknown> = Promise.resolve()

/** Does it all at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Does it in turn with whatever else the process has to do, such as to answer requests. */
export function finishInTurns<T>(begin: () => Steps<T>): Promise<T> {
  const result = last.then(() => inTurns(begin()))
  last = result.catch(() => undefined)
  return result
}

async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await untilOthersHadTheirTurn()
  }
}
