import type { AppendOutcome, StoredHit } from '@treadlight/store'
import type { EnrichContext } from '../enrich/step.ts'
import type { Sender } from './toForwarded.ts'

/** A hit that is stored and is to be handed on. */
export interface Gathered {
  hit: StoredHit
  sender: Sender
}

/** What the receiver tells of hits that may be handed on. Nobody waits for it, and it never throws. */
export interface Gather {
  /** Notes of a hit that is about to be stored whom it is from, and in the hit whether its browser denies handing it on. */
  note(hit: StoredHit, context: Pick<EnrichContext, 'address' | 'agent' | 'header'>): Sender
  /** Hits that the store has answered for. */
  take(hits: readonly StoredHit[], senders: readonly Sender[], outcomes: readonly AppendOutcome[]): void
}

/** Ids that are remembered, so that what a server and a browser tell of one view is handed on once: the last this many, and up to as many before. */
const mostIds = 20_000

/** @param wake called when something is there that was not */
export function createGather(wake: (waiting: number) => void): Gather & {
  /** What has come since it was last asked. */
  empty(): Gathered[]
  /** Whether it has come, as far back as is remembered. */
  knows(id: string): boolean
  forget(isMeant: (hit: StoredHit) => boolean): void
} {
  let gathered: Gathered[] = []
  let recent = new Set<string>()
  let before = new Set<string>()
  const knows = (id: string): boolean => recent.has(id) || before.has(id)

  return {
    note(hit, { address, agent, header }) {
      // Global Privacy Control keeps hits from others whatever the site has set: by the law of several states it is an opt-out.
      if (header('sec-gpc') === '1') hit.forwarding = false
      return { address, userAgent: agent.text }
    },
    take(hits, senders, outcomes) {
      for (const [index, hit] of hits.entries()) {
        if (outcomes[index] !== 'stored' || hit.forwarding === false || knows(hit.id)) continue
        if (recent.size >= mostIds) [before, recent] = [recent, new Set()]
        recent.add(hit.id)
        gathered.push({ hit, sender: senders[index]! })
      }
      if (gathered.length > 0) wake(gathered.length)
    },
    empty() {
      const all = gathered
      gathered = []
      return all
    },
    knows,
    forget: (isMeant) => void (gathered = gathered.filter(({ hit }) => !isMeant(hit))),
  }
}
