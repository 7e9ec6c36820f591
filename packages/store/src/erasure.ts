import { createHash } from 'node:crypto'
import type { StoredHit } from './hit.ts'
import type { EraseReport, Subject } from './store.ts'

const kinds = ['user', 'session', 'visitor'] as const

/**
 * That a person was erased. It names the person by hash only, so that a search of the whole storage for an erased
 * id finds nothing. Kept for ever: a backup or an import may bring the person back long after.
 */
export interface Erasure {
  kind: (typeof kinds)[number]
  /** SHA-256 of the kind and the user id, session id or visitor hash: see `hashPerson`. */
  hash: string
  /** The store's clock, ms since 1970: the person's hits up to here are gone. */
  time: number
  /**
   * `hashPerson('session', …)` of the sessions that were linked to the user. The links themselves name the person and
   * go; the sessions' anonymous hits up to `time` are still the person's.
   */
  sessions: readonly string[]
  /**
   * The hits that were gone at once, as `nameHit` says. By name as well, because a retry may name its person no more: another origin's
   * fact may lack the user, a late one gets another day's visitor hash, an earlier link another user.
   */
  hits: readonly string[]
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

const kindsOfHits = { pageview: 'pageviews', event: 'events', engagement: 'engagement' } as const

/** Says of hits that are gone what they were. */
export function reportErased(hits: Iterable<Pick<StoredHit, 'type'>>): EraseReport {
  const report: EraseReport = { erased: 0, pageviews: 0, events: 0, engagement: 0 }
  for (const { type } of hits) {
    report.erased++
    report[kindsOfHits[type]]++
  }
  return report
}

/** What stands for a hit in an erasure: within a site, home day and id name it. */
export function nameHit({ day, id }: Pick<StoredHit, 'day' | 'id'>): string {
  return `${day} ${id}`
}

/** What stands for a person in an erasure. */
export function hashPerson(kind: Erasure['kind'], value: string): string {
  return hashText(`${kind} ${value}`)
}

/** SHA-256 in hex: what stands for the ids of persons in keys and erasures. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
