import type { Hit } from '@treadlight/protocol'
import { UnrecoverableError, Worker, type ConnectionOptions } from 'bullmq'
import { queueName } from './bullmqSender.ts'
import { createLedger } from './ledger.ts'
import { createPost } from './post.ts'
import { retryPause, type Trouble } from '@treadlight/destinations/forward'
import type { DeadLetter, DeliveryOptions, SenderCounts } from './sender.ts'
import { writeHit } from './writeHit.ts'

export interface BullmqWorkerOptions extends DeliveryOptions {
  connection: ConnectionOptions
  /** Of the queue. @default 'treadlight' */
  name?: string
  /** BullMQ's prefix of keys. */
  prefix?: string
  /** Most requests at a time. @default 10 */
  concurrency?: number
  /** How long to wait before another try, ms. @default what all senders wait: `Retry-After`, and up to 1 s, 2 s, 4 s … 256 s */
  pauseAfter?: (trouble: Trouble, failures: number) => number
}

export interface BullmqWorker {
  /** BullMQ's own, for its events and settings. */
  readonly worker: Worker<Hit>
  counts(): Omit<SenderCounts, 'waiting'>
  /** The latest, at most 100; BullMQ keeps 1000 as failed jobs. */
  deadLetters(): readonly DeadLetter[]
  /** Waits for what is being delivered. */
  close(): Promise<void>
}

/** A try that failed, with what the answer says about the next. */
class TroubleError extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(`[treadlight] ${trouble.reason}`)
    this.trouble = trouble
  }
}

/**
 * Delivers what `createBullmqSender` has queued, a job at a time, with the id and time that each hit was made with. A try that fails
 * fails the job, so BullMQ shows it and tries again; a hit that is refused for good ends as a failed job (AR10, SS14).
 *
 * @example
 * const worker = createBullmqWorker({ collector: 'https://stats.example', token, connection: { url: 'redis://127.0.0.1' } })
 */
export function createBullmqWorker(options: BullmqWorkerOptions): BullmqWorker {
  const { connection, name = queueName, prefix, concurrency = 10, pauseAfter = (trouble, failures) => retryPause(trouble, failures, Math.random()) } = options
  const ledger = createLedger(options)
  const post = createPost(options)

  async function deliver(text: string): Promise<void> {
    const verdict = await post([text])
    if (verdict.kind !== 'answered') {
      ledger.counts.retries++
      ledger.complain(verdict.reason)
      throw new TroubleError(verdict)
    }
    ledger.recover()
    const { delivered, dead, retimed } = verdict
    ledger.counts.delivered += delivered
    ledger.bury(dead)
    if (dead[0]) throw new UnrecoverableError(`[treadlight] refused for good (${dead[0].reason})`)
    // If this fails, the next try begins with the hit as it was, and is told the same.
    if (retimed[0] !== undefined) await deliver(retimed[0])
  }

  const worker = new Worker<Hit>(name, ({ data }) => deliver(writeHit(data)), {
    connection,
    ...(prefix !== undefined && { prefix }),
    concurrency,
    settings: {
      backoffStrategy: (attemptsMade, _type, error) =>
        pauseAfter(error instanceof TroubleError ? error.trouble : { reason: '', retryAfter: 0, isOwners: false }, attemptsMade - 1),
    },
  })
  worker.on('error', ({ message }) => ledger.complain(`BullMQ: ${message}`))

  return {
    worker,
    counts: () => ({ ...ledger.counts }),
    deadLetters: () => [...ledger.deadLetters],
    close: () => worker.close(),
  }
}
