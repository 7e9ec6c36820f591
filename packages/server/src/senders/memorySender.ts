import type { Hit } from '@treadlight/protocol'
import type { Sender } from './sender.ts'
import { createClosedError, writeHit } from './writeHit.ts'

export interface MemorySender extends Sender {
  /** All that was sent, in order: copies, as JSON would carry them. */
  readonly hits: Hit[]
}

/**
 * Keeps what is sent, for tests.
 *
 * @example
 * const sender = createMemorySender()
 * await sender.send(hitFromRequest(request))
 * assert.equal(sender.hits[0].title, '')
 */
export function createMemorySender(): MemorySender {
  const hits: Hit[] = []
  let isClosed = false
  return {
    hits,
    async send(hit) {
      if (isClosed) throw createClosedError()
      hits.push(JSON.parse(writeHit(hit)) as Hit)
    },
    async flush() {},
    async close() {
      isClosed = true
    },
    counts: () => ({ delivered: hits.length, waiting: 0, dropped: 0, dead: 0, retries: 0 }),
    deadLetters: () => [],
  }
}
