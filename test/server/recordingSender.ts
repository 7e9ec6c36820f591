import type { Hit } from '@treadlight/protocol'
import type { Sender } from '../../packages/server/src/senders/sender.ts'

/** Keeps what it is given; `fail` says with what it refuses from now on. */
export interface RecordingSender extends Sender {
  hits: Hit[]
  flushes: number
  fail(error: Error): void
  /** Resolves once `count` hits are there. */
  arrived(count: number): Promise<Hit[]>
}

export function createRecordingSender(): RecordingSender {
  const hits: Hit[] = []
  const waiting: { count: number; resolve: (hits: Hit[]) => void }[] = []
  let failure: Error | undefined
  const sender: RecordingSender = {
    hits,
    flushes: 0,
    fail: (error) => void (failure = error),
    async send(hit) {
      if (failure !== undefined) throw failure
      hits.push(hit)
      for (const { count, resolve } of waiting) if (hits.length >= count) resolve(hits)
    },
    arrived: (count) => new Promise((resolve) => (hits.length >= count ? resolve(hits) : waiting.push({ count, resolve }))),
    flush: async () => void sender.flushes++,
    close: async () => {},
    counts: () => ({ delivered: hits.length, waiting: 0, dropped: 0, dead: 0, retries: 0 }),
    deadLetters: () => [],
  }
  return sender
}
