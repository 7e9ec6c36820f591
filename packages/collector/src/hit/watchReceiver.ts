import { StoreBusyError } from '@treadlight/store'
import type { Receiver } from './receive.ts'

export interface WatchedReceiver {
  receive: Receiver
  /** Since when every attempt to store hits has failed, ms since 1970; undefined if the last one did not. */
  failingSince: () => number | undefined
}

export interface WatchReceiverOptions {
  now: () => number
  /** Told of the first failure and of one a minute while it lasts: a full disk fails with every hit. */
  onError: (error: unknown) => void
}

const quiet = 60_000

/** Notes whether hits are stored: senders only hear "try again", and the owner has to know why. */
export function watchReceiver(receiver: Receiver, { now, onError }: WatchReceiverOptions): WatchedReceiver {
  let failing: number | undefined
  let told = -Infinity

  const receive: Receiver = async (body, facts) => {
    try {
      const answer = await receiver(body, facts)
      if (answer.status === 201) failing = undefined
      return answer
    } catch (error) {
      // A full buffer is no failure of the storage: it has no cause.
      const isFailure = !(error instanceof StoreBusyError) || error.cause !== undefined
      if (isFailure) tell(error)
      throw error
    }
  }

  function tell(error: unknown): void {
    if (failing === undefined || now() - told >= quiet) {
      told = now()
      onError(error)
    }
    failing ??= now()
  }

  return { receive, failingSince: () => failing }
}
