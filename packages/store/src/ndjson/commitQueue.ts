import { Buffer } from 'node:buffer'
import { StoreBusyError } from '../store.ts'

export interface CommitQueueOptions {
  /** Most that may wait, what is being written included. */
  maxWaitingBytes: number
  maxWaitingHits: number
  /** Resolves once the lines are durable. Never called again before it has settled. */
  write(lines: string, count: number): Promise<void>
}

/** Lines that go to the disk, and what must not happen while they do. */
export interface CommitQueue {
  /**
   * Resolves with what `onDurable` answers, which is called once the lines are durable, in the order of the calls.
   * @throws StoreBusyError when too much is waiting, or when the write failed
   */
  append<T>(lines: readonly string[], onDurable: () => T): Promise<T>
  /** Does something when everything asked for before is done. What is asked for meanwhile waits. */
  inTurn<T>(task: () => Promise<T>): Promise<T>
  /** Resolves when there is nothing left to do. */
  flush(): Promise<void>
}

interface Write {
  lines: readonly string[]
  bytes: number
  finish(): void
  fail(error: StoreBusyError): void
}

/** Seconds: a full buffer drains fast, a failing disk needs somebody. */
const retryWhenFull = 1
const retryAfterFailure = 5

/**
 * Group commit: with nothing in flight lines are written at once, otherwise all that arrive until the write in flight
 * returns go together. So latency is one or two writes, whatever the load.
 */
export function createCommitQueue({ maxWaitingBytes, maxWaitingHits, write }: CommitQueueOptions): CommitQueue {
  let waiting: (Write | (() => Promise<void>))[] = []
  let heldBytes = 0
  let heldLines = 0
  let flight: Promise<void> | undefined

  function enqueue(item: Write | (() => Promise<void>)): void {
    waiting.push(item)
    flight ??= work()
  }

  async function work(): Promise<void> {
    // What is appended in this very turn of the loop goes along with the first.
    await Promise.resolve()
    while (waiting.length > 0) {
      const next = waiting.findIndex((item) => typeof item === 'function')
      const group = waiting.splice(0, next === -1 ? waiting.length : Math.max(next, 1))
      const [task] = group
      if (typeof task === 'function') await task()
      else await commit(group as Write[])
    }
    flight = undefined
  }

  async function commit(group: readonly Write[]): Promise<void> {
    const lines = group.flatMap((item) => item.lines)
    try {
      await write(lines.join(''), lines.length)
    } catch (cause) {
      // Whether the lines are there is unknown: a retry will meet its twin.
      const error = new StoreBusyError(`could not write; the hits of this call are to be sent again: ${(cause as Error).message}`, retryAfterFailure, { cause })
      for (const { fail } of group) fail(error)
      return
    } finally {
      for (const { bytes } of group) heldBytes -= bytes
      heldLines -= lines.length
    }
    // One at a time: of an id that two of them hold, the first is 'stored'.
    for (const { finish } of group) finish()
  }

  return {
    async append(lines, onDurable) {
      const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0)
      // One call is always taken, however large: refused for its size alone, it would come back for ever.
      if (heldLines > 0 && (heldBytes + bytes > maxWaitingBytes || heldLines + lines.length > maxWaitingHits)) {
        throw new StoreBusyError(`${heldLines} hits are waiting for the disk, which is too slow or stuck`, retryWhenFull)
      }
      heldBytes += bytes
      heldLines += lines.length
      return new Promise((resolve, reject) => {
        enqueue({ lines, bytes, finish: () => resolve(Promise.resolve().then(onDurable)), fail: reject })
      })
    },
    inTurn: (task) =>
      new Promise((resolve, reject) => {
        enqueue(() => task().then(resolve, reject))
      }),
    async flush() {
      await flight
    },
  }
}
