import type { GoneWriter } from '@treadlight/destinations/forward'
import { idMaxAge } from '@treadlight/protocol'
import type { HitStore, StoredHit } from '@treadlight/store'

export interface RecoverOptions {
  store: Pick<HitStore, 'hits'>
  /** Ids of all sites. */
  sites: readonly string[]
  gone: readonly GoneWriter[]
  /** Whether a hit has come into an outbox, or is about to. */
  isKnown: (id: string) => boolean
  /** Longest between two signs of life of a process, ms. */
  beat: number
}

/** What a hit may take from the moment it is received until it is in the outbox, ms. */
const longestWay = 60_000
/** A sender's clock may be ahead by this, ms. */
const longestAhead = 86_400_000

/**
 * What processes that were killed had stored, and answered for, but had not put into the outbox: what was received around their last
 * sign of life and is in no outbox. The store lists by when hits happened, and some come eight days late, so that much is read.
 */
export async function* recover({ store, sites, gone, isKnown, beat }: RecoverOptions): AsyncGenerator<StoredHit, void, void> {
  const spans = gone.map(({ until }) => ({ from: until - longestWay, to: until + beat + longestWay }))
  const from = Math.min(...spans.map((span) => span.from)) - idMaxAge
  const to = Math.max(...spans.map((span) => span.to)) + longestAhead
  for (const site of sites) {
    for await (const hit of store.hits({ site, from, to, order: 'oldest' })) {
      const { received, forwarding, id } = hit
      if (forwarding !== false && spans.some((span) => received >= span.from && received <= span.to) && !isKnown(id)) yield hit
    }
  }
}
