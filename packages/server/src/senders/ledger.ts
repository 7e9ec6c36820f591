import type { Hit } from '@treadlight/protocol'
import type { DeadLetter, DeliveryOptions, SenderCounts } from './sender.ts'

/** Most dead letters that are kept. */
const mostLetters = 100

/** What has become of the hits of one sender, and what is said of it. */
export interface Ledger {
  readonly counts: Omit<SenderCounts, 'waiting'>
  readonly deadLetters: DeadLetter[]
  /** Counts hits that are refused for good, and says so. @param texts hits as JSON, with the reasons */
  bury(dead: readonly { text: string; reason: string }[]): void
  /** Says what is wrong, unless it has just been said. */
  complain(reason: string): void
  /** Says that it is over. */
  recover(): void
  /** Counts hits that were given up for others. */
  drop(count: number, why: string): void
}

export function createLedger({ onDead, log = (message) => console.warn(message) }: Pick<DeliveryOptions, 'onDead' | 'log'>): Ledger {
  const counts = { delivered: 0, dropped: 0, dead: 0, retries: 0 }
  const deadLetters: DeadLetter[] = []
  let trouble: string | undefined
  let dropsToSay = 1

  return {
    counts,
    deadLetters,
    bury(dead) {
      if (dead.length === 0) return
      counts.dead += dead.length
      for (const { text, reason } of dead) {
        const letter = { hit: JSON.parse(text) as Hit, reason }
        deadLetters.push(letter)
        if (deadLetters.length > mostLetters) deadLetters.shift()
        tell(() => onDead?.(letter))
      }
      say(`the collector refused ${count(dead.length)} for good (${dead[0]!.reason}): see deadLetters()`)
    },
    complain(reason) {
      if (reason !== trouble) say(`${reason}. Hits wait and are sent again`)
      trouble = reason
    },
    recover() {
      if (trouble !== undefined) say('hits get through again')
      trouble = undefined
    },
    drop(dropped, why) {
      counts.dropped += dropped
      // At 1, 10, 100 …: one line for each would be a flood of its own.
      if (counts.dropped < dropsToSay) return
      while (counts.dropped >= dropsToSay) dropsToSay *= 10
      say(`${count(counts.dropped)} dropped so far, the oldest first: ${why}`)
    },
  }

  function say(message: string): void {
    tell(() => log(`[treadlight] ${message}`))
  }
}

/** What the site's own function throws must not stop a delivery. */
function tell(say: () => void): void {
  try {
    say()
  } catch (error) {
    console.error(error)
  }
}

function count(hits: number): string {
  return hits === 1 ? '1 hit' : `${hits} hits`
}
