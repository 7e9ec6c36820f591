import { StoreBusyError, type HitStore } from '@treadlight/store'

export interface WatchedStore {
  store: HitStore
  /** Whether the last attempt to store hits failed. */
  isFailing: () => boolean
}

export interface WatchStoreOptions {
  now: () => number
  /** Told of the first failure and of one a minute while it lasts: a full disk fails with every hit. */
  onError: (error: unknown) => void
}

const quiet = 60_000

/** Notes whether a store takes hits: senders only hear "try again", and the owner has to know why. */
export function watchStore(store: HitStore, { now, onError }: WatchStoreOptions): WatchedStore {
  let failing = false
  let told = -Infinity

  const append: HitStore['append'] = async (hits) => {
    try {
      const outcomes = await store.append(hits)
      failing = false
      return outcomes
    } catch (error) {
      // A full buffer is no failure of the storage: it has no cause.
      const isFailure = !(error instanceof StoreBusyError) || error.cause !== undefined
      if (isFailure) tell(error)
      throw error
    }
  }

  function tell(error: unknown): void {
    if (!failing || now() - told >= quiet) {
      told = now()
      onError(error)
    }
    failing = true
  }

  return { store: { ...store, append }, isFailing: () => failing }
}
