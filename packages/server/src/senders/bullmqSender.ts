import { isId, type Hit } from '@treadlight/protocol'
import { Queue, type ConnectionOptions, type JobsOptions } from 'bullmq'
import type { Sender } from './sender.ts'
import { createClosedError, writeHit } from './writeHit.ts'

/** What jobs are called, and their queue unless it is told otherwise. */
export const queueName = 'treadlight'

/** Longest that a hit waits for its turn: the collector refuses ids that are more than eight days old. */
const attempts = 4000

export interface BullmqSenderOptions {
  /** Redis, as BullMQ is told it. Not with `queue`. */
  connection?: ConnectionOptions
  /** The site's own queue, which stays open; it needs no more than `add`. */
  queue?: Pick<Queue, 'add'>
  /** Of the queue. @default 'treadlight' */
  name?: string
  /** BullMQ's prefix of keys. */
  prefix?: string
  /** Of each job, over those that are set here. */
  jobOptions?: JobsOptions
  /** How long Redis may take, ms. BullMQ alone would wait for ever while Redis is away. @default 10_000 */
  timeout?: number
}

/**
 * Adds each hit to a BullMQ queue as a job with the hit's id: `send` resolves once Redis has it, and `createBullmqWorker` delivers
 * it, here or in another process. `counts().delivered` is what Redis has taken: what became of it, the worker and BullMQ know.
 *
 * @throws Error without connection and queue
 * @example
 * const sender = createBullmqSender({ connection: { url: 'redis://127.0.0.1' } })
 */
export function createBullmqSender(options: BullmqSenderOptions): Sender {
  const { connection, name = queueName, prefix, jobOptions, timeout = 10_000 } = options
  const own = options.queue || !connection ? undefined : new Queue(name, { connection, ...(prefix !== undefined && { prefix }) })
  const queue = options.queue ?? own
  if (!queue) throw new Error('[treadlight bullmq] where is Redis? Give `connection`, or a `queue` of your own')
  // Else an outage would end the process: its callers are told by `send`.
  own?.on('error', () => {})
  const underway = new Set<Promise<unknown>>()
  const counts = { delivered: 0, dropped: 0, dead: 0, retries: 0 }
  let isClosed = false

  async function add(hit: Hit): Promise<void> {
    const text = writeHit(hit)
    await queue!.add('hit', JSON.parse(text), {
      // BullMQ takes no numbers and no colons for ids; without one the hit is only added twice, and the collector knows it.
      ...(isId(hit.id) && { jobId: hit.id }),
      attempts,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      // Failed jobs are the dead letters.
      removeOnFail: { count: 1000 },
      ...jobOptions,
    })
  }

  return {
    async send(hit) {
      if (isClosed) throw createClosedError()
      const adding = withLimit(add(hit), timeout)
      underway.add(adding)
      try {
        await adding
        counts.delivered++
      } finally {
        underway.delete(adding)
      }
    },
    async flush() {
      await Promise.allSettled(underway)
    },
    async close({ timeout: limit = 5000 } = {}) {
      isClosed = true
      await withLimit(Promise.allSettled(underway), limit).catch(() => undefined)
      await withLimit(own?.close() ?? Promise.resolve(), limit).catch(() => own?.disconnect())
    },
    counts: () => ({ ...counts, waiting: underway.size }),
    deadLetters: () => [],
  }
}

/** @throws Error that names Redis once `ms` are over */
async function withLimit<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`[treadlight bullmq] Redis has not answered within ${ms / 1000} s: start it, or correct \`connection\``)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
    // It may still fail, when nobody listens any more.
    promise.catch(() => undefined)
  }
}
