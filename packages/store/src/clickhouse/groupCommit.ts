import { StoreBusyError } from '../store.ts'

export interface GroupCommitOptions<Item, Outcome> {
  /** Least time from the begin of one write to that of the next, ms. */
  pause: number
  /** Most items that may wait, what is being written included. */
  maxWaiting: number
  /** Resolves once the items are durable, with an outcome for each. Never called again before it has settled. */
  write(items: readonly Item[]): Promise<readonly Outcome[]>
}

/** Writes of several callers that go together. */
export interface GroupCommit<Item, Outcome> {
  /** @throws StoreBusyError when too much is waiting, or when the write failed */
  add(items: readonly Item[]): Promise<Outcome[]>
  /** Resolves when nothing waits any more. */
  flush(): Promise<void>
}

interface Call<Item, Outcome> {
  items: readonly Item[]
  resolve(outcomes: Outcome[]): void
  reject(error: unknown): void
}

/** Seconds: a full buffer drains fast, a server that is away needs somebody. */
const retryWhenFull = 1
const retryAfterFailure = 5

/**
 * Group commit: with nothing in flight items are written at once, otherwise all that arrive until the write in flight returns
 * go together, no sooner than the pause allows.
 */
export function createGroupCommit<Item, Outcome>({ pause, maxWaiting, write }: GroupCommitOptions<Item, Outcome>): GroupCommit<Item, Outcome> {
  let waiting: Call<Item, Outcome>[] = []
  let held = 0
  let begun = -Infinity
  let flight: Promise<void> | undefined

  async function work(): Promise<void> {
    // What is added in this very turn of the loop goes along with the first.
    await Promise.resolve()
    while (waiting.length > 0) {
      const rest = begun + pause - performance.now()
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
      begun = performance.now()
      const group = waiting
      waiting = []
      await commit(group)
    }
    flight = undefined
  }

  async function commit(group: readonly Call<Item, Outcome>[]): Promise<void> {
    const items = group.flatMap((call) => call.items)
    try {
      const outcomes = await write(items)
      let next = 0
      for (const { items: its, resolve } of group) resolve(outcomes.slice(next, (next += its.length)))
    } catch (cause) {
      // Whether they are there is unknown: a retry will meet its twin.
      const error = cause instanceof StoreBusyError ? cause : new StoreBusyError(`could not write; the hits of this call are to be sent again: ${(cause as Error).message}`, retryAfterFailure, { cause })
      for (const { reject } of group) reject(error)
    } finally {
      held -= items.length
    }
  }

  return {
    async add(items) {
      // One call is always taken, however large: refused for its size alone, it would come back for ever.
      if (held > 0 && held + items.length > maxWaiting) throw new StoreBusyError(`${held} hits are waiting for ClickHouse, which is too slow or stuck`, retryWhenFull)
      held += items.length
      return new Promise((resolve, reject) => {
        waiting.push({ items, resolve, reject })
        flight ??= work()
      })
    },
    async flush() {
      await flight
    },
  }
}
