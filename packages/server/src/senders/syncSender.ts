import type { Hit } from '@treadlight/protocol'
import { createLedger } from './ledger.ts'
import { createPost } from './post.ts'
import type { DeliveryOptions, DeliveryReport, Sender } from './sender.ts'
import { createClosedError, writeHit } from './writeHit.ts'

/** A hit that was not delivered. */
export interface DeliveryError extends Error {
  /** Of the answer; 0 for none. */
  status: number
}

export interface SyncSender extends Sender {
  /** Resolves to what the collector answered. @throws DeliveryError that names status and remedy */
  send(hit: Hit): Promise<DeliveryReport>
}

/**
 * Delivers each hit by a request of its own while its caller waits, up to 10 s, and does not try again: for scripts and jobs that
 * have to know. Nothing ever waits in it.
 *
 * @example
 * const { outcome } = await createSyncSender({ collector: 'https://stats.example', token }).send(hit)
 */
export function createSyncSender(options: DeliveryOptions): SyncSender {
  const ledger = createLedger({ log: () => {}, ...options })
  const post = createPost(options)
  const underway = new Set<Promise<unknown>>()
  let isClosed = false

  async function deliver(text: string): Promise<DeliveryReport> {
    const verdict = await post([text])
    if (verdict.kind !== 'answered') throw createError(verdict.status, verdict.reason)
    const { status, dead: [dead], retimed: [retimed], duplicate, dropped } = verdict
    if (dead) {
      ledger.bury([dead])
      throw createError(status, `the collector refused the hit for good (${dead.reason}): correct it, sending it again is useless`)
    }
    // With the collector's clock, and then it is settled: a second one would be another refusal's.
    if (retimed !== undefined) return deliver(retimed)
    ledger.counts.delivered++
    if (dropped !== '') return { status, outcome: 'dropped', reason: dropped }
    return { status, outcome: duplicate > 0 ? 'duplicate' : 'stored' }
  }

  return {
    async send(hit) {
      if (isClosed) throw createClosedError()
      const delivery = deliver(writeHit(hit))
      underway.add(delivery)
      try {
        return await delivery
      } finally {
        underway.delete(delivery)
      }
    },
    async flush() {
      await Promise.allSettled(underway)
    },
    // Each has a time limit of its own.
    async close() {
      isClosed = true
      await Promise.allSettled(underway)
    },
    counts: () => ({ ...ledger.counts, waiting: underway.size }),
    deadLetters: () => [...ledger.deadLetters],
  }
}

function createError(status: number, reason: string): DeliveryError {
  return Object.assign(new Error(`[treadlight] ${reason}`), { status })
}
