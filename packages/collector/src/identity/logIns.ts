import type { HitStore, Link, StoredHit } from '@treadlight/store'
import { createHash } from 'node:crypto'

/** Gives what a session did before its log-in to the user, too. */
export interface LogIns {
  /** Links the sessions of hits whose user is known; undefined where there is nothing to do. Rejects if it cannot be stored. */
  store(hits: readonly StoredHit[]): Promise<unknown> | undefined
  /** Says all of them again from now on: one of whom a person was erased meanwhile is to count anew. */
  forget(): void
}

/** Log-ins that are known to be stored; 70 bytes each. */
const mostKnown = 20_000

/** Each pair of session and user is stored once, and again only if a hit from earlier comes later: the first log-in counts. */
export function createLogIns(store: Pick<HitStore, 'identify'>): LogIns {
  /** Times of the hits by a hash of session and user, ms since 1970. */
  const known = new Map<string, number>()

  return {
    store(hits) {
      const links = new Map<string, Link>()
      for (const { site, session, user, time } of hits) {
        if (user === '' || session === '') continue
        const name = createHash('sha256').update(`${session}\n${user}`).digest('base64url')
        if (time < (known.get(name) ?? Infinity) && time < (links.get(name)?.time ?? Infinity)) links.set(name, { site, session, user, time })
      }
      if (links.size === 0) return undefined
      return Promise.all([...links].map(([name, link]) => save(name, link)))
    },
    forget: () => known.clear(),
  }

  async function save(name: string, link: Link): Promise<void> {
    await store.identify(link)
    if (known.size >= mostKnown) known.clear()
    known.set(name, Math.min(link.time, known.get(name) ?? Infinity))
  }
}
