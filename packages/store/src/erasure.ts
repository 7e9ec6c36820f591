import { createHash } from 'node:crypto'
import type { StoredHit } from './hit.ts'
import type { Subject } from './store.ts'

const kinds = ['user', 'session', 'visitor'] as const

/**
 * That a person was erased. It names the person by hash only, so that a search of the whole storage for an erased
 * id finds nothing. Kept for ever, since a hit may be sent again long after.
 */
export interface Erasure {
  kind: (typeof kinds)[number]
  /** SHA-256 of the kind and the user id, session id or visitor hash: see `hashPerson`. */
  hash: string
  /** The store's clock, ms since 1970: the person's hits up to here are gone. */
  time: number
  /**
   * The hits that were gone at once. By id as well, because a retry may name its person no more: another origin's
   * fact may lack the user, a late one gets another day's visitor hash, an earlier link another user.
   */
  ids: readonly string[]
}

/** The erasures of one site. */
export interface Erasures {
  add(erasure: Erasure): void
  /** Whether `hit`, merged and linked, is gone. */
  covers(hit: StoredHit): boolean
  /** Whether this very id was erased. */
  hasId(id: string): boolean
}

export function createErasures(): Erasures {
  const ids = new Set<string>()
  const times = new Map<string, number>()
  /** Those that have an erasure: hashing is only worth it for them. */
  const erasedKinds = new Set<Erasure['kind']>()

  return {
    add(erasure) {
      erasedKinds.add(erasure.kind)
      times.set(erasure.hash, Math.max(erasure.time, times.get(erasure.hash) ?? -Infinity))
      for (const id of erasure.ids) ids.add(id)
    },
    covers: (hit) => ids.has(hit.id) || [...erasedKinds].some((kind) => isPast(kind, hit)),
    hasId: (id) => ids.has(id),
  }

  function isPast(kind: Erasure['kind'], hit: StoredHit): boolean {
    return hit[kind] !== '' && hit.time <= (times.get(hashPerson(kind, hit[kind])) ?? -Infinity)
  }
}

/** Whom a subject names: which field of a hit, and its value. */
export function subjectOf(subject: Subject): { kind: Erasure['kind']; value: string } {
  const named = subject as Partial<Record<Erasure['kind'], string>>
  for (const kind of kinds) {
    const value = named[kind]
    if (value) return { kind, value }
  }
  throw new RangeError('[treadlight store] to erase somebody, name a user, a session or a visitor')
}

/** What stands for a person in an erasure. */
export function hashPerson(kind: Erasure['kind'], value: string): string {
  return hashText(`${kind} ${value}`)
}

/** SHA-256 in hex: what stands for the ids of persons in keys and erasures. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
