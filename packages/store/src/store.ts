import type { FunnelQuery, FunnelResult } from './funnels/funnel.ts'
import type { JourneyQuery, JourneyResult } from './funnels/journeys.ts'
import type { StoredHit } from './hit.ts'
import type { ImportedSums, ImportInfo } from './imported/importedSums.ts'
import type { Filter, Goal, Query, QueryResult } from './query.ts'

/** What a store makes of one appended hit. */
export type AppendOutcome = 'stored' | 'duplicate'

/** A person to erase, within one site: by user id, session id or visitor hash. */
export type Subject = { site: string } & ({ user: string } | { session: string } | { visitor: string })

export interface EraseOptions {
  /** Counts, erases nothing. */
  dryRun?: boolean
}

export interface EraseReport {
  /** Hits that are gone from every answer; of them: */
  erased: number
  pageviews: number
  events: number
  /** Reports of engagement. */
  engagement: number
}

/** What may stay: a hit goes when any of these says so. */
export interface RetentionPolicy {
  /** ms: hits without a user go when they are strictly older. */
  anonymous: number
  /** ms: the same for hits of known users. */
  authenticated: number
  /** Only so many of each site's hits stay, the newest by time and id. @default all */
  newest?: number
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

/** A place in a listing. That of a hit stays valid when the hit is deleted. */
export interface HitPosition {
  /** ms since 1970. */
  time: number
  id: string
}

export interface MaintainOptions {
  /** Does at once what would otherwise wait until it is worth it. */
  force?: boolean
}

/** What upkeep has done. */
export interface MaintainReport {
  /** Facts that were moved from arrivals into segments. */
  compacted: number
  /** Facts in segments that were written anew, because others beside them were erased or pruned or lay in pieces. */
  rewritten: number
  /** Values of the storage that were no longer needed. */
  deleted: number
  /** Home days of which an index was made anew. Left out where there are none. */
  indexed?: number
  /** Facts that count again, since the segments of a damaged manifest were found. Left out where there are none. */
  regained?: number
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
  /** Text that id, user, url, session, source or medium must contain, whatever its case (PV25). */
  search?: string
  /** As in a query: `visit:` ones ask the session that the hit belongs to. Not by touches: RangeError. */
  filters?: readonly Filter[]
  /** As in a query: what `event:goal` in a filter means. */
  goals?: readonly Goal[]
  /** By time, then id. @default 'newest' */
  order?: 'oldest' | 'newest'
  /** The last hit seen: the listing goes on behind it. */
  after?: HitPosition
  /** @default no limit */
  limit?: number
}

/** What a page of hits may be ordered by. */
export type HitOrderField = 'time' | 'user' | 'url' | 'source' | 'medium' | 'session' | 'title'

/** Of which hits to show a page, and which page. All conditions must hold. */
export interface HitPageFilter extends Omit<HitFilter, 'order' | 'after' | 'limit'> {
  source?: string
  medium?: string
  path?: string
  /** Of an event; '' for hits without one. */
  name?: string
  /** Whether it is known whose hit it is (PV28). */
  known?: boolean
  /** Texts by code units. What has the same is in the order of a listing, the newest first. @default 'time' */
  orderBy?: HitOrderField
  /** @default true */
  descending?: boolean
  /** So many hits come before the page. @default 0 */
  offset?: number
  /** @default 20 */
  limit?: number
}

/** A page of a listing. */
export interface HitPage {
  hits: StoredHit[]
  /** Hits that meet the filter, on all pages. */
  total: number
}

/** The session of a visitor who has just said who they are. */
export interface Link {
  site: string
  session: string
  user: string
  /** When, ms since 1970. Of two links of one session the earlier counts; at the same millisecond the smaller user. */
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
  /** How far visits came along some steps. @throws RangeError for fewer or more steps than there may be, and as `query` does */
  funnel(query: FunnelQuery): Promise<FunnelResult>
  /** What visits did next. @throws RangeError for limits out of bounds, and as `query` does */
  journeys(query: JourneyQuery): Promise<JourneyResult>
  hits(filter: HitFilter): AsyncIterable<StoredHit>
  /** A page of a listing, anywhere in it and in any order, and how many hits there are in all. */
  page(filter: HitPageFilter): Promise<HitPage>
  /** The hit of this id. Should several home days have one, that of the day next to the time that is in the id. */
  find(site: string, id: string): Promise<StoredHit | undefined>
  /**
   * Gives the session's anonymous hits, past and to come, to the user. False if that was known already. It does not say
   * how many: a log-in must not cost a search; `hits({ session })` does.
   */
  identify(link: Link): Promise<boolean>
  /**
   * Hides the person's hits up to now from every answer, and every hit of which any fact names the person. What lies
   * in the storage goes with `maintain`.
   */
  erase(subject: Subject, options?: EraseOptions): Promise<EraseReport>
  /**
   * Hides for ever what the policy no longer allows, of what was received until now. What lies in the storage goes
   * with `maintain`.
   */
  prune(policy: RetentionPolicy, options?: PruneOptions): Promise<PruneReport>
  /**
   * Keeps what another product has said of whole days, durably. They are no hits: no pruning and no erasure takes them, and
   * they name nobody. Stores of other people's making need not have this, nor the next two.
   * @throws RangeError for figures that no sum can be
   */
  importSums?(site: string, sums: ImportedSums): Promise<AppendOutcome>
  /** Imports of sums, in the order in which they count: a day is told by the first that has it. */
  imports?(site: string): Promise<ImportInfo[]>
  /** False if there is none of this id. */
  removeImport?(site: string, id: string): Promise<boolean>
  /** Upkeep: safe to run anywhere, any time, by any number of processes. */
  maintain(options?: MaintainOptions): Promise<MaintainReport>
  /** Finishes what is being written. Later calls throw. What the store was opened on stays open: see `createStore`. */
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
