import type { HitStore, RetentionPolicy } from '@treadlight/store'
import type { Config } from './config.ts'

export interface UpkeepOptions {
  store: HitStore
  retention: Config['retention']
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
 * Prunes and maintains the store once an hour, for as long as the process lives.
 * @returns stops it, after the round that is running
 */
export function startUpkeep({ store, retention, onError, every = 3_600_000, after = 60_000 }: UpkeepOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let timer = setTimeout(round, after)
  timer.unref()
  return async () => {
    clearTimeout(timer)
    await running
    clearTimeout(timer)
  }

  function round(): void {
    running = upkeep()
      .catch(onError)
      .then(() => {
        timer = setTimeout(round, every)
        timer.unref()
      })
  }

  async function upkeep(): Promise<void> {
    await store.prune(retentionPolicy(retention))
    await store.maintain()
  }
}
