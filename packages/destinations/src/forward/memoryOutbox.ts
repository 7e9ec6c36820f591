import type { ForwardedHit } from '../destination.ts'
import { mostDeadLetters, type DeadLetter, type Outbox } from './outbox.ts'

/** Keeps what waits in memory: it goes with the process. */
export function createMemoryOutbox(): Outbox {
  const waiting = new Map<string, readonly ForwardedHit[]>()
  const dead = new Map<string, DeadLetter[]>()
  let written = 0
  return {
    async write(destination, hits) {
      const key = String(written++).padStart(12, '0')
      waiting.set(key, hits)
      return { key, destination, site: hits[0]!.site, hits: hits.length }
    },
    read: async ({ key }) => waiting.get(key)?.slice(),
    async remove({ key }) {
      waiting.delete(key)
    },
    async bury(destination, letters) {
      dead.set(destination, [...(dead.get(destination) ?? []), ...letters].slice(-mostDeadLetters))
    },
    deadLetters: async (destination, most) => (dead.get(destination) ?? []).slice(-most).reverse(),
    countDead: async (destination) => dead.get(destination)?.length ?? 0,
  }
}
