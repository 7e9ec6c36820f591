import type { StoredHit } from './hit.ts'
import type { Query, QueryResult } from './query.ts'

/** What a store makes of one appended hit. */
export type AppendOutcome = 'stored' | 'duplicate'

/** A person to erase, within one site: by user id, session id or visitor hash. */
export type Subject = { site: string } & ({ user: string } | { session: string } | { visitor: string })

export interface EraseReport {
  /** Hits that are gone from every answer. */
  erased: number
}

/** Ages in milliseconds; a hit is deleted when it is strictly older. */
export interface RetentionPolicy {
  anonymous: number
  authenticated: number
}

export interface PruneOptions {
  /** @default every site */
  site?: string
  /** Counts, deletes nothing. */
  dryRun?: boolean
  /** ms since 1970. @default the store's clock */
  now?: number
}

export interface PruneReport {
  /** Pageviews without a user. */
  anonymous: number
  /** Pageviews of known users. */
  authenticated: number
  /** Events and engagement of both. */
  others: number
}

/** Which hits to list. All conditions must hold. */
export interface HitFilter {
  site: string
  /** ms since 1970, inclusive. */
  from?: number
  /** ms since 1970, exclusive. */
  to?: number
  user?: string
  session?: string
  visitor?: string
  type?: StoredHit['type']
  /** By time, then id. @default 'newest' */
  order?: 'oldest' | 'newest'
  /** Id of the last hit seen: the listing goes on behind it. */
  after?: string
  /** @default no limit */
  limit?: number
}

/** The session of a visitor who has just said who they are. */
export interface Link {
  site: string
  session: string
  user: string
  /** When, ms since 1970. Of two links of one session the earlier counts. */
  time: number
}

/** What "stored" means: on disk after fsync, confirmed by a remote store, or in memory. */
export type Durability = 'synced' | 'acknowledged' | 'volatile'

/**
 * Where hits live. One conformance suite (test/contracts) holds every implementation to
 * `createReferenceStore`, which says what each method means.
 */
export interface HitStore {
  readonly durability: Durability
  /**
   * Resolves once every hit is durable, with an outcome per hit in the given order.
   * @throws StoreBusyError when the store cannot take more at the moment; nothing of this call is acknowledged
   */
  append(hits: readonly StoredHit[]): Promise<AppendOutcome[]>
  query(query: Query): Promise<QueryResult>
  hits(filter: HitFilter): AsyncIterable<StoredHit>
  /** Gives the session's anonymous hits, past and to come, to the user. Answers how many changed hands now. */
  identify(link: Link): Promise<number>
  /** Hides the person's hits up to now from every answer at once. */
  erase(subject: Subject): Promise<EraseReport>
  /** Deletes hits strictly older than the policy allows. */
  prune(policy: RetentionPolicy, options?: PruneOptions): Promise<PruneReport>
  /** Upkeep: safe to run anywhere, any time, by any number of processes. */
  maintain(): Promise<void>
  /** Finishes what is being written. Later calls throw. */
  close(): Promise<void>
}

/** The store cannot take more now: answer 503 and let the sender retry. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
  /** Seconds. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number, options?: ErrorOptions) {
    super(`[treadlight store] ${message}`, options)
    this.retryAfter = retryAfter
  }
}
