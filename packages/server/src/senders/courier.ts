import { maxBatchHits } from '@treadlight/protocol'
import { countFitting } from './countFitting.ts'
import type { Ledger } from './ledger.ts'
import { createPost } from './post.ts'
import { retryPause } from '@treadlight/destinations/forward'
import type { DeliveryOptions } from './sender.ts'

/** Why a delivery has stopped. */
export interface Pause {
  /** Until the next try, ms. */
  duration: number
  /** How much of it the collector has asked for, ms. */
  wanted: number
}

/** A list of hits, as JSON, that are to be delivered from its front. */
export interface HitList {
  texts: string[]
  /** Keeps a hit that did not get through even alone, so that it does not hold up the others: behind them. */
  putLast(text: string): Promise<void> | void
}

export interface Courier {
  /**
   * Sends, one request at a time, what is in the list and what comes to it meanwhile. Hits that are on their way are not in it; they
   * come back to its front if nothing is known of them. Never rejects but with what `putLast` does.
   *
   * @returns undefined once the list is empty
   */
  deliver(list: HitList, signal?: AbortSignal): Promise<Pause | undefined>
  /** Hits that are on their way now. */
  readonly underway: number
}

/** Where it cannot be put there, it stays in front: the disk may be full. */
async function putLast(list: HitList, text: string): Promise<void> {
  try {
    await list.putLast(text)
  } catch (error) {
    list.texts.unshift(text)
    throw error
  }
}

/** @param random for the pauses, in [0, 1) */
export function createCourier(options: DeliveryOptions & { random?: () => number }, ledger: Ledger): Courier {
  const { random = Math.random } = options
  const post = createPost(options)
  let most = maxBatchHits
  let failures = 0
  let underway = 0

  async function deliver(list: HitList, signal?: AbortSignal): Promise<Pause | undefined> {
    while (list.texts.length > 0) {
      const batch = list.texts.splice(0, countFitting(list.texts, most))
      underway = batch.length
      const verdict = await post(batch, signal)
      underway = 0
      if (verdict.kind === 'answered') {
        list.texts.unshift(...verdict.retimed)
        ledger.counts.delivered += verdict.delivered
        ledger.bury(verdict.dead)
        ledger.recover()
        most = maxBatchHits
        failures = 0
        continue
      }
      ledger.counts.retries++
      if (verdict.kind === 'too much') {
        list.texts.unshift(...batch)
        most = batch.length >> 1
        continue
      }
      // After halving, what fails alone may be what is wrong; the others shall have their turn.
      if (most === 1 && verdict.status !== 0) await putLast(list, batch[0]!)
      else list.texts.unshift(...batch)
      if (!signal?.aborted) ledger.complain(verdict.reason)
      return { duration: retryPause(verdict, failures++, random()), wanted: verdict.retryAfter }
    }
    return undefined
  }

  return {
    deliver,
    get underway() {
      return underway
    },
  }
}
