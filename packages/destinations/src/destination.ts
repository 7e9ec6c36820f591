import type { HitType, PropValue, Revenue } from '@treadlight/protocol'

/**
 * A hit as other systems may have it: what has happened, without what could say who it was beyond what the visitor allows. The
 * collector makes it of a hit it has stored, the server package of one it has sent.
 */
export interface ForwardedHit {
  /** UUIDv7: the same each time the hit is sent, for systems that know what they have. */
  id: string
  site: string
  type: HitType
  /** When it happened, ms since 1970. */
  time: number
  url: string
  title: string
  referrer: string
  /** Id of the pageview that an event or engagement belongs to; a pageview's own; '' for none. */
  view: string
  /** What an event is called. */
  name?: string
  props?: Record<string, PropValue>
  revenue?: Revenue
  /** Engaged time of the view so far, ms: a running total. */
  engaged?: number
  /** Engaged time since the last report, ms: as a client has told it, or what is new of `engaged`. For systems that add it up. */
  engagedDelta?: number
  /** Deepest scroll position of the view so far, per cent. */
  scroll?: number
  interactive?: boolean
  screen?: string
  language?: string
  timezone?: string
  source?: string
  medium?: string
  campaign?: string
  term?: string
  content?: string
  country?: string
  region?: string
  city?: string
  /** Who it was from, as long as the site can tell: a hash of a day, or of a session id. '' where the site counts no visitors. */
  visitor: string
  /** The site's own session id; '' for none. */
  session: string
  /** Id of a signed-in user; '' for anonymous. */
  user: string
  /** The client's address, cut to its /24 or /48: no destination sees a whole one. */
  address?: string
  userAgent?: string
}

/** A request to another system, before anybody has connected. */
export interface DestinationRequest {
  url: string
  /** @default 'POST' */
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Record<string, string>
  body?: string
}

/** A request with the items it carries, by their indexes among those that `batch` was given. */
export interface DestinationBatch {
  request: DestinationRequest
  indexes: readonly number[]
}

/** What a system has answered. */
export interface DestinationAnswer {
  status: number
  /** A header by its lower-case name; '' where there is none. */
  header: (name: string) => string
  /** At most the first 64 KiB. */
  body: string
}

/**
 * What an answer means. `sent`: the system has them. `retry`: none of them, later. `dead`: it will never take them. `some`: the hits at
 * these indexes of the batch were not taken, for good or for now; all others were.
 */
export type Verdict =
  | { kind: 'sent' }
  | { kind: 'retry'; reason: string; /** Seconds. */ after?: number }
  | { kind: 'dead'; reason: string }
  | { kind: 'some'; dead: { index: number; reason: string }[]; retry: { index: number; reason: string }[] }

/** What `map` may know besides the hit. */
export interface MapContext {
  /** ms since 1970: what tells how long a hit has waited. */
  now: number
}

/**
 * Another system that is to have the hits too. It knows nothing of queues and retries: whoever sends its requests does. See
 * `defineDestination`, which fills in what is left out.
 *
 * @template T what the system calls a hit: what `map` makes and `batch` sends
 */
export interface DestinationOptions<T> {
  /** Names it in keys, logs and on the dashboard: `[a-z0-9-]{1,40}`. */
  name: string
  /** What the system calls the hit; undefined for a hit that it has no use for. Pure. An error says that this hit can never be sent. */
  map(hit: ForwardedHit, context: MapContext): T | undefined
  /** Puts what was mapped into requests, in order: each with the items it carries, by their indexes. An error says that something can never be sent. */
  batch(items: readonly T[]): DestinationBatch[]
  /**
   * What an answer means.
   * @param count how many items the request carried
   * @default `classifyStatus`
   */
  classify?(answer: DestinationAnswer, count: number): Verdict
  /** Hits older than this are dead letters, since the system would refuse them or count them wrongly, ms. @default 7 days */
  maxAge?: number
  /** Takes out or rewrites what the system is not to see; undefined keeps the hit from it. Runs before `map`. */
  redact?(hit: ForwardedHit): ForwardedHit | undefined
  /** Most hits that are asked of `batch` at once. @default 100 */
  maxBatch?: number
  /**
   * The request as it is to leave now, for what must not lie in an outbox and what is as old as the attempt: signatures, tokens that
   * expire. Asked before each attempt, of the same request.
   */
  sign?(request: DestinationRequest, context: MapContext): Promise<DestinationRequest>
  /**
   * Whether it may stand at a private address: in the owner's own network, or on this machine.
   * @default false: what an address came from could point anywhere
   */
  allowPrivate?: boolean
  /** Ids of the sites whose hits it gets. @default all */
  sites?: readonly string[]
  /** For systems that are no HTTP: takes the requests' place. To reject means that nothing is known, as where nobody answers. The answer is classified all the same. */
  deliver?(request: DestinationRequest): Promise<DestinationAnswer>
  /** Texts that are never shown: keys and passwords. */
  secrets?: readonly string[]
}

/** What owners may say of any destination, with its own options. */
export type CommonOptions = Partial<Pick<DestinationOptions<unknown>, 'name' | 'maxAge' | 'redact' | 'maxBatch' | 'allowPrivate' | 'sites'>>

/** A destination with everything settled. */
export interface Destination<T = unknown> extends Omit<Required<DestinationOptions<T>>, 'deliver' | 'sign' | 'sites'> {
  deliver?: DestinationOptions<T>['deliver']
  sites?: readonly string[]
  sign?: DestinationOptions<T>['sign']
}
