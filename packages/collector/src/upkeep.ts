import type { RetentionPolicy } from '@treadlight/store'
import type { Config } from './config.ts'

export interface UpkeepOptions {
  /** One round. */
  run: () => Promise<void>
  onError: (error: unknown) => void
  /** ms between two rounds. @default an hour */
  every?: number
  /** ms before the first one. @default a minute: a restart loop should not prune in a loop */
  after?: number
}

const day = 86_400_000

/** The settings' days as the store's milliseconds. */
export function retentionPolicy({ anonymous, authenticated }: Config['retention']): RetentionPolicy {
  return { anonymous: anonymous * day, authenticated: authenticated * day }
}

/**
 * Runs upkeep once an hour, for as long as the process lives. A round that fails is told of and does not end it.
 * @returns stops it, after the round that is running
 */
export function startUpkeep({ run, onError, every = 3_600_000, after = 60_000 }: UpkeepOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let timer = schedule(after)
  return async () => {
    isStopped = true
    clearTimeout(timer)
    await running
  }

  function schedule(delay: number): NodeJS.Timeout {
    return setTimeout(round, delay).unref()
  }

  function round(): void {
    running = run()
      .catch(onError)
      .then(() => {
        if (!isStopped) timer = schedule(every)
      })
  }
}
