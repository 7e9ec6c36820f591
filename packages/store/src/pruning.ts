import type { StoredHit } from './hit.ts'
import { byTime } from './byTime.ts'
import type { HitPosition, PruneReport, RetentionPolicy } from './store.ts'

/**
 * That retention was applied: of what was received until `at`, hits before these moments are gone for ever. What
 * arrives later is judged by later prunings, so that an owner who has raised the retention may import old hits again.
 */
export interface Pruning {
  /** The store's clock, ms since 1970. */
  at: number
  /** Anonymous hits before this moment, ms since 1970. Null: none. */
  anonymous: number | null
  /** Hits of known users before this moment. Null: none. */
  authenticated: number | null
  /** Hits before this one. Null: none. */
  oldest: HitPosition | null
}

/** Behind every hit: what is kept when none is to be. */
export const afterAll: HitPosition = { time: 8.64e15, id: '' }

/** @param oldest the first hit that `policy.newest` leaves, where it leaves not all */
export function createPruning(policy: RetentionPolicy, now: number, at: number, oldest?: HitPosition): Pruning {
  const before = (age: number) => (Number.isFinite(age) ? now - age : null)
  return {
    at: Math.max(at, now),
    anonymous: before(policy.anonymous),
    authenticated: before(policy.authenticated),
    oldest: oldest === undefined ? null : { time: oldest.time, id: oldest.id },
  }
}

/** Whether a hit as it stood at `pruning.at`, with the user it was known to be of, is gone. */
export function isExpired(hit: StoredHit, { anonymous, authenticated, oldest }: Pruning): boolean {
  return hit.time < ((hit.user === '' ? anonymous : authenticated) ?? -Infinity) || (oldest !== null && byTime(hit, oldest) < 0)
}

/** The moments from which on hits are certain to stay, ms since 1970. */
export interface PruningEnds {
  /** Of facts that name no user: a link may have given them to one, so both ages count. */
  anonymous: number
  authenticated: number
}

export function pruningEndsOf({ anonymous, authenticated, oldest }: Pruning): PruningEnds {
  const behindOldest = oldest === null ? -Infinity : oldest.time + 1
  const known = Math.max(authenticated ?? -Infinity, behindOldest)
  return { anonymous: Math.max(anonymous ?? -Infinity, known), authenticated: known }
}

/** Those of all of them together. */
export function latestEnds(prunings: Iterable<Pruning>): PruningEnds {
  const ends: PruningEnds = { anonymous: -Infinity, authenticated: -Infinity }
  for (const pruning of prunings) {
    const { anonymous, authenticated } = pruningEndsOf(pruning)
    ends.anonymous = Math.max(ends.anonymous, anonymous)
    ends.authenticated = Math.max(ends.authenticated, authenticated)
  }
  return ends
}

/** Adds what the owner would miss: the visible `hits` that expire. */
export function addToReport(report: PruneReport, hits: readonly StoredHit[], pruning: Pruning): void {
  for (const hit of hits) {
    if (hit.received > pruning.at || !isExpired(hit, pruning)) continue
    if (hit.type !== 'pageview') report.others++
    else report[hit.user === '' ? 'anonymous' : 'authenticated']++
  }
}
