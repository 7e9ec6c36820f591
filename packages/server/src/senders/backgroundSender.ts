import { createCourier } from './courier.ts'
import { createLedger } from './ledger.ts'
import { createRounds, type RoundsOptions } from './rounds.ts'
import type { DeliveryOptions, Sender } from './sender.ts'
import { createClosedError, writeHit } from './writeHit.ts'

export interface BackgroundSenderOptions extends DeliveryOptions, RoundsOptions {
  /** Most hits that wait; of more the oldest are dropped. @default 10_000 */
  maxWaiting?: number
  /**
   * Keeps a runtime alive until a promise has settled, where it would stop with the answer: hits are then sent at once, those of
   * one turn of the loop together.
   */
  waitUntil?: (promise: Promise<unknown>) => void
  /** For the pauses between tries, in [0, 1). @default Math.random */
  random?: () => number
}

/**
 * Delivers from memory, behind the visitor's back: after 20 hits or 5 s, one request at a time, in order. What waits is lost with
 * the process, so it wants `close()` when the server stops.
 *
 * @example
 * const sender = createBackgroundSender({ collector: 'https://stats.example', token })
 * process.once('SIGTERM', () => server.close(() => sender.close()))
 */
export function createBackgroundSender(options: BackgroundSenderOptions): Sender {
  const { maxWaiting = 10_000, waitUntil } = options
  const ledger = createLedger(options)
  const courier = createCourier(options, ledger)
  const texts: string[] = []
  const list = { texts, putLast: (text: string) => void texts.push(text) }
  const countWaiting = (): number => texts.length + courier.underway
  const rounds = createRounds(work, countWaiting, options)
  let isClosed = false
  let isFlushing = false

  async function work(signal: AbortSignal): Promise<Awaited<ReturnType<typeof courier.deliver>>> {
    const pause = await courier.deliver(list, signal)
    bound()
    return pause
  }

  function bound(): void {
    const excess = Math.min(countWaiting() - maxWaiting, texts.length)
    if (excess <= 0) return
    texts.splice(0, excess)
    ledger.drop(excess, `more than ${maxWaiting} wait (\`maxWaiting\`)`)
  }

  /** Once for all hits of a turn. */
  function flushSoon(): void {
    if (isFlushing || !waitUntil) return
    isFlushing = true
    waitUntil(
      Promise.resolve().then(() => {
        isFlushing = false
        return rounds.flush()
      }),
    )
  }

  return {
    async send(hit) {
      if (isClosed) throw createClosedError()
      texts.push(writeHit(hit))
      bound()
      if (waitUntil) flushSoon()
      else rounds.wake()
    },
    flush: rounds.flush,
    async close({ timeout = 5000 } = {}) {
      isClosed = true
      await rounds.close(timeout)
      if (countWaiting() > 0) ledger.complain(`${countWaiting()} hits were not delivered when the sender was closed, and go with the process: an outbox would keep them`)
    },
    counts: () => ({ ...ledger.counts, waiting: countWaiting() }),
    deadLetters: () => [...ledger.deadLetters],
  }
}
